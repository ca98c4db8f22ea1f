"""Where documents stand, as short tuples that a story can compare."""

from __future__ import annotations

from typing import Any

from tests.support.buying import Shown

DRAFT, PENDING, APPROVED, REJECTED, COMPLETED, MATCHING, IN_REVISION, CANCELED, STOPPED = 0, 1, 2, 3, 5, 6, 7, 8, 11
NOT_RECEIVED, PARTLY_RECEIVED, RECEIVED = 0, 1, 2
WAITING, PARTLY_RECEIVED_LINE, RECEIVED_LINE, GIVEN_UP = 0, 1, 2, 3
WANTED, ORDERED, TURNED_DOWN, IN_REQUEST = 0, 1, 2, 3
NOT_TRANSFERRED, PARTLY_TRANSFERRED, TRANSFERRED = 0, 1, 2
OPEN_LINE, DECIDED, NO_PROPOSALS = 0, 1, 2
NEW, ANSWERED, WON, LOST = 0, 1, 2, 3


def lines(document: Shown, *names: str) -> list[tuple[Any, ...]]:
    """Of each line, what it says under these names."""
    return [tuple(line[name] for name in names) for line in document["items"]["data"]]


def order_axes(order: Shown) -> tuple[int, int, list[Any]]:
    """Status, receiving, and of each line what has come and its state."""
    return order["status"], order["statusReceiving"], lines(order, "receivedQuantity", "status")


def requisition_axes(requisition: Shown) -> tuple[int, list[Any]]:
    """Status, and of each line what is ordered and its state."""
    return requisition["status"], lines(requisition, "orderedQuantity", "status")


def request_axes(request: Shown) -> tuple[int, int, list[Any]]:
    """Status and progress of a warehouse request, and of each line what has been transferred and what is open."""
    return request["status"], request["statusTransferred"], lines(request, "transferredQuantity", "openQuantity")


def behind(order: Shown) -> list[list[tuple[Any, Any]]]:
    """Of each line, the requisition lines it is for, and how much for each."""
    return [
        [(source["requisitionItem"], source["quantity"]) for source in line["sources"]["data"]]
        for line in order["items"]["data"]
    ]


def ids(document: Shown) -> list[int]:
    """The ids of a document's lines."""
    return [line["id"] for line in document["items"]["data"]]


def steps(document: Shown) -> list[tuple[str, str]]:
    """The approval steps of the present round, and how each stands."""
    every = document["approvalSteps"]["data"]
    latest = max((step["round"] for step in every), default=0)
    return [(step["name"], step["statusString"].removeprefix("status.")) for step in every if step["round"] == latest]
