"""Whether every derived figure is what its sources say: each room brings the checks of its own figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from emptor.store.unit_of_work import Transaction

Look = Callable[[Transaction], Iterator[str]]

CHECKS: dict[str, Look] = {}
"""What is checked, in words, and the function that looks through a company for differences."""


def check(words: str) -> Callable[[Look], Look]:
    """Have a function check a company: it yields a sentence for every figure that is not what it should be."""

    def note(look: Look) -> Look:
        CHECKS[words] = look
        return look

    return note


def differences(tx: Transaction) -> Iterator[tuple[str, str]]:
    """All differences in a company: what was checked, and the sentence."""
    for words, look in all_checks().items():
        for sentence in look(tx):
            yield words, sentence


@cache
def all_checks() -> dict[str, Look]:
    """Every check there is, by what it checks; they stand in modules named `checks`."""
    package = import_module("emptor.domains")
    for module in walk_packages(package.__path__, "emptor.domains."):
        if module.name.endswith(".checks"):
            import_module(module.name)
    return dict(sorted(CHECKS.items()))
