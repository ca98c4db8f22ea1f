"""The floor: the bytes the reference contender answered, sent again without looking anything up."""

from __future__ import annotations

import os
from pathlib import Path

BODIES = Path(os.environ["BENCH_FLOOR_BODIES"])
ONE_PATH = "/purchaseorders/"


def answer(name: str, status: int) -> list[dict]:
    body = (BODIES / name).read_bytes()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    return [
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": body},
    ]


LIST, DETAIL, CREATED = answer("list.json", 200), answer("detail.json", 200), answer("create.json", 201)


async def app(scope, receive, send) -> None:
    assert scope["type"] == "http"
    if scope["method"] == "POST":
        while (await receive()).get("more_body"):
            pass
        messages = CREATED
    else:
        messages = DETAIL if scope["path"].startswith(ONE_PATH) else LIST
    for message in messages:
        await send(message)
