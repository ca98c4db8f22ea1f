"""The kinds of field a resource can have: each knows its columns, how to read a value and how the wire shows it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from emptor.kit import money
from emptor.kit.clock import end_of_day, parse_moment, spell
from emptor.kit.errors import Problems

MISSING: Any = object()
"""What a parser returns when the value is unusable; the problem has been noted."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|[\ud800-\udfff]")
_BREAK = re.compile(r"[\r\n\t]")
_WHOLE = re.compile(r"\s*[+-]?\d{1,18}\s*")
_SAFE_INTEGER = 2**53 - 1
MOST_DIGITS = 50
"""Numbers with more of them before the point, or of zeros behind it, are not even looked at."""


class Write(Enum):
    """When a client may send a field."""

    NEVER = "never"
    ON_CREATE = "on create"
    ON_UPDATE = "on update"
    ALWAYS = "always"

    def on(self, occasion: Write) -> bool:
        """Whether the field is accepted on `occasion` (ON_CREATE or ON_UPDATE)."""
        return self in (occasion, Write.ALWAYS)


@dataclass(frozen=True)
class Column:
    """One stored column, in words the store turns into SQL types."""

    name: str
    kind: str
    """`id`, `integer`, `text`, `flag`, `fixed`, `moment` or `json`."""
    size: int = 0
    """Length of text, decimals of a fixed-point number."""
    nullable: bool = True
    default: Any = None
    references: str = ""
    """Table whose `(company_id, id)` the column points to."""


def snake(wire: str) -> str:
    """`createDate` → `create_date`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", wire).lower()


@dataclass(frozen=True, eq=False)
class Field:
    """What every field has: its name on the wire, where it is stored, who may send it and where it shows."""

    wire: str
    column: str = field(default="", kw_only=True)
    listed: bool = field(default=True, kw_only=True)
    """False: only the form of one object carries the field, rows of a list do not."""
    write: Write = field(default=Write.NEVER, kw_only=True)
    required: bool = field(default=False, kw_only=True)
    default: Any = field(default=None, kw_only=True)
    unique: bool = field(default=False, kw_only=True)
    hosted: bool = field(default=True, kw_only=True)
    """False: the hosted API does not take it; the strict profile passes it over."""
    note: str = field(default="", kw_only=True)

    filterable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not self.column:
            object.__setattr__(self, "column", snake(self.wire))

    def columns(self) -> tuple[Column, ...]:
        """The stored columns of this field; none for what is computed."""
        return ()

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        """The value to store for `raw`, or MISSING with a problem noted under `place`."""
        raise NotImplementedError(self.wire)

    def parse_filter(self, text: str) -> Any:
        """The value a list filter compares with; ValueError with a sentence when `text` is none."""
        problems = Problems()
        value = self.parse(text, self.wire, problems)
        if problems:
            raise ValueError(next(iter(problems.values())))
        return value

    @property
    def converter(self) -> Callable[[Any], Any] | None:
        """Turns the loaded value into the wire's, or None when they are the same."""
        return None

    def schema(self) -> dict[str, Any]:
        """The JSON schema of the field as sent out."""
        return {}

    def input_schema(self) -> dict[str, Any]:
        """The JSON schema of the field as accepted."""
        return self.schema()

    def _plain_column(self, kind: str, size: int = 0) -> tuple[Column, ...]:
        has_default = self.default is not None
        return (Column(self.column, kind, size, nullable=not (self.required or has_default), default=self.default),)


def _or_null(schema: dict[str, Any], nullable: bool) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]} if nullable else schema


@dataclass(frozen=True, eq=False)
class Key(Field):
    """`id`: the platform's own number of a row, unique over all companies and kinds (overview S15)."""

    wire: str = "id"

    def columns(self) -> tuple[Column, ...]:
        return (Column("id", "id", nullable=False),)

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        return _integer(raw, place, problems, low=0)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer"}


@dataclass(frozen=True, eq=False)
class Text(Field):
    """A string of at most `size` characters; numbers are taken as their text."""

    size: int = field(default=300, kw_only=True)
    multiline: bool = field(default=False, kw_only=True)
    pattern: str = field(default="", kw_only=True)
    hint: str = field(default="", kw_only=True)

    def columns(self) -> tuple[Column, ...]:
        return self._plain_column("text", self.size)

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
            raw = str(raw)
        if not isinstance(raw, str):
            problems.add(place, "Send a text.")
            return MISSING
        value = unicodedata.normalize("NFC", raw)
        sentence = self._fault(value)
        if sentence:
            problems.add(place, sentence)
            return MISSING
        return value

    def parse_filter(self, text: str) -> Any:
        """Any text without control characters: what no row can hold matches nothing."""
        if _CONTROL.search(text):
            raise ValueError("Remove the control characters from this text.")
        return unicodedata.normalize("NFC", text)

    def _fault(self, value: str) -> str:
        if len(value) > self.size:
            return f"Use at most {self.size} characters; this text has {len(value)}."
        if _CONTROL.search(value) or (not self.multiline and _BREAK.search(value)):
            return "Remove the control characters from this text."
        if self.pattern and not re.fullmatch(self.pattern, value):
            return self.hint
        if self.required and not value.strip():
            return "This field must not be empty."
        return ""

    def schema(self) -> dict[str, Any]:
        return _or_null({"type": "string"}, not (self.required or self.default is not None))

    def input_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": ["string", "number"], "maxLength": self.size}
        if self.pattern:
            schema["pattern"] = f"^(?:{self.pattern})$" if self.required else f"^(?:{self.pattern})?$"
        elif self.required:
            schema["pattern"] = r"\S"
        return schema if self.required else {**schema, "type": [*schema["type"], "null"]}


def _integer(raw: Any, place: str, problems: Problems, low: int = -_SAFE_INTEGER) -> Any:
    if isinstance(raw, str) and _WHOLE.fullmatch(raw):
        raw = int(raw)
    if isinstance(raw, Decimal) and raw.is_finite() and raw.adjusted() < 18 and raw == raw.to_integral_value():
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= _SAFE_INTEGER:
        problems.add(place, "Send a whole number." if low < 0 else "Send a whole number, 0 or more.")
        return MISSING
    return raw


@dataclass(frozen=True, eq=False)
class Integer(Field):
    """A whole number between `low` and `high`."""

    low: int = field(default=0, kw_only=True)
    high: int = field(default=2**31 - 1, kw_only=True)

    def columns(self) -> tuple[Column, ...]:
        return self._plain_column("integer")

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        value = _integer(raw, place, problems)
        if value is not MISSING and not self.low <= value <= self.high:
            problems.add(place, f"Send a number from {self.low} to {self.high}.")
            return MISSING
        return value

    def schema(self) -> dict[str, Any]:
        return _or_null({"type": "integer"}, not (self.required or self.default is not None))

    def input_schema(self) -> dict[str, Any]:
        return _or_null({"type": "integer", "minimum": self.low, "maximum": self.high}, not self.required)


@dataclass(frozen=True, eq=False)
class Code(Field):
    """A number with a meaning; `names` maps each to a word people use."""

    names: Mapping[int, str] = field(default_factory=dict, kw_only=True)

    def columns(self) -> tuple[Column, ...]:
        return self._plain_column("integer")

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        value = _integer(raw, place, problems)
        if value is not MISSING and self.names and value not in self.names:
            choices = ", ".join(f"{number} ({name})" for number, name in sorted(self.names.items()))
            problems.add(place, f"Send one of: {choices}.")
            return MISSING
        return value

    def parse_filter(self, text: str) -> Any:
        """Any whole number: codes that nobody uses match nothing."""
        problems = Problems()
        value = _integer(text, self.wire, problems)
        if problems:
            raise ValueError("Send a whole number.")
        return value

    def schema(self) -> dict[str, Any]:
        schema = _or_null({"type": "integer"}, not (self.required or self.default is not None))
        if self.names:
            schema["description"] = ", ".join(f"{number} = {name}" for number, name in sorted(self.names.items()))
        return schema

    def input_schema(self) -> dict[str, Any]:
        if not self.names:
            return _or_null({"type": "integer"}, not self.required)
        choices: list[Any] = sorted(self.names)
        return {"enum": choices if self.required else [*choices, None], "description": self.schema()["description"]}


@dataclass(frozen=True, eq=False)
class Flag(Field):
    """True or false."""

    default: Any = field(default=False, kw_only=True)

    def columns(self) -> tuple[Column, ...]:
        return self._plain_column("flag")

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        if isinstance(raw, bool):
            return raw
        word = str(raw).strip().lower() if isinstance(raw, (str, int, Decimal)) else ""
        if word in ("true", "1"):
            return True
        if word in ("false", "0"):
            return False
        problems.add(place, "Send true or false.")
        return MISSING

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def input_schema(self) -> dict[str, Any]:
        return _or_null(self.schema(), not self.required)


@dataclass(frozen=True, eq=False)
class Number(Field):
    """An exact decimal with at most `scale` decimals, from `low` to `high`; `decimals` narrows what is accepted."""

    scale: int = field(default=money.MONEY_SCALE, kw_only=True)
    decimals: int | None = field(default=None, kw_only=True)
    low: Decimal | None = field(default=money.ZERO, kw_only=True)
    high: Decimal = field(default=Decimal(10) ** 11, kw_only=True)
    as_text: bool = field(default=False, kw_only=True)
    """True: sent as text with at least two decimals (`"0.00"`)."""
    reckoned: bool = field(default=False, kw_only=True)
    """True: clients work it out in binary floating point, so that what is next to a number it can be, is that."""

    def columns(self) -> tuple[Column, ...]:
        return self._plain_column("fixed", self.scale)

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        try:
            value = money.parse_decimal(raw)
        except ValueError as fault:
            problems.add(place, str(fault))
            return MISSING
        if self.reckoned:
            value = money.settled(value, self._allowed)
        if not value:
            value = money.ZERO  # 0e400 too
        sentence = self._fault(value)
        if sentence:
            problems.add(place, sentence)
            return MISSING
        return value

    @property
    def _allowed(self) -> int:
        return self.scale if self.decimals is None else self.decimals

    def _fault(self, value: Decimal) -> str:
        allowed = self._allowed
        huge, tiny = value.adjusted() > MOST_DIGITS, value.adjusted() < -MOST_DIGITS
        if tiny or (not huge and money.decimals_of(value) > allowed):
            return f"Use at most {allowed} decimals."
        if self.low is not None and value < self.low:
            return f"Send a number of {money.plain(self.low, 0)} or more."
        if huge or abs(value) > self.high:
            return f"Send a number of at most {money.plain(self.high, 0)}."
        return ""

    @property
    def converter(self) -> Callable[[Any], Any] | None:
        if self.as_text:
            return lambda value: None if value is None else money.plain(Decimal(value))
        return None

    def schema(self) -> dict[str, Any]:
        kind = "string" if self.as_text else "number"
        return _or_null({"type": kind}, not (self.required or self.default is not None))

    def input_schema(self) -> dict[str, Any]:
        low = -self.high if self.low is None else self.low
        schema: dict[str, Any] = {"type": ["number", "string"], "minimum": float(low), "maximum": float(self.high)}
        return schema if self.required else {**schema, "type": [*schema["type"], "null"]}


def amount(wire: str, **options: Any) -> Number:
    """A sum of money, never empty."""
    return Number(wire, default=money.ZERO, **options)


def percent(wire: str, **options: Any) -> Number:
    """A share of a hundred."""
    return Number(wire, scale=money.PERCENT_SCALE, high=money.HUNDRED, **options)


@dataclass(frozen=True, eq=False)
class Moment(Field):
    """A point in time, to the second, in UTC; a day alone means its beginning or, with `day_ends`, its last second."""

    day_ends: bool = field(default=False, kw_only=True)

    def columns(self) -> tuple[Column, ...]:
        return self._plain_column("moment")

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        try:
            if not isinstance(raw, str):
                raise ValueError("Send a date as text, like 2024-01-31T08:00:00Z.")
            moment, only_day = parse_moment(raw)
            return spell(end_of_day(moment) if only_day and self.day_ends else moment)
        except (ValueError, OverflowError) as fault:
            problems.add(place, str(fault))
            return MISSING

    def schema(self) -> dict[str, Any]:
        return _or_null({"type": "string", "format": "date-time"}, not (self.required or self.default is not None))

    def input_schema(self) -> dict[str, Any]:
        return _or_null({"type": "string"}, not self.required)


@dataclass(frozen=True, eq=False)
class Texts(Field):
    """A plain list of short strings, such as currency codes."""

    size: int = field(default=100, kw_only=True)
    pattern: str = field(default="", kw_only=True)
    hint: str = field(default="", kw_only=True)
    default: Any = field(default=(), kw_only=True)

    filterable = False

    def columns(self) -> tuple[Column, ...]:
        return (Column(self.column, "json", nullable=False, default=list(self.default)),)

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        entries = raw if isinstance(raw, list) else [raw]
        if len(entries) > self.size:
            problems.add(place, f"Send at most {self.size} entries.")
            return MISSING
        one = Text(self.wire, size=100, pattern=self.pattern, hint=self.hint, required=True)
        values = [one.parse(entry, f"{place}[{i}]", problems) for i, entry in enumerate(entries)]
        return MISSING if MISSING in values else list(dict.fromkeys(values))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}

    def input_schema(self) -> dict[str, Any]:
        one = Text(self.wire, size=100, pattern=self.pattern, required=True)
        return _or_null({"type": "array", "items": one.input_schema(), "maxItems": self.size}, not self.required)


@dataclass(frozen=True, eq=False)
class Ref(Field):
    """One other row, stored by id and shown as a small object (`supplier: {id, name, …}`), null when unset."""

    to: str = field(default="", kw_only=True)
    show: tuple[str, ...] = field(default=(), kw_only=True)
    """Fields shown; empty means what the target itself shows where it is embedded."""
    flat: bool = field(default=False, kw_only=True)
    """True: shown as the bare id."""
    checked: bool = field(default=True, kw_only=True)
    """False: whoever writes it has made sure that the row is there and stays; the database does not look again."""
    also: tuple[str, str, str] | None = field(default=None, kw_only=True)
    """A table whose rows name further ones, its column that points back and the one that names: a filter finds both."""

    def __post_init__(self) -> None:
        if not self.column:
            object.__setattr__(self, "column", f"{snake(self.wire)}_id")

    def columns(self) -> tuple[Column, ...]:
        target = self.to if self.checked else ""
        return (Column(self.column, "id", nullable=not self.required, references=target),)

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        if isinstance(raw, dict):
            if "id" not in raw:
                problems.add(place, f'Name it by its id: {place}[id]=… or {{"{self.wire}": {{"id": …}}}}.')
                return MISSING
            raw = raw["id"]
        inner = Problems()
        value = _integer(raw, place, inner, low=0)
        if inner:
            problems.add(place, "Send the numeric id of an existing object.")
        return value

    def input_schema(self) -> dict[str, Any]:
        number = {"type": "integer", "minimum": 0}
        if self.flat:
            return _or_null(number, not self.required)
        types = ["object", "integer"] if self.required else ["object", "integer", "null"]
        return {"type": types, "minimum": 0, "properties": {"id": number}, "required": ["id"]}


@dataclass(frozen=True, eq=False)
class Refs(Field):
    """Several other rows through a link table, shown as `{data: […]}` and sent as a list of ids."""

    to: str = field(default="", kw_only=True)
    table: str = field(default="", kw_only=True)
    owner: str = field(default="", kw_only=True)
    """Column of the link table that points back."""
    member: str = field(default="", kw_only=True)
    """Column of the link table that points to the other row."""
    send_as: str = field(default="", kw_only=True)
    """Name under which clients send the ids, where it differs from `wire`."""
    show: tuple[str, ...] = field(default=(), kw_only=True)
    size: int = field(default=1000, kw_only=True)

    filterable = False

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        entries = raw if isinstance(raw, list) else [raw]
        if isinstance(raw, dict) and isinstance(raw.get("data"), list):
            entries = raw["data"]
        if len(entries) > self.size:
            problems.add(place, f"Send at most {self.size} entries.")
            return MISSING
        one = Ref(self.wire, to=self.to)
        values = [one.parse(entry, f"{place}[{i}]", problems) for i, entry in enumerate(entries)]
        # Repeats stay, so that a problem found later is told at its place in the request; they are stored once.
        return MISSING if MISSING in values else values

    def input_schema(self) -> dict[str, Any]:
        one = Ref(self.wire, to=self.to, required=True)
        return _or_null({"type": "array", "items": one.input_schema(), "maxItems": self.size}, not self.required)


@dataclass(frozen=True, eq=False)
class Parts(Field):
    """Rows that belong to this one, such as the lines of a document, shown as `{data: […]}`."""

    part: Part | None = field(default=None, kw_only=True)
    where: tuple[tuple[str, Any], ...] = field(default=(), kw_only=True)
    """Column values that pick these parts where one table serves several owners."""
    size: int = field(default=2000, kw_only=True)
    bare: bool = field(default=False, kw_only=True)
    """True: shown as a plain list."""
    goes_on: bool = field(default=False, kw_only=True)
    """Whether they change with what becomes of the object; its revisions leave them to the journal then."""

    filterable = False

    @property
    def of(self) -> Part:
        """The part; it is always given."""
        assert self.part is not None, self.wire
        return self.part

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        if isinstance(raw, dict) and isinstance(raw.get("data"), list):
            raw = raw["data"]
        if not isinstance(raw, list):
            problems.add(place, "Send a list.")
            return MISSING
        if len(raw) > self.size:
            problems.add(place, f"Send at most {self.size} entries.")
            return MISSING
        return [self._entry(entry, f"{place}[{i}]", problems) for i, entry in enumerate(raw)]

    def _entry(self, raw: Any, place: str, problems: Problems) -> Any:
        if self.of.shorthand and not isinstance(raw, (dict, list)):
            raw = {self.of.shorthand: raw}
        if not isinstance(raw, dict):
            problems.add(place, "Send an object.")
            return MISSING
        known = self.of.keyed and raw.get("id") not in (None, "")
        values = parse_fields(self.of.fields, raw, Write.ON_UPDATE if known else Write.ON_CREATE, problems, place)
        if known:
            values["id"] = _integer(raw["id"], f"{place}[id]", problems, low=0)
        return values

    def input_schema(self) -> dict[str, Any]:
        entry = input_object(self.of.fields, Write.ON_CREATE)
        if self.of.keyed:
            known = {
                "type": ["integer", "null"],
                "minimum": 0,
                "description": "names one that exists; without it, a new one",
            }
            entry = {"type": "object", "properties": {"id": known, **entry["properties"]}}
        if self.of.shorthand:
            alone = self.of.field(self.of.shorthand).input_schema()
            kinds = [alone["type"]] if isinstance(alone["type"], str) else alone["type"]
            entry = {**alone, **entry, "type": ["object", *kinds]}
        return _or_null({"type": "array", "items": entry, "maxItems": self.size}, not self.required)


_CUSTOM_VALUE = Text("value", size=2000, multiline=True)


@dataclass(frozen=True, eq=False)
class CustomValues(Parts):
    """Values of custom fields: `{data: [{id, value, documentCustomField: {id}}]}` (overview S22)."""

    family: str = field(default="", kw_only=True)
    """`document`, `item` or `supplier`."""
    options_as: str = field(default="", kw_only=True)
    """Key of the object that lists the ids of all chosen options."""

    @property
    def names_field(self) -> str:
        """The key that names the definition: `documentCustomField`."""
        return f"{self.family}CustomField"

    @cached_property
    def _definition(self) -> Ref:
        return Ref(self.names_field, to="custom_fields", required=True)

    def _entry(self, raw: Any, place: str, problems: Problems) -> Any:
        if not isinstance(raw, dict) or self.names_field not in raw:
            problems.add(place, f'Send {{"value": …, "{self.names_field}": {{"id": …}}}}.')
            return MISSING
        field_id = self._definition.parse(raw[self.names_field], f"{place}[{self.names_field}]", problems)
        value = raw.get("value")
        if isinstance(value, dict) and "id" in value:
            value = value["id"]
        if value is not None:
            value = _CUSTOM_VALUE.parse(value, f"{place}[value]", problems)
        if MISSING in (field_id, value):
            return MISSING
        return {"field_id": field_id, "value": value or None}

    def input_schema(self) -> dict[str, Any]:
        entry = {
            "type": "object",
            "properties": {
                "value": {"type": ["string", "number", "null"]},
                self.names_field: self._definition.input_schema(),
            },
            "required": [self.names_field],
        }
        return _or_null({"type": "array", "items": entry, "maxItems": self.size}, not self.required)


@dataclass(frozen=True, eq=False)
class Constant(Field):
    """A key the wire has and Emptor has nothing to say about: always `value`."""

    value: Any = field(default=None, kw_only=True)
    kind: str = field(default="null", kw_only=True)

    filterable = False

    def schema(self) -> dict[str, Any]:
        return {"type": self.kind, "const": self.value}


@dataclass(frozen=True, eq=False)
class Derived(Field):
    """Computed from the finished object: `compute` gets it with all keys before this one."""

    compute: Callable[[dict[str, Any]], Any] = field(default=lambda shown: None, kw_only=True)
    json_schema: Mapping[str, Any] = field(default_factory=dict, kw_only=True)

    filterable = False

    def schema(self) -> dict[str, Any]:
        return dict(self.json_schema)


@dataclass(frozen=True, eq=False)
class Asked(Derived):
    """Depends on who asks: `ask` gets the transaction, which knows that, and all finished objects of an answer."""

    ask: Callable[[Any, list[dict[str, Any]]], list[Any]] = field(default=lambda tx, shown: [], kw_only=True)


@dataclass(frozen=True, eq=False)
class Shared(Derived):
    """Computed from the parts, and sent as a list of ids of other rows that parts are to have: nothing of it is stored
    with the object itself.
    """

    to: str = field(default="", kw_only=True)
    size: int = field(default=20, kw_only=True)

    @cached_property
    def _ids(self) -> Refs:
        return Refs(self.wire, to=self.to, size=self.size)

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        return self._ids.parse(raw, place, problems)

    def input_schema(self) -> dict[str, Any]:
        return self._ids.input_schema()


@dataclass(frozen=True, eq=False)
class Upload(Field):
    """A file in a multipart body; its value is the file as the edge has read it."""

    filterable = False

    def parse(self, raw: Any, place: str, problems: Problems) -> Any:
        if isinstance(raw, (str, int, Decimal, list, dict)):
            problems.add(place, "Send a file: a part of a multipart body with a file name.")
            return MISSING
        return raw

    def input_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "binary"}


@dataclass(frozen=True, eq=False)
class Hidden(Field):
    """Stored with the row, never shown: `kind` and `scale` as in `Column`."""

    kind: str = field(default="integer", kw_only=True)
    size: int = field(default=0, kw_only=True)
    nullable: bool = field(default=True, kw_only=True)
    references: str = field(default="", kw_only=True)

    filterable = False

    def columns(self) -> tuple[Column, ...]:
        return (Column(self.column, self.kind, self.size, self.nullable, self.default, self.references),)


@dataclass(frozen=True, eq=False)
class Part:
    """A kind of row that only lives inside another: a line, a contact, a tax of a line."""

    label: str
    table: str
    owner: str
    """Column that names the owning row."""
    owner_table: str
    fields: tuple[Field, ...]
    order: str = "id"
    shorthand: str = ""
    """Field that a bare value in the list stands for: `taxes[]=3` is `taxes[0][id]=3`."""
    root: str = ""
    """Column, one of its own, for the row that owns its owner: it is found by that without looking at the owners."""
    indexes: tuple[tuple[str, ...], ...] = ()
    """Columns by which many are looked up, beside the owner's."""
    beside_owner: bool = False
    """Whether those of one owner are stored side by side, because nobody ever looks for one by its id alone."""
    busy: bool = False
    """Whether what becomes of the owner changes all of them again and again."""

    @cached_property
    def keyed(self) -> bool:
        """Whether clients name an existing part by its id; then keys they leave out keep their value."""
        return any(isinstance(one, Key) for one in self.fields)

    def field(self, wire: str) -> Field:
        """The field of that wire name; StopIteration when there is none."""
        return next(one for one in self.fields if one.wire == wire)


@lru_cache(maxsize=1000)
def taken_in(fields: tuple[Field, ...], profile: str) -> tuple[Field, ...]:
    """Those of the fields that clients of a profile may send."""
    return fields if profile == "extended" else tuple(one for one in fields if one.hosted)


def parse_fields(
    fields: tuple[Field, ...], tree: dict[str, Any], occasion: Write, problems: Problems, prefix: str = ""
) -> dict[str, Any]:
    """Read the writable `fields` out of `tree` into values by column (by wire name for parts).

    Unknown keys are ignored. On ON_UPDATE absent keys are left out; on ON_CREATE they take the field's default,
    and required ones are noted in `problems`, which collects every fault at once.
    """
    values: dict[str, Any] = {}
    for one, sent, target in _writable(fields, occasion):
        place = f"{prefix}[{sent}]" if prefix else sent
        raw = tree.get(sent, MISSING)
        if raw is MISSING:
            if occasion is Write.ON_CREATE and one.required:
                problems.add(place, "This field is required.")
            elif occasion is Write.ON_CREATE and one.default is not None:
                values[target] = list(one.default) if isinstance(one, Texts) else one.default
            continue
        value = _absent_or_parsed(one, raw, place, problems)
        if value is not MISSING:
            values[target] = value
    return values


@lru_cache(maxsize=1000)
def _writable(fields: tuple[Field, ...], occasion: Write) -> tuple[tuple[Field, str, str], ...]:
    """The fields a client may send, each with the name it is sent under and the name its value gets."""
    return tuple(
        (one, sent_name(one), one.wire if isinstance(one, (Parts, Refs)) else one.column)
        for one in fields
        if one.write.on(occasion)
    )


def sent_name(one: Field) -> str:
    """The name under which clients send the field."""
    return getattr(one, "send_as", "") or one.wire


def _absent_or_parsed(one: Field, raw: Any, place: str, problems: Problems) -> Any:
    if not _is_empty(one, raw):
        return one.parse(raw, place, problems)
    if one.required:
        problems.add(place, "This field must not be empty.")
        return MISSING
    if isinstance(one, (Parts, Refs, Shared, Texts)):
        return []
    return one.default


def _is_empty(one: Field, raw: Any) -> bool:
    """Whether a value is there to empty the field: null, or what a form says with `name=`, `name[id]=` or `name[]=`."""
    if isinstance(one, Ref) and isinstance(raw, dict) and "id" in raw:
        raw = raw["id"]
    elif isinstance(one, (Refs, Shared, Texts)) and raw == [""]:
        return True
    return raw is None or (isinstance(raw, str) and raw == "")


def input_object(fields: tuple[Field, ...], occasion: Write) -> dict[str, Any]:
    """The JSON schema of a body made of the writable `fields`."""
    accepted = {sent_name(f): f for f in fields if f.write.on(occasion)}
    properties = {
        name: {"description": f.note, **f.input_schema()} if f.note else f.input_schema()
        for name, f in accepted.items()
    }
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    required = [name for name, f in accepted.items() if f.required and occasion is Write.ON_CREATE]
    return {**schema, "required": required} if required else schema
