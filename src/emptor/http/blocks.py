"""Addresses that send too many unauthorised requests are turned away for a while (overview S7).

A block is a row, which every process reads once a second. It stays for a while after the block has ended, because its
end is part of the name of the address's next counter: whoever was unblocked or has sat it out starts from zero.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any

import structlog
from prometheus_client import Counter
from sqlalchemy import bindparam, delete, select, text, update

from emptor.domains.organisation.tables import address_blocks
from emptor.http.errors import failed
from emptor.http.limits import LimitStore, Window
from emptor.http.messages import Answer, Request
from emptor.kit.clock import spell
from emptor.settings import Settings
from emptor.store.statement import Statement
from emptor.store.unit_of_work import PLATFORM, Database

log = structlog.get_logger(__name__)

UNAUTHORISED = Counter("emptor_unauthorised_requests", "Requests without valid credentials.")
BLOCKS = Counter("emptor_blocks", "Addresses and keys that the server blocked by itself.", ["what"])
TURNED_AWAY = Counter("emptor_turned_away_requests", "Requests from a blocked address or with a blocked key.", ["what"])

READ_EVERY_SECONDS = 1.0
ALWAYS_OPEN = "/-/health"
HOPS = 20
"""How many entries of `X-Forwarded-For` are looked at, from the right."""
IPV6_BITS = 64
"""What one subscriber has of IPv6, and can change addresses within at will, counts as one address."""

_HOST_AND_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|([\d.]+):\d+")

_READ = Statement(select(address_blocks.c.address, address_blocks.c.until))
_NOW = bindparam("now", type_=address_blocks.c.until.type)
_LIVE = Statement(select(address_blocks).where(address_blocks.c.until > _NOW).order_by(address_blocks.c.create_date))
_PUT = """
INSERT INTO address_blocks (address, until, reason, create_date) VALUES (:address, :until, :reason, :now)
ON CONFLICT (address) DO UPDATE SET until = excluded.until, reason = excluded.reason, create_date = excluded.create_date
"""
_BLOCK = Statement(text(_PUT))
_BLOCK_UNLESS_BLOCKED = Statement(text(f"{_PUT} WHERE address_blocks.until <= excluded.create_date RETURNING address"))
_UNBLOCK = Statement(
    update(address_blocks)
    .where(address_blocks.c.address == bindparam("blocked"), address_blocks.c.until > _NOW)
    .values(until=_NOW)
    .returning(address_blocks.c.address)
)
_PRUNE = Statement(delete(address_blocks).where(address_blocks.c.until <= _NOW))


class Blocks:
    """The door: who may not come in, and who has knocked too often. `ticks` paces the reading of the rows."""

    def __init__(
        self, settings: Settings, database: Database, limits: LimitStore, *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._database = database
        self._limits = limits
        self._ticks = ticks
        self._trusted = [ip_network(part.strip()) for part in settings.trusted_proxies.split(",") if part.strip()]
        self._place = lru_cache(10_000)(self._look_up)
        self._until: dict[str, str] = {}
        self._read_at = ticks()
        self._reading = threading.Lock()

    def refusal(self, request: Request) -> Answer | None:
        """The 403 for a request from a blocked address."""
        if self._ticks() >= self._read_at:
            self.read()
        if not self._until:
            return None
        until = self._until.get(self.address(request))
        if until is None or request.path == ALWAYS_OPEN:
            return None
        now = self._database.clock()
        if until <= spell(now):
            return None
        TURNED_AWAY.labels("address").inc()
        message = (
            f"Your address is blocked until {until}. If it sent wrong credentials, mend them first: X-AUTH-TOKEN and "
            "email belong together. Whoever runs this server can end the block earlier."
        )
        return blocked(message, until, now, request.request_id)

    def unauthorised(self, request: Request) -> None:
        """Count a request without valid credentials, and block its address when there were too many; never raises."""
        UNAUTHORISED.inc()
        allowed, seconds = self._settings.block_after, self._settings.block_window_seconds
        address = self.address(request)
        if not allowed or not address:
            return
        now = self._database.clock()
        window = Window("Unauthorised", f"unauthorised:{address}:{self._until.get(address, '')}", allowed, seconds)
        try:
            if self._limits.take((window,), now.timestamp()).allowed:
                return
            reason = f"more than {allowed} unauthorised requests in {seconds} seconds"
            if "x-forwarded-for" in request.headers and address == self._place(request.client)[0]:
                reason += "; it sends X-Forwarded-For: if it is a proxy of yours, name it in EMPTOR_TRUSTED_PROXIES"
            until = spell(now + timedelta(seconds=self._settings.block_seconds))
            with self._database.write(PLATFORM) as tx:
                # An operator may have blocked it for longer in this very second.
                new = tx.all(_BLOCK_UNLESS_BLOCKED, address=address, until=until, reason=reason, now=spell(now))
                tx.run(_PRUNE, now=spell(now - timedelta(seconds=seconds)))
        except Exception:
            log.exception("block_failed", address=address)
            return
        if new:
            BLOCKS.labels("address").inc()
            log.warning("address_blocked", address=address, until=until, reason=reason)
        self.read()

    def address(self, request: Request) -> str:
        """Whom a request counts for: the peer, or whom a trusted proxy names; empty when there is no address."""
        address, trusted = self._place(request.client)
        forwarded = request.headers.get("x-forwarded-for") if trusted else None
        if forwarded:
            for hop in reversed(forwarded.rsplit(",", HOPS)[-HOPS:]):
                farther, trusted = self._place(hop) if len(hop) < 64 else ("", False)
                if farther and not trusted:
                    return farther
        return address

    def read(self) -> None:
        """Read the blocks anew. When that fails those known go on, for a second look in a second."""
        if not self._reading.acquire(blocking=False):
            return
        try:
            self._read_at = self._ticks() + READ_EVERY_SECONDS
            self._until = dict(map(tuple, self._database.lookup(_READ)))
        except Exception as fault:
            log.warning("blocks_unread", fault=repr(fault))
        finally:
            self._reading.release()

    def _look_up(self, said: str) -> tuple[str, bool]:
        address = _parsed(said)
        if address is None:
            return "", False
        return _counted_as(address), any(address in network for network in self._trusted)


def blocked(message: str, until: str, now: datetime, request_id: str) -> Answer:
    """The answer to whoever is blocked until then."""
    seconds = ceil((datetime.fromisoformat(until) - now).total_seconds())
    return failed(403, message, request_id, {"retry-after": str(max(1, seconds))}, blockedUntil=until)


def named(said: str) -> str:
    """How the address a person typed is kept: `203.0.113.9`, or the /64 of an IPv6 one. ValueError if it is none."""
    address = _parsed(said.strip().removesuffix(f"/{IPV6_BITS}") if ":" in said else said)
    if address is None:
        raise ValueError(f"{said!r} is no address; write it like 203.0.113.9 or 2001:db8::1")
    return _counted_as(address)


def block(database: Database, address: str, seconds: int, reason: str) -> str:
    """Block an address (as `named` spells it) from now on, whether it was blocked or not; until when."""
    now = database.clock()
    until = spell(now + timedelta(seconds=seconds))
    with database.write(PLATFORM) as tx:
        tx.run(_BLOCK, address=address, until=until, reason=reason[:300], now=spell(now))
    return until


def unblock(database: Database, address: str) -> bool:
    """End the block of an address and forget its wrong requests; False when it was not blocked."""
    with database.write(PLATFORM) as tx:
        return bool(tx.all(_UNBLOCK, blocked=address, now=tx.stamp))


def current(database: Database) -> list[dict[str, Any]]:
    """The blocks in force: `address`, `until`, `reason` and `create_date`, oldest first."""
    with database.read(PLATFORM) as tx:
        return tx.records(_LIVE, now=spell(database.clock()))


def _parsed(said: str) -> IPv4Address | IPv6Address | None:
    said = said.strip()
    if with_port := _HOST_AND_PORT.fullmatch(said):
        said = with_port[1] or with_port[2]
    try:
        address = ip_address(said.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _counted_as(address: IPv4Address | IPv6Address) -> str:
    return str(address) if address.version == 4 else str(ip_network((address, IPV6_BITS), strict=False))
