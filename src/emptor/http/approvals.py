"""What waits for the person who asks, and what is wrong with approvals: lists that no table holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emptor.domains.approvals import explaining, running
from emptor.domains.waiting import for_person
from emptor.http import filters
from emptor.http.endpoints import Call
from emptor.http.envelope import listed
from emptor.http.messages import Answer, json_answer
from emptor.kit.errors import Problems
from emptor.kit.fields import Write, parse_fields
from emptor.store.query import Page


def waiting(call: Call) -> Answer:
    """What the caller can decide now."""
    wanted = filters.read(call.resource, call.query, call.service.settings)
    with call.service.database.read(call.principal.company_id, actor=call.principal) as tx:
        page = for_person(tx, call.principal, number=wanted.number, size=wanted.size)
    return json_answer(200, listed(page, call.request.path, call.request.query))


def gaps(call: Call) -> Answer:
    """What nobody decides about, for one type of document or for all."""
    problems = Problems()
    sent = {name: value for name, value in call.query.items() if value not in ("", None)}
    values = parse_fields(call.operation.body or (), sent, Write.ON_UPDATE, problems)
    problems.raise_if_any()
    kinds = {"kinds": [values["document_type"]]} if values.get("document_type") else {}
    with call.service.database.read(call.principal.company_id) as tx:
        return _all(call, explaining.gap_report(tx, **kinds))


def stalled(call: Call) -> Answer:
    """What waits for people of whom nobody can act."""
    with call.service.database.read(call.principal.company_id) as tx:
        return _all(call, running.stalled(tx))


def overdue(call: Call) -> Answer:
    """What has waited longer than its step allows."""
    with call.service.database.read(call.principal.company_id) as tx:
        return _all(call, running.overdue(tx))


def _all(call: Call, entries: Sequence[dict[str, Any]]) -> Answer:
    """A report as one page of a list."""
    page = Page(list(entries), len(entries), 1, max(1, len(entries)))
    return json_answer(200, listed(page, call.request.path, call.request.query, meta=False))
