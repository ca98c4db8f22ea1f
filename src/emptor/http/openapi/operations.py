"""What can be asked for: the paths of all resources with their parameters, bodies and answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emptor.http.filters import ALIASES, MOST_EXTERNAL_IDS, MOST_VALUES, NATIVE, PRESENCE, includable
from emptor.http.openapi import shared
from emptor.http.openapi.bodies import MULTIPART, form_of, json_and_forms
from emptor.http.openapi.schemas import Schema, Schemas, closed
from emptor.kit.fields import (
    Code,
    Field,
    Flag,
    Integer,
    Key,
    Moment,
    Number,
    Ref,
    Upload,
    Write,
    input_object,
    taken_in,
)
from emptor.kit.resource import Operation, Resource
from emptor.store.query import Registry

UNIFORM = ("list", "get", "create", "update", "patch")
"""Kinds of operation whose paths do not name them."""

INTEGER, TEXT = {"type": "integer"}, {"type": "string"}


class Operations:
    """The operations of a profile; `parameters`, `responses` and `schemas` collect what several of them share."""

    def __init__(self, registry: Registry, profile: str) -> None:
        self.profile = profile
        self.resources = [one for one in registry if any(self._offered(each) for each in one.operations)]
        self.schemas = Schemas(registry, profile)
        self.parameters: dict[str, Schema] = {}
        self.responses: dict[str, Schema] = {}

    def _offered(self, operation: Operation) -> bool:
        return operation.hosted or self.profile == "extended"

    def tags(self) -> list[Schema]:
        """One tag for each resource."""
        return [{"name": one.name, **({"description": one.note} if one.note else {})} for one in self.resources]

    def paths(self) -> dict[str, Schema]:
        """Every path with its methods."""
        paths: dict[str, Schema] = {}
        for resource in self.resources:
            for operation in filter(self._offered, resource.operations):
                paths.setdefault(operation.path, {})[operation.method.lower()] = self._operation(resource, operation)
        return paths

    def _operation(self, resource: Resource, operation: Operation) -> Schema:
        said: Schema = {"operationId": name_of(operation), "tags": [resource.name], "summary": operation.summary}
        if not operation.hosted:
            said["x-hosted"] = False
        parameters = list(path_parameters(operation))
        if operation.kind == "list":
            parameters += self._query(resource)
        elif operation.method == "GET":
            parameters += [_asked_with(one) for one in operation.body or ()]
        parameters += [
            {"name": one.wire, "in": "query", "required": one.required, "description": one.note,
             "schema": one.input_schema()}
            for one in operation.asks
        ]  # fmt: skip
        if parameters:
            said["parameters"] = parameters
        failures = {400, 401, 403, 421, 429, 500}
        if "{" in operation.path:
            failures.add(404)
        if operation.method != "GET":
            failures |= {413, 415}
            said |= self._body(resource, operation)
        said["responses"] = {str(operation.status): self._answer(resource, operation), **shared.failing(*failures)}
        return said

    # Queries

    def _query(self, resource: Resource) -> list[Schema]:
        names = ["page", "per_page", *(["modifiedSince"] if resource.has("updateDate") else [])]
        found = [{"$ref": f"#/components/parameters/{name}"} for name in names]
        names = [one.wire for one in includable(resource, self.profile)]
        if names:
            listed = {"type": "array", "items": {"enum": names}}
            said = "Collections to show in each row too, with commas between them."
            found.append({"name": "include", "in": "query", "description": said, "schema": listed, "explode": False})
        return found + [self._shared(one) for one in filters_of(resource)]

    def _shared(self, parameter: Schema) -> Schema:
        """Refer to a filter that several lists have; one that differs from its namesake is written out."""
        name = re.sub(r"\W+", ".", parameter["name"].replace("[]", ".any")).strip(".")
        if self.parameters.setdefault(name, parameter) != parameter:
            return parameter
        return {"$ref": f"#/components/parameters/{name}"}

    # Bodies

    def _body(self, resource: Resource, operation: Operation) -> Schema:
        if operation.body == ():
            return {}
        occasion = Write.ON_CREATE if operation.kind in ("create", "command") else Write.ON_UPDATE
        fields = resource.fields if operation.body is None else operation.body
        schema = input_object(taken_in(fields, self.profile), occasion)
        if operation.kind == "patch":
            schema["anyOf"] = [{"required": [name]} for name in schema["properties"]]
        json, form = schema, form_of(schema)
        if operation.body is None:
            name = f"{resource.label}{operation.kind.capitalize()}"
            json, form = self.schemas.name(name, json), self.schemas.name(f"{name}Form", form)
        needed = "required" in schema or "anyOf" in schema
        uploads = any(isinstance(one, Upload) for one in operation.body or ())
        content = {MULTIPART: {"schema": form}} if uploads else json_and_forms(json, form)
        return {"requestBody": {"required": needed, "content": content}}

    # Answers

    def _answer(self, resource: Resource, operation: Operation) -> Schema:
        if operation.file:
            shown = shared.answer(
                "The file, or for `Accept: application/json` the object.", self.schemas.detail(resource)
            )
            shown["content"]["*/*"] = {}
            return shown
        if operation.shows:
            return shared.answer(operation.summary, operation.shows)
        if operation.kind == "delete":
            return self._responded("Gone", {"description": "It is gone."})
        if operation.many:
            several = closed({"data": {"type": "array", "items": self.schemas.detail(resource)}})
            return self._response(f"{resource.label}Made", "The objects that have been made.", several)
        if operation.move and not operation.move.makes:
            return self._response(f"{resource.label}Row", "The object as it is now.", self.schemas.row(resource))
        if operation.kind != "list":
            return self._response(resource.label, "The object as it is now.", self.schemas.detail(resource))
        page = {"data": {"type": "array", "items": self.schemas.row(resource)}}
        if resource.meta:
            page["meta"] = closed({"pagination": {"$ref": "#/components/schemas/Pagination"}})
        return self._response(f"{resource.label}List", "One page of the objects the person sees.", closed(page))

    def _response(self, name: str, description: str, schema: Schema) -> Schema:
        return self._responded(name, shared.answer(description, schema))

    def _responded(self, name: str, response: Schema) -> Schema:
        self.responses.setdefault(name, response)
        return {"$ref": f"#/components/responses/{name}"}


def name_of(operation: Operation) -> str:
    """`suppliers_list`, `purchaseorders_confirm`: names an operation in generated code."""
    words = [segment for segment in operation.path.strip("/").split("/") if not segment.startswith("{")]
    if operation.kind in UNIFORM:
        words.append(operation.kind)
        if operation.kind == "create" and operation.parent and operation.path.endswith("}"):
            words.append(operation.parent.resource)
    elif operation.path.endswith("}") or operation.method == "DELETE":
        words.append(operation.method.lower())
    return "_".join(words)


def path_parameters(operation: Operation) -> Iterator[Schema]:
    """The keys in the path: a document's `idn` is text, every other key a number."""
    for name in re.findall(r"{(\w+)}", operation.path):
        schema = TEXT if name.lower().endswith("idn") else {"type": "integer", "minimum": 0}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def filters_of(resource: Resource) -> Iterator[Schema]:
    """The filters of a list, each under every name it goes by."""
    for one in resource.searchable:
        if one.wire in NATIVE:
            continue
        schema = _filter_schema(one)
        yield _filter(one.wire, schema)
        yield _filter(f"{one.wire}[]", _several(schema, MOST_VALUES))
        if isinstance(one, Moment):
            yield _filter(f"{one.wire}[left_date]", TEXT, "That day or moment, or later.")
            yield _filter(f"{one.wire}[right_date]", TEXT, "That day or moment, or earlier.")
        if isinstance(one, Ref):
            yield _filter(f"{one.wire}[id]", schema)
        if one.wire == "approvalDate":
            yield _filter("approvalLeftDate", TEXT, "The same as `approvalDate[left_date]`.")
            yield _filter("approvalRightDate", TEXT, "The same as `approvalDate[right_date]`.")
        for alias in (name for name, wire in ALIASES.items() if wire == one.wire):
            yield _filter(alias, schema)
            yield _filter(f"{alias}[]", _several(schema, MOST_EXTERNAL_IDS))
        for name in (name for name, wire in PRESENCE.items() if wire == one.wire):
            yield _filter(name, {"enum": [0, 1]}, f"0: only objects without `{one.wire}`; 1: only objects with one.")


def _asked_with(one: Field) -> Schema:
    """A query parameter of an operation of no uniform kind."""
    if one.wire in shared.PARAMETERS:
        return {"$ref": f"#/components/parameters/{one.wire}"}
    return _filter(one.wire, _filter_schema(one), one.note)


def _filter(name: str, schema: Schema, description: str = "") -> Schema:
    return {"name": name, "in": "query", **({"description": description} if description else {}), "schema": schema}


def _several(schema: Schema, most: int) -> Schema:
    return {"type": "array", "items": schema, "maxItems": most}


def _filter_schema(one: Field) -> Schema:
    match one:
        case Key() | Integer() | Code() | Ref():
            return INTEGER
        case Number():
            return {"type": "number"}
        case Flag():
            return {"type": "boolean"}
    return TEXT


__all__ = ["Operations", "filters_of", "name_of"]
