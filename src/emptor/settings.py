"""Every knob of the server: typed, documented, read from `EMPTOR_…` variables of the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

PREFIX = "EMPTOR_"

Profile = Literal["strict", "extended"]
SmtpSecurity = Literal["starttls", "tls", "none"]
LimitStoreName = Literal["memory", "database", "valkey"]
PER_PAGE = (10, 20, 50, 100, 200)
REGIONS = ("com", "us")


class BadSetting(Exception):
    """A setting that cannot be used; the message names it, says what is wrong and what is possible."""


def _said(kind: Any, text: str, **limits: Any) -> Any:
    return Annotated[kind, Meta(description=text, **limits)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The server's settings. Field `database_url` is read from `EMPTOR_DATABASE_URL`, and so on."""

    database_url: _said(str, "Where the data lives: `sqlite:///file.db` or `postgresql://user@host/name`.") = (
        "sqlite:///emptor.db"
    )
    profile: _said(Profile, "`extended` adds what the hosted API lacks; `strict` has exactly the hosted surface.") = (
        "extended"
    )
    limits: _said(bool, "Whether request limits are enforced.") = True
    limit_store: _said(
        LimitStoreName,
        "Where requests are counted: `memory` for one process, `database` for several, `valkey` for many hosts.",
    ) = "memory"
    valkey_url: _said(str, "Valkey or Redis for the limit store `valkey`.") = "redis://localhost:6379/0"
    limit_minute: _said(int, "Requests a key may send per minute; 0 means no limit.", ge=0) = 60
    limit_hour: _said(int, "Requests a key may send per hour; 0 means no limit.", ge=0) = 1500
    limit_day: _said(int, "Requests a key may send per day; 0 means no limit.", ge=0) = 3000
    limit_identical_minute: _said(int, "Identical requests of a key per minute; 0 means no limit.", ge=0) = 1
    limit_identical_hour: _said(int, "Identical requests of a key per hour; 0 means no limit.", ge=0) = 30
    heavy_use_per_day: _said(int, "Requests a day above which `emptor usage` marks a key as heavy.", ge=1) = 10_000
    regions: _said(str, "Regions served here, separated by commas: `com`, `us`.") = "com,us"
    base_url_com: _said(str, "Public address of the international API, such as `https://api.example.com`.") = ""
    base_url_us: _said(str, "Public address of the United States API, such as `https://api.example.us`.") = ""
    per_page: _said(int, "Records on a page when the client names no `per_page`.", ge=1) = 100
    strict_pages: _said(bool, "Refuse a wrong `page` or `per_page` with 400 instead of falling back.") = False
    empty_refs_as_lists: _said(bool, "Send `[]` instead of `null` for an empty reference to one object.") = False
    body_bytes: _said(int, "Largest request body, in bytes.", ge=1024) = 4 * 1024 * 1024
    upload_bytes: _said(int, "Largest uploaded file, in bytes.", ge=1024) = 25 * 1024 * 1024
    body_depth: _said(int, "Deepest nesting of a request body.", ge=2, le=64) = 16
    body_fields: _said(int, "Most values in a request body.", ge=10) = 20_000
    files_dir: _said(str, "Folder of uploaded files.") = "emptor-files"
    block_after: _said(
        int, "Unauthorised requests from one address within the block window that block it; 0 never.", ge=0
    ) = 100
    block_window_seconds: _said(int, "Seconds in which unauthorised requests are added up.", ge=1) = 600
    block_seconds: _said(int, "Seconds for which an address stays blocked.", ge=1) = 3600
    trusted_proxies: _said(str, "Networks whose `X-Forwarded-For` is believed, separated by commas.") = ""
    wrong_day_requests: _said(int, "Wrong requests that make a day count against a key.", ge=1) = 50
    wrong_days_warning: _said(int, "Wrong days in a row after which answers carry a warning.", ge=1) = 3
    wrong_days_block: _said(int, "Wrong days in a row after which the key is blocked.", ge=1) = 7
    key_block_seconds: _said(int, "Seconds for which such a key stays blocked.", ge=1) = 86_400
    threads: _said(int, "Worker threads, each with a database connection of its own.", ge=1, le=200) = 8
    smtp_host: _said(str, "Mail server for notices; empty: nothing is mailed, people read them at `/-/notices`.") = ""
    smtp_port: _said(int, "Port of the mail server.", ge=1, le=65535) = 587
    smtp_security: _said(
        SmtpSecurity, "`starttls` begins in the open and turns to TLS, `tls` begins with it, `none` stays in the open."
    ) = "starttls"
    smtp_user: _said(str, "Name to log in to the mail server with; empty: no login.") = ""
    smtp_password: _said(str, "Password that goes with it.") = ""
    smtp_sender: _said(str, "Address that mail comes from, such as `Emptor <orders@example.com>`.") = "emptor@localhost"
    log_requests: _said(bool, "Write one line per request to the log.") = False

    @property
    def served_regions(self) -> tuple[str, ...]:
        """The regions served here."""
        return tuple(part.strip() for part in self.regions.split(",") if part.strip())

    def base_url(self, region: str) -> str:
        """The public address of a region, empty when unknown."""
        return {"com": self.base_url_com, "us": self.base_url_us}[region].rstrip("/")


def read(environment: Mapping[str, str] = os.environ, **given: Any) -> Settings:
    """Settings from the environment, `given` ones first (None means not given); BadSetting when one is wrong."""
    known = {field.name for field in msgspec.structs.fields(Settings)}
    values: dict[str, Any] = {}
    for variable, text in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and name in known:
            values[name] = text
    values |= {name: value for name, value in given.items() if value is not None}
    settings = _convert(values)
    _check(settings)
    return settings


def _convert(values: dict[str, Any]) -> Settings:
    converted: dict[str, Any] = {}
    for field in msgspec.structs.fields(Settings):
        if field.name not in values:
            continue
        value = values[field.name]
        if isinstance(value, str) and value.strip().lower() in ("on", "yes", "off", "no"):
            value = value.strip().lower() in ("on", "yes")
        try:
            converted[field.name] = msgspec.convert(value, field.type, strict=False)
        except msgspec.ValidationError as fault:
            raise BadSetting(_sentence(field, values[field.name], str(fault))) from None
    return Settings(**converted)


def _sentence(field: Any, value: Any, fault: str) -> str:
    choices = get_args(get_args(field.type)[0]) if get_args(field.type) else ()
    hint = f"Choose one of {', '.join(choices)}." if choices else re.sub(r" - at `.*`", "", fault) + "."
    return f"{PREFIX}{field.name.upper()}={value!r} cannot be used. {hint}"


def _check(settings: Settings) -> None:
    if settings.per_page not in PER_PAGE:
        raise BadSetting(
            f"{PREFIX}PER_PAGE={settings.per_page} cannot be used. Choose one of {', '.join(map(str, PER_PAGE))}."
        )
    wrong = [region for region in settings.served_regions if region not in REGIONS]
    if wrong or not settings.served_regions:
        raise BadSetting(f"{PREFIX}REGIONS={settings.regions!r} cannot be used. Name com, us or both: com,us")
    for region in REGIONS:
        url = settings.base_url(region)
        if url and urlsplit(url).scheme not in ("http", "https"):
            raise BadSetting(
                f"{PREFIX}BASE_URL_{region.upper()}={url!r} cannot be used. Write it as https://api.example.{region}"
            )
    for network in filter(None, settings.trusted_proxies.split(",")):
        try:
            ip_network(network.strip())
        except ValueError as fault:
            raise BadSetting(
                f"{PREFIX}TRUSTED_PROXIES: {fault}. Write networks like 10.0.0.0/8, separated by commas."
            ) from None


def described() -> list[tuple[str, str, str]]:
    """Variable, default and meaning of every setting, for the documentation."""
    rows = []
    for field in msgspec.structs.fields(Settings):
        meta = next(part for part in get_args(field.type) if isinstance(part, Meta))
        default = field.default
        shown = ("on" if default else "off") if isinstance(default, bool) else str(default)
        rows.append((PREFIX + field.name.upper(), shown, meta.description or ""))
    return rows
