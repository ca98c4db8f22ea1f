"""Opening a database with SQLAlchemy the way its documentation advises for a threaded server."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine, event

from bench.twins.settings import CONNECTIONS, PRAGMAS


def open_engine(url: str, pool_size: int = CONNECTIONS) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(url, pool_size=pool_size, pool_use_lifo=True)
        event.listen(engine, "connect", set_pragmas)
        return engine
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        pool_use_lifo=True,
        connect_args={"options": "-c timezone=UTC"},
    )


def set_pragmas(connection, _record) -> None:
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")
