"""The bridge from the event loop to the worker threads: read the body, hop once, send the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from emptor.http.decode import BadBody
from emptor.http.errors import refusal
from emptor.http.messages import Answer, Request

Answering = Callable[[Request], Answer]


class App:
    """An ASGI application around a synchronous `answer`. `body_bytes` caps what is read into memory; `start` and
    `close` are called once each, when the server's life begins and ends.
    """

    def __init__(
        self,
        answer: Answering,
        *,
        threads: int,
        body_bytes: int,
        start: Callable[[], None] = lambda: None,
        close: Callable[[], None],
    ) -> None:
        self._answer = answer
        self._body_bytes = body_bytes
        self._start = start
        self._close = close
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="emptor")

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one request, or one message of the server's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        self._start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._threads.shutdown()
        self._close()
        # Only now: a server may leave as soon as it hears that we are done.
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request_id = uuid4().hex
        body = await self._body(headers, receive)
        request = Request(
            scope["method"], path_of(scope), scope["query_string"], headers, body or b"",
            scope["client"][0] if scope.get("client") else "", request_id,
        )  # fmt: skip
        if body is None:
            message = f"The body is larger than the {self._body_bytes} bytes accepted here; send less at once."
            answer = refusal(BadBody(413, message), request)
            answer.headers |= {"connection": "close", "x-request-id": request_id}
        else:
            answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, request)
        await _send(answer, scope["method"] == "HEAD", send)

    async def _body(self, headers: dict[str, str], receive: Any) -> bytes | None:
        """The whole body, None when it is larger than the cap."""
        announced = headers.get("content-length", "0")
        if announced.isdigit() and int(announced[:15]) > self._body_bytes:
            return None
        chunks, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"".join(chunks)
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > self._body_bytes:
                return None
            if not message.get("more_body"):
                return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def path_of(scope: dict[str, Any]) -> str:
    """The decoded path, without the prefix a proxy mounted us under."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] if root and path.startswith(root) else path


async def _send(answer: Answer, head: bool, send: Any) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
