"""The reference pages of the documentation, read off the code: settings, commands, resources and errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from emptor import settings
from emptor.domains import discover
from emptor.domains.organisation import companies
from emptor.http.openapi.shared import FAILURES
from emptor.kit.fields import Constant, Derived, Field, Hidden, Parts, Ref, Refs, Write
from emptor.kit.resource import Resource
from emptor.kit.states import Life

NOTICE = "<!-- Made by `make docs` from the code; changes here are lost. -->"


def pages() -> dict[str, str]:
    """The text of every page by file name."""
    made: dict[str, Callable[[], str]] = {
        "settings.md": _settings, "commands.md": _commands, "resources.md": _resources, "lives.md": _lives,
        "errors.md": _errors,
    }  # fmt: skip
    return {name: f"{NOTICE}\n\n{make().strip()}\n" for name, make in made.items()}


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )


def _settings() -> str:
    rows = [
        (f"`{name}`", f"`{default}`" if default else "–", meaning) for name, default, meaning in settings.described()
    ]
    choices = [(f"`{name}`", choice.meaning) for name, choice in companies.CHOICES.items()]
    return (
        "# Settings\n\nEvery setting is a variable of the environment. A wrong value stops the start with a sentence "
        f"that says what is possible.\n\n{_table(('variable', 'default', 'meaning'), rows)}\n\n"
        "## What a company chooses\n\n`emptor company settings` sets these for one company, with effect at once.\n\n"
        f"{_table(('choice', 'meaning'), choices)}"
    )


def _commands() -> str:
    from typer.main import get_command

    from emptor.cli import app

    return "# Commands\n\nEvery command takes `--help`.\n\n" + "\n\n".join(_command(get_command(app), "emptor"))


def _command(command: Any, name: str) -> list[str]:
    inner = getattr(command, "commands", None)
    if inner:
        return [text for key in sorted(inner) for text in _command(inner[key], f"{name} {key}")]
    options = [p for p in command.params if p.name != "help"]
    rows = [(_spelling(p), _default(p), getattr(p, "help", None) or "") for p in options]
    table = f"\n\n{_table(('argument or option', 'default', 'meaning'), rows)}" if rows else ""
    summary = (command.help or command.short_help or "").strip().split("\n\n")[0].replace("\n", " ")
    return [f"## `{name}`\n\n{summary}{table}"]


def _spelling(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`"
    return ", ".join(f"`{spelled}`" for spelled in (*parameter.opts, *parameter.secondary_opts))


def _default(parameter: Any) -> str:
    default = parameter.default
    plain = isinstance(default, str | int | float) and not isinstance(default, bool) and default != ""
    return f"`{default}`" if plain else "–"


def _resources() -> str:
    parts = [_resource(resource) for resource in discover() if resource.operations]
    return (
        "# Resources\n\nWhat the API holds: operations, then fields. *Extended* marks what the hosted API lacks and "
        "the profile `strict` hides. Every list takes `page`, `per_page` and, as filters, every field marked *filter* "
        "(`field=value`, `field[]=a&field[]=b`; moments also `field[left_date]` and `field[right_date]`).\n\n"
        + "\n\n".join(parts)
    )


def _resource(resource: Resource) -> str:
    operations = [
        (
            f"`{o.method}`",
            f"`{o.path}`",
            o.summary,
            ", ".join(o.permission.roles) or "every key",
            "" if o.hosted else "extended",
        )
        for o in resource.operations
    ]
    fields = [
        (f"`{f.wire}`", _kind(f), "list and detail" if f.listed else "detail", _sent(f), _filter(resource, f), f.note)
        for f in resource.fields
        if not isinstance(f, Hidden)
    ]
    return (
        f"## {resource.name}\n\n{_table(('method', 'path', 'does', 'needs', 'profile'), operations)}\n\n"
        f"{_table(('field', 'is', 'shown in', 'sent', 'filter', 'note'), fields)}"
    )


def _kind(field: Field) -> str:
    match field:
        case Ref():
            return f"one of {field.to}"
        case Refs():
            return f"list of {field.to}"
        case Parts():
            return f"list of {field.of.label}"
        case Constant():
            return "always empty" if not field.value or field.value == {"data": []} else "constant"
        case Derived():
            return "computed"
    size = getattr(field, "size", 0)
    return f"{type(field).__name__.lower()}{f', at most {size}' if size else ''}"


def _sent(field: Field) -> str:
    if field.write is Write.NEVER:
        return ""
    name = getattr(field, "send_as", "")
    return ("required" if field.required else field.write.value) + (f" as `{name}`" if name else "")


def _filter(resource: Resource, field: Field) -> str:
    return "filter" if field in resource.searchable else ""


def _lives() -> str:
    parts = [_life(resource) for resource in discover() if resource.life]
    return (
        "# Lives of documents\n\nWhat can become of each kind of document, and whose word it takes. A verb is a POST "
        "to `/{documents}/{key}/{verb}`; *delete* is a DELETE of the document itself. An answer with code 400 to a "
        "verb that the state does not allow names those that it does; 403 says whose move it is.\n\n"
        + "\n\n".join(parts)
    )


def _life(resource: Resource) -> str:
    life: Life = resource.life
    names = life.names
    rows = [
        (
            f"`{move.verb}`",
            ", ".join(names[state] for state in move.sources),
            "a new document" if move.makes else ", ".join(names[state] for state in move.targets) or "gone",
            ", ".join(move.permission.roles),
            move.by.words,
            "" if move.hosted else "extended",
        )
        for move in life.moves
    ]
    table = _table(("verb", "from", "to", "needs", "is for", "profile"), rows)
    return f"## {resource.name}\n\n{_diagram(life)}\n\n{table}"


def _diagram(life: Life) -> str:
    """The life as a picture that code hosts draw."""

    def node(state: int) -> str:
        return life.names[state].replace(" ", "_")

    arrows: dict[tuple[str, str], list[str]] = {}
    for move in life.moves:
        if move.makes:
            continue
        targets = [node(state) for state in move.targets] or ["[*]"]
        for source in move.sources:
            for target in targets:
                arrows.setdefault((node(source), target), []).append(move.verb)
    first = [node(state) for state in life.begins or (life.beginning,)]
    lines = [
        *(f"    [*] --> {one}" for one in first),
        *(f"    {a} --> {b}: {', '.join(verbs)}" for (a, b), verbs in arrows.items()),
    ]
    return "\n".join(("```mermaid", "stateDiagram-v2", *lines, "```"))


def _errors() -> str:
    meanings = {status: meaning for status, (_, _, meaning) in FAILURES.items()}
    meanings[405] = "There is something at this path, but not for this method; `Allow` names those that work."
    rows = sorted(meanings.items())
    return (
        "# Errors\n\nEvery error is JSON with `code`, `message` and `requestId`; the message says what to do next. "
        "Wrong fields stand in `errors.errors`, one sentence each, all at once.\n\n"
        "```json\n"
        '{"code": 400, "message": "Validation Failed", "errors": {"errors": {"location": "This field is required."}}, '
        '"requestId": "5b0a…"}\n```\n\n'
        f"{_table(('status', 'means'), rows)}"
    )
