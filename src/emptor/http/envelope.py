"""The wrapping of a list: `{data, meta: {pagination}}` (overview S20)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from emptor.store.query import Page


def listed(page: Page, path: str, query: bytes, *, meta: bool = True) -> dict[str, Any]:
    """One page as sent out; `meta=False` leaves the pagination away where the wire has none."""
    if not meta:
        return {"data": page.objects}
    pagination = {
        "total": page.total,
        "count": len(page.objects),
        "per_page": page.size,
        "current_page": page.number,
        "total_pages": page.pages,
        "links": _links(page, path, query),
        "has_next_page": page.number < page.pages,
    }
    return {"data": page.objects, "meta": {"pagination": pagination}}


def _links(page: Page, path: str, query: bytes) -> dict[str, str]:
    links = {}
    if page.number > 1:
        links["previous"] = _link(path, query, min(page.number - 1, page.pages))
    if page.number < page.pages:
        links["next"] = _link(path, query, page.number + 1)
    return links


def _link(path: str, query: bytes, number: int) -> str:
    kept = [(k, v) for k, v in parse_qsl(query.decode("latin-1"), keep_blank_values=True) if k != "page"]
    return f"{path}?{urlencode([*kept, ('page', str(number))])}"
