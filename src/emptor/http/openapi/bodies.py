"""What requests carry: the same object as JSON and, under bracket names, as a form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

MULTIPART = "multipart/form-data"
FORMS = ("application/x-www-form-urlencoded", MULTIPART)
NUMBER = "[#]"


def json_and_forms(json: Schema, form: Schema) -> Schema:
    """The content of a request that may be sent either way."""
    return {"application/json": {"schema": json}, **{kind: {"schema": form} for kind in FORMS}}


def form_of(schema: Schema) -> Schema:
    """The schema of a JSON object, with the names its values have in a form.

    `supplier[id]`, `currencies[]`; below a list of objects the names are patterns: `items[0][name]`.
    """
    form: Schema = {"type": "object", "properties": {}, "patternProperties": {}, "required": []}
    for name, inner in schema["properties"].items():
        for spelled, leaf in _spelled(name, inner):
            if NUMBER in spelled:
                form["patternProperties"][_pattern(spelled)] = leaf
                continue
            form["properties"][spelled] = leaf
            if name in schema.get("required", ()):
                form["required"].append(spelled)
    kept = {name: schema[name] for name in ("anyOf",) if name in schema}
    return {name: said for name, said in form.items() if said or name == "properties"} | kept


def _spelled(name: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Every single value of the schema with its name in a form."""
    if "items" in schema:
        item = schema["items"]
        if "properties" in item and "integer" not in item["type"]:
            yield from _spelled(f"{name}{NUMBER}", item)
        else:
            yield f"{name}[]", _leaf({**schema, "items": _leaf(item)})
    elif "properties" in schema:
        for key, inner in schema["properties"].items():
            yield from _spelled(f"{name}[{key}]", inner)
    else:
        yield name, _leaf(schema)


def _leaf(schema: Schema) -> Schema:
    """Without what only JSON can send: null, and the object around an id."""
    leaf = {word: said for word, said in schema.items() if word not in ("properties", "required")}
    if isinstance(leaf.get("type"), list):
        types = [kind for kind in leaf["type"] if kind not in ("null", "object")]
        leaf["type"] = types if len(types) > 1 else types[0]
    if None in leaf.get("enum", ()):
        leaf["enum"] = [choice for choice in leaf["enum"] if choice is not None]
    return leaf


def _pattern(spelled: str) -> str:
    return "^" + spelled.replace("[", r"\[").replace("]", r"\]").replace("#", "[0-9]+") + "$"
