"""A service behind a real socket: uvicorn in a thread, for clients that know nothing of our code.

with serving(service) as address:
    requests.get(f"{address}/-/health")
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from emptor import server
from emptor.http.pipeline import Service

TIMEOUT_SECONDS = 20.0


@contextmanager
def serving(service: Service) -> Iterator[str]:
    """The address at which `service` answers until the block ends; then its port and its connections are closed."""
    # Bound here, so that nobody can take the port between choosing and using it.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(server.app(service), lifespan="on", log_config=None, timeout_graceful_shutdown=5)
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, args=([listener],), name="socket server")
        thread.start()
        try:
            _wait_for(running, thread)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join(TIMEOUT_SECONDS)
    assert not thread.is_alive(), "the server is still busy with a request"


def _wait_for(running: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not running.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the server did not start; its log says why")
        time.sleep(0.005)
