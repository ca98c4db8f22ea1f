"""What objects look like: the schemas of a resource as sent out, with everything it embeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from emptor.http.filters import includable
from emptor.kit.fields import CustomValues, Field, Hidden, Parts, Ref, Refs
from emptor.kit.resource import Resource
from emptor.store.query import Registry

Schema = dict[str, Any]


def closed(properties: Schema, optional: Schema | None = None) -> Schema:
    """An object that always has the keys of `properties`, may have the `optional` ones, and never has another."""
    every = {**properties, **(optional or {})}
    return {"type": "object", "properties": every, "required": list(properties), "additionalProperties": False}


def collection(item: Schema) -> Schema:
    """How the wire wraps several objects."""
    return closed({"data": {"type": "array", "items": item}})


ID = closed({"id": {"type": "integer"}})


class Schemas:
    """The schemas of all resources; `named` fills up as they are asked for."""

    def __init__(self, registry: Registry, profile: str) -> None:
        self.registry = registry
        self.profile = profile
        self.named: dict[str, Schema] = {}

    def name(self, name: str, schema: Schema) -> Schema:
        """Keep `schema` under `name` and refer to it; ValueError when another one has the name."""
        if self.named.setdefault(name, schema) != schema:
            raise ValueError(f"two different schemas are named {name}; give one of them another label")
        return {"$ref": f"#/components/schemas/{name}"}

    def detail(self, resource: Resource) -> Schema:
        """One object on its own."""
        return self.name(resource.label, self._object(resource.fields))

    def row(self, resource: Resource) -> Schema:
        """One object in a list."""
        if all(one.listed or isinstance(one, Hidden) for one in resource.fields):
            return self.detail(resource)
        listed = (one for one in resource.fields if one.listed)
        return self.name(f"{resource.label}Row", self._object(listed, includable(resource, self.profile)))

    def _object(self, fields: Iterable[Field], optional: Iterable[Field] = ()) -> Schema:
        return closed(dict(self._keys(fields)), dict(self._keys(optional)))

    def _keys(self, fields: Iterable[Field]) -> Iterator[tuple[str, Schema]]:
        for one in fields:
            if isinstance(one, Hidden):
                continue
            schema = self._value(one)
            yield one.wire, {**schema, "description": one.note} if one.note else schema
            if isinstance(one, CustomValues) and one.options_as:
                yield (
                    one.options_as,
                    {"type": ["string", "null"], "description": "ids of all chosen options, with commas"},
                )

    def _value(self, one: Field) -> Schema:
        match one:
            case CustomValues():
                return collection(self._custom_value(one))
            case Parts():
                part = self.name(one.of.label, self._object(one.of.fields))
                return {"type": "array", "items": part} if one.bare else collection(part)
            case Refs():
                return collection(self._embedded(one.to, one.show))
            case Ref(flat=True):
                return {"type": "integer" if one.required else ["integer", "null"]}
            case Ref():
                shown = self._embedded(one.to, one.show)
                return shown if one.required else {"anyOf": [shown, self._unset]}
        return one.schema()

    @property
    def _unset(self) -> Schema:
        return {"type": "null"} if self.registry.empty_ref is None else {"type": "array", "maxItems": 0}

    def _embedded(self, target: str, show: tuple[str, ...]) -> Schema:
        if show == ("id",):
            return self.name("Id", ID)
        resource = self.registry.by_table[target]
        shown = self._object(resource.field(wire) for wire in show or resource.reference)
        return shown if show else self.name(f"{resource.label}Ref", shown)

    def _custom_value(self, values: CustomValues) -> Schema:
        keys = {
            "id": {"type": "integer"},
            "value": {"type": "string", "description": "the id of the chosen option, the text, or the date"},
            values.names_field: self.name("Id", ID),
        }
        return self.name(f"{values.names_field[0].upper()}{values.names_field[1:]}Value", closed(keys))
