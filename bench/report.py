"""What a run has to say: tables for people, JSON for machines."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import bills
from bench.cores import layout
from bench.growth import DEEP_PAGE, Size
from bench.lives import GOAL_MS, LINES, READ, Lives
from bench.rounds import OPERATIONS, Operation, Rehearsal, Series

PACKAGES = (
    "emptor", "fastapi", "starlette", "pydantic", "sqlalchemy", "django", "djangorestframework",
    "uvicorn", "uvloop", "httptools", "gunicorn", "psycopg",
)  # fmt: skip
MIB = 1 << 20


def machine() -> dict:
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "layout": layout(),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := installed(name))},
    }


def cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())


def installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


# ---------------------------------------------------------------- for people


def side_by_side_table(engine: str, rehearsals: list[Rehearsal]) -> Table:
    ours = rehearsals[0]
    table = Table(title=f"{engine}: beside {ours.contender.title}", show_lines=True)
    table.add_column("")
    for rehearsal in rehearsals:
        table.add_column(rehearsal.contender.title)
    for operation in OPERATIONS:
        cells = [cell(operation, rehearsal, ours) for rehearsal in rehearsals]
        table.add_row(f"{operation.title}\n{len(ours.answers[operation.name]):,} bytes", *cells)
    table.add_row("memory under load", *(f"{rehearsal.rss_bytes / MIB:.0f} MiB" for rehearsal in rehearsals))
    table.caption = "p50 and p99 over one connection, rate and CPU of the server over several; memory is RSS"
    return table


def cell(operation: Operation, rehearsal: Rehearsal, ours: Rehearsal) -> str:
    series = rehearsal.series[operation.name]
    lines = [
        f"p50 {series.p50_ms:.2f} ms",
        f"p99 {series.p99_ms:.2f} ms",
        f"{series.rps:,.0f}/s to {operation.connections}",
        f"CPU {series.cpu_ms:.2f} ms each",
    ]
    if rehearsal is not ours:
        base = ours.series[operation.name]
        lines.append(f"{times(series.time_beside(base))} our time")
        lines.append(f"{times(series.rps_beside(base))} our rate")
    return "\n".join(lines)


def times(ratio: float) -> str:
    """Two meaning digits, never an exponent."""
    digits = 0 if ratio >= 10 else 1 if ratio >= 1 else 2 if ratio >= 0.1 else 4
    return f"{ratio:.{digits}f}×"


def growth_table(engine: str, sizes: list[Size]) -> Table:
    table = Table(title=f"{engine}: list time by number of orders, p50 in ms (times the smallest)")
    reads = ["first page", f"page {DEEP_PAGE}", "modifiedSince poll"]
    for column in ["orders", *reads]:
        table.add_column(column, justify="right")
    for size in sizes:
        table.add_row(f"{size.contender.orders:,}", *(growth_cell(read, size, sizes) for read in reads))
    return table


def growth_cell(read: str, size: Size, sizes: list[Size]) -> str:
    if (own := size.p50_ms(read)) is None:
        return "–"
    smallest = next(other.p50_ms(read) for other in sizes if other.p50_ms(read))
    return f"{own:.2f} ({own / smallest:.2f}×)"


def lives_table(engine: str, measured: Lives) -> Table:
    title = f"{engine}: an order of {LINES:,} lines among {measured.documents:,}, p50 in ms"
    return steps_table(title, measured, READ, {})


def bills_table(engine: str, measured: Lives) -> Table:
    title = f"{engine}: an invoice of {bills.LINES:,} lines among {measured.documents:,} orders, p50 in ms"
    table = steps_table(title, measured, bills.READ, bills.GOALS_MS)
    table.caption = f"memory {measured.rss_before / MIB:.0f} MiB before, {measured.rss_after / MIB:.0f} MiB after"
    return table


def steps_table(title: str, measured: Lives, read: str, goals: dict[str, int]) -> Table:
    table = Table(title=title)
    for column in ("step", "p50", "goal", "of the goal", "times the read"):
        table.add_column(column, justify="left" if column == "step" else "right")
    for step in measured.times_ms:
        own, goal = measured.p50_ms(step), goals.get(step, GOAL_MS)
        table.add_row(step, f"{own:.1f}", str(goal), f"{own / goal:.0%}", f"{own / measured.p50_ms(read):.2f}×")
    return table


# ---------------------------------------------------------------- for machines


def lives_json(measured: Lives) -> dict:
    steps = {
        step: {"p50_ms": round(measured.p50_ms(step), 3), "times_ms": [round(one, 3) for one in times]}
        for step, times in measured.times_ms.items()
    }
    memory = {"rss_before_bytes": measured.rss_before, "rss_after_bytes": measured.rss_after}
    return {"documents": measured.documents, "lines": LINES, "steps": steps, **(memory if measured.rss_after else {})}


def side_by_side_json(rehearsals: list[Rehearsal]) -> dict:
    ours = rehearsals[0]
    return {
        rehearsal.contender.name: {
            "title": rehearsal.contender.title,
            "rss_bytes": rehearsal.rss_bytes,
            "operations": {
                operation.name: operation_json(operation, rehearsal, ours.series[operation.name])
                for operation in OPERATIONS
            },
        }
        for rehearsal in rehearsals
    }


def operation_json(operation: Operation, rehearsal: Rehearsal, base: Series) -> dict:
    series = rehearsal.series[operation.name]
    return {
        "body_bytes": len(rehearsal.answers[operation.name]),
        "p50_ms": round(series.p50_ms, 3),
        "p99_ms": round(series.p99_ms, 3),
        "requests_alone": sum(len(phase.latencies_s) for phase in series.alone),
        "connections_loaded": operation.connections,
        "rps": round(series.rps, 1),
        "cpu_ms": round(series.cpu_ms, 3),
        "loaded_p99_ms": round(series.loaded_p99_ms, 3),
        "time_beside_ours": round(series.time_beside(base), 3),
        "rps_beside_ours": round(series.rps_beside(base), 3),
        "rounds": [
            {"p50_ms": round(alone.p50_ms, 3), "rps": round(loaded.rps, 1)}
            for alone, loaded in zip(series.alone, series.loaded, strict=True)
        ],
    }


def growth_json(sizes: list[Size]) -> list[dict]:
    return [
        {
            "orders": size.contender.orders,
            "p50_ms": {read: round(size.p50_ms(read), 3) for read in size.rounds_ms},
            "rounds_ms": {read: [round(ms, 3) for ms in rounds] for read, rounds in size.rounds_ms.items()},
        }
        for size in sizes
    ]


def write(path: Path, results: dict, console: Console) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=2) + "\n")
    console.print(f"written to {path}")
