"""The business: each folder declares its resources, rules and actions; `discover` finds them all."""

from __future__ import annotations

import pkgutil
from dataclasses import replace
from functools import cache
from importlib import import_module

import emptor.domains
from emptor.kit.resource import Resource


@cache
def discover() -> tuple[Resource, ...]:
    """Every resource declared in a module below this package, by name."""
    found: dict[str, Resource] = {}
    for module in pkgutil.walk_packages(emptor.domains.__path__, "emptor.domains."):
        for value in vars(import_module(module.name)).values():
            for resource in value if isinstance(value, tuple) else (value,):
                if isinstance(resource, Resource):
                    found[resource.name] = resource
    return tuple(_with_common_operations(found[name]) for name in sorted(found))


def _with_common_operations(resource: Resource) -> Resource:
    """The resource with what every document with a life can do: tell who decides and which budgets fit, be talked
    about, show its past.
    """
    from emptor.domains import conversation, outlook, revisions
    from emptor.domains.budgets import offering

    if resource.life is None:
        return resource
    common = revisions.operations(resource) if resource.life.revised else ()
    if resource.has("comments"):
        common = (*conversation.operations(resource), *common)
    if resource.has("approvalSteps"):
        common = (*outlook.operations(resource), *offering.operations(resource), *common)
    return replace(resource, operations=(*resource.operations, *common))
