"""Options of drop-down custom fields: trees with a few levels; never deleted, only taken out of use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains import writing
from emptor.domains.custom_fields import dependencies
from emptor.domains.custom_fields.values import DROPDOWN, TYPES
from emptor.domains.organisation.companies import access_changed
from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.errors import Problems
from emptor.kit.fields import Code, Derived, Flag, Hidden, Integer, Part, Ref, Refs, Text, Write
from emptor.kit.resource import KEY, Operation, Parent, Resource
from emptor.store import query
from emptor.store.schema import define, table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import UnitOfWork

Values = dict[str, Any]

SUBLEVELS = 5
"""How many levels a tree has below its top, at most."""
TOO_DEEP = f"Options go at most {SUBLEVELS} levels below the top."
OF_ANOTHER_FIELD = "The parent must be an option of the same field."


def create(tx: UnitOfWork, values: Values) -> int:
    """A new option of the field that `field_id` names; its id."""
    only_in_a_dropdown(tx, tx.scalar(_kind(), company=tx.company_id, field=values["field_id"]), "name")
    if values.get("parent_id") is not None:
        parent = query.stored(tx, OPTIONS, "id", values["parent_id"])
        if parent is None or parent["field_id"] != values["field_id"]:
            tx.problems.add("parent", OF_ANOTHER_FIELD)
        elif parent["level"] == SUBLEVELS:
            tx.problems.add("parent", TOO_DEEP)
        else:
            values["level"] = parent["level"] + 1
    option_id = writing.create(tx, OPTIONS, values)
    _field_changed(tx, values["field_id"])
    return option_id


def only_in_a_dropdown(tx: UnitOfWork, kind: int, place: str) -> None:
    """Note that a field of this kind has no options, if so."""
    if kind != DROPDOWN:
        tx.problems.add(place, f"Only a drop-down has options; this is a {TYPES[kind]} field.")


def update(tx: UnitOfWork, row: Values, values: Values) -> None:
    """Change an option; to a new parent it takes along everything below it."""
    levels: dict[int, int] = {}
    if "parent_id" in values and values["parent_id"] != row["parent_id"]:
        tree: list[Any] = tx.raw(_tree(), company=tx.company_id, field=row["field_id"])
        try:
            levels = relevelled(dict(tree), row["id"], values["parent_id"])
        except ValueError as fault:
            tx.problems.add("parent", str(fault))
    writing.update(tx, OPTIONS, row, values)
    for option, level in levels.items():
        tx.update(table(OPTIONS.table), {"level": level}, id=option)
    if values.keys() != {"external_id"}:  # an external id set on its own bumps nothing
        _field_changed(tx, row["field_id"])


def relevelled(parents: Mapping[int, int | None], moved: int, parent: int | None) -> dict[int, int]:
    """The levels of `moved` and of all below it once it hangs below `parent`; `parents` has every option of the field.

    ValueError with a sentence when it cannot hang there.
    """
    if parent is not None and parent not in parents:
        raise ValueError(OF_ANOTHER_FIELD)
    level, step = 0, parent
    while step is not None:
        if step == moved:
            raise ValueError("An option cannot hang below itself.")
        level, step = level + 1, parents[step]
    children: dict[int | None, list[int]] = defaultdict(list)
    for option, above in parents.items():
        children[above].append(option)
    levels: dict[int, int] = {}
    layer = [moved]
    while layer:
        if level > SUBLEVELS:
            raise ValueError(TOO_DEEP)
        levels |= dict.fromkeys(layer, level)
        layer = [child for option in layer for child in children[option]]
        level += 1
    return levels


def bind(family: str, tx: UnitOfWork, values: Values) -> int:
    """Let an option go only with the named objects and those it is bound to already; its id."""
    option_id = unbind(family, tx, values)  # binding twice is binding once
    refs = dependencies.BOUND_TO[values["depend_type"]]
    members = dict.fromkeys(values["entity_ids"])
    tx.insert_all(table(refs.table), [{refs.owner: option_id, refs.member: one} for one in members])
    return option_id


def unbind(family: str, tx: UnitOfWork, values: Values) -> int:
    """Take back what binds an option to the named objects; its id."""
    refs = dependencies.BOUND_TO.get(values.get("depend_type", 0))
    if refs:
        writing.check_references(tx, (replace(refs, wire="entity_ids"),), [("", values)])
    option_id = values.get("option_id", 0)
    field_id = tx.scalar(_field(), company=tx.company_id, option=option_id, family=family)
    if field_id is None:
        tx.problems.add(_option_key(family), f"No {family} custom field has an option with id {option_id}.")
    tx.problems.raise_if_any()
    assert refs is not None
    for one in values["entity_ids"]:
        tx.delete(table(refs.table), **{refs.owner: option_id, refs.member: one})
    _field_changed(tx, field_id)
    access_changed(tx)
    return int(option_id)


def _field_changed(tx: UnitOfWork, field_id: int) -> None:
    """A field shows its options, so whoever asks for fields changed since has to see it."""
    tx.update(table("custom_fields"), {"update_date": tx.stamp}, id=field_id)


@dataclass(frozen=True, eq=False)
class EntityIds(Refs):
    """Ids as one number, as a list, or as the text of a list: `[27377, 27378]`."""

    # wire: clients send this one list as a single text, even in a form

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        if isinstance(raw, str):
            raw = raw.strip().removeprefix("[").removesuffix("]").split(",")
        return super().parse(raw, place, problems)

    def input_schema(self) -> dict[str, Any]:
        return {"anyOf": [super().input_schema(), {"type": "integer", "minimum": 0}, {"type": "string"}]}


def _option_key(family: str) -> str:
    return f"{family}_custom_field_option_id"


def _operations(family: str) -> tuple[Operation, ...]:
    name, what = f"{family}customfields", f"of a field for {family}s"
    path, below = f"/{name}/{{fieldId}}/options", Parent(name, "fieldId", "field_id")
    dependency = (
        Ref(_option_key(family), to="custom_field_options", column="option_id", required=True, write=Write.ALWAYS),
        Code("depend_type", names=dependencies.KINDS, required=True, write=Write.ALWAYS),
        EntityIds("entity_ids", required=True, write=Write.ALWAYS),
    )
    return (
        Operation("list", "GET", path, parent=below, summary=f"List the options {what}"),
        Operation("get", "GET", f"{path}/{{id}}", hosted=False, parent=below, summary=f"One option {what}"),
        Operation(
            "create", "POST", path, CONFIGURE, run=create, status=201, parent=below, summary=f"Add an option {what}"
        ),
        Operation(
            "update", "PUT", f"{path}/{{id}}", CONFIGURE, run=update, parent=below, summary=f"Change an option {what}"
        ),
        Operation(
            "patch", "PATCH", f"{path}/{{id}}", CONFIGURE, run=update, parent=below, summary=f"Change an option {what}"
        ),
        Operation(
            "command", "PATCH", f"/{name}/options/depend_add", CONFIGURE, run=partial(bind, family), body=dependency,
            summary=f"Let an option {what} go only with some legal entities or locations",
        ),
        Operation(
            "command", "PATCH", f"/{name}/options/depend_remove", CONFIGURE, run=partial(unbind, family),
            body=dependency, summary=f"Take back what an option {what} depends on",
        ),
    )  # fmt: skip


FIELDS = (
    KEY,
    Text("name", size=300, required=True, write=Write.ALWAYS),
    Text("code", size=100, write=Write.ALWAYS),
    Derived("label", compute=lambda shown: shown["name"], json_schema={"type": "string"}),
    Integer("level", default=0, note="0 at the top of the tree"),
    Flag("enable", default=True, write=Write.ALWAYS),
    Text("externalId", size=200, write=Write.ALWAYS),
    Ref("parent", to="custom_field_options", show=("id",), write=Write.ALWAYS),
)

OPTIONS = define(
    Resource(
        name="customfieldoptions",
        table="custom_field_options",
        label="CustomFieldOption",
        fields=(
            *FIELDS,
            *dependencies.BOUND_TO.values(),
            Hidden("field", column="field_id", kind="id", nullable=False, references="custom_fields"),
        ),
        operations=tuple(operation for family in ("document", "item", "supplier") for operation in _operations(family)),
        writes=CONFIGURE,
        governs_access=True,
        indexes=(("field_id",),),
    )
)

OPTION = Part("CustomFieldOptionRow", OPTIONS.table, "field_id", "custom_fields", FIELDS)
"""Options inside their field, shown as the rows of their own list are."""


@lru_cache(maxsize=1)
def _kind() -> Statement:
    fields = table("custom_fields")
    return Statement(
        select(fields.c.type).where(fields.c.company_id == bindparam("company"), fields.c.id == bindparam("field"))
    )


@lru_cache(maxsize=1)
def _tree() -> Statement:
    options = table("custom_field_options")
    return Statement(
        select(options.c.id, options.c.parent_id).where(
            options.c.company_id == bindparam("company"), options.c.field_id == bindparam("field")
        )
    )


@lru_cache(maxsize=1)
def _field() -> Statement:
    options, fields = table("custom_field_options"), table("custom_fields")
    return Statement(
        select(fields.c.id).where(
            fields.c.company_id == bindparam("company"),
            fields.c.family == bindparam("family"),
            options.c.company_id == fields.c.company_id,
            options.c.field_id == fields.c.id,
            options.c.id == bindparam("option"),
        )
    )
