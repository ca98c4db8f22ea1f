"""uvicorn, told to keep quiet and to leave with 0 when it is asked to stop."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from uvicorn.config import Config
from uvicorn.server import HANDLED_SIGNALS, Server

from emptor.cli.serving.certificates import Tls

KEEP_ALIVE_SECONDS = 75
"""Longer than a client that keeps to a request a minute waits, so that its connection is still there."""
STOP_SECONDS = 20


class QuietServer(Server):
    """A server that says when it is ready, and for which being asked to stop is no failure."""

    def __init__(self, config: Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, then say so."""
        await super().startup(sockets)
        self._when_ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Finish what is under way when asked to stop; uvicorn would then raise the signal again."""
        before = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(
    app: Any, listener: socket.socket, tls: Tls | None, *, log_requests: bool, when_ready: Callable[[], None]
) -> None:
    """Serve until asked to stop."""
    if log_requests:
        access = logging.getLogger("uvicorn.access")
        access.setLevel(logging.INFO)
        access.addHandler(logging.StreamHandler(sys.stderr))
    config = Config(
        app,
        interface="asgi3",
        http="httptools",
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=log_requests,
        server_header=False,
        # Whom to believe about a client's address is decided by EMPTOR_TRUSTED_PROXIES, for blocks alone.
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        ssl_context_factory=(lambda config, default: tls.context) if tls else None,
    )
    QuietServer(config, when_ready).run(sockets=[listener])
