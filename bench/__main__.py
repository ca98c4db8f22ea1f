"""`python -m bench`: start everyone, see that all answer alike, let them take turns, and report."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench import cores, report
from bench.bills import measure_bills
from bench.contenders import CONTENDERS, Contender, Floor
from bench.databases import ENGINES, Postgres, Sqlite
from bench.growth import measure_growth, measure_lists
from bench.lives import measure_lives
from bench.rounds import (
    QUICK,
    THOROUGH,
    Pace,
    Rehearsal,
    alternate,
    compare,
    rehearse,
    repeat_rehearsal,
    stored_orders,
    warm_up,
)

RESULTS = Path(__file__).with_name("results")
ORDERS, QUICK_ORDERS = 20_000, 1_000
GROWTH_SIZES = "1000,20000,100000,1000000"

console = Console()


class Story(NamedTuple):
    """Something measured on one server by itself."""

    name: str
    measure: Callable[[Contender, Pace, Callable[[str], None]], Any]
    table: Callable[[str, Any], Table]
    json: Callable[[Any], Any]


STORIES = {
    story.name: story
    for story in (
        Story(
            "lists", lambda one, pace, say: measure_lists(one, pace.rounds, pace.read, say),
            lambda engine, size: report.growth_table(engine, [size]), lambda size: report.growth_json([size]),
        ),
        Story(
            "lives", lambda one, pace, say: measure_lives(one, 3 * pace.rounds, say), report.lives_table,
            report.lives_json,
        ),
        Story(
            "bills", lambda one, pace, say: measure_bills(one, 3 * pace.rounds, say), report.bills_table,
            report.lives_json,
        ),
    )
}  # fmt: skip


def say(text: str) -> None:
    console.print(f"[dim]{text}[/dim]")


def main(
    quick: Annotated[bool, typer.Option(help="Few orders and short rounds: does it run at all?")] = False,
    scale: Annotated[int | None, typer.Option(help="Orders in each database.")] = None,
    rounds: Annotated[int | None, typer.Option(help="How many times everyone takes a turn.")] = None,
    engines: Annotated[str, typer.Option(help="Which databases, separated by commas.")] = ",".join(ENGINES),
    contenders: Annotated[str, typer.Option(help="Who takes part; the first is the reference.")] = ",".join(CONTENDERS),
    growth: Annotated[bool, typer.Option(help="Measure list time by number of orders instead.")] = False,
    growth_sizes: Annotated[str, typer.Option(help="The numbers of orders for --growth.")] = GROWTH_SIZES,
    stories: Annotated[
        str, typer.Option(help=f"Measure Emptor alone instead, on one filled server: {', '.join(STORIES)}.")
    ] = "",
    output: Annotated[Path | None, typer.Option(help="Where the JSON goes.")] = None,
) -> None:
    """Measure Emptor beside its twins on this machine."""
    pace = with_rounds(QUICK if quick else THOROUGH, rounds)
    kinds = sorted(chosen(CONTENDERS, contenders), key=lambda kind: kind is Floor)
    if kinds[0] is Floor:
        raise typer.BadParameter("the floor repeats another contender's bytes and cannot run alone")
    sizes = [int(size) for size in growth_sizes.split(",")]
    told = chosen(STORIES, stories) if stories else []
    orders = scale or (QUICK_ORDERS if quick else ORDERS)
    cores.pin_driver()
    results = {"machine": report.machine(), "rounds": pace.rounds, "engines": {}}
    if not growth:
        results["orders"] = orders
    with tempfile.TemporaryDirectory(prefix="emptor-bench-") as directory:
        Path(directory).chmod(0o755)  # PostgreSQL runs as a user of its own
        for engine in chosen(ENGINES, engines):
            databases = engine(Path(directory))
            try:
                entry = {"version": databases.version()}
                if told:
                    entry |= run_stories(told, kinds[0], databases, Path(directory), orders, pace)
                elif growth:
                    entry["growth"] = run_growth(kinds[0], databases, Path(directory), sizes, pace)
                else:
                    entry["contenders"] = run_side_by_side(kinds, databases, Path(directory), orders, pace)
                results["engines"][engine.name] = entry
            finally:
                databases.close()
    name = "growth.json" if growth else "stories.json" if told else "latest.json"
    report.write(output or RESULTS / name, results, console)


def with_rounds(pace: Pace, rounds: int | None) -> Pace:
    return replace(pace, rounds=rounds) if rounds else pace


def chosen(known: dict[str, Any], names: str) -> list[Any]:
    wanted = [name.strip() for name in names.split(",")]
    if unknown := [name for name in wanted if name not in known]:
        raise typer.BadParameter(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    return [known[name] for name in wanted]


def run_side_by_side(
    kinds: list[type[Contender]], databases: Sqlite | Postgres, directory: Path, orders: int, pace: Pace
) -> dict:
    with ExitStack() as running:
        rehearsals: list[Rehearsal] = []
        for kind in kinds:
            say(f"{databases.name}: starting {kind.title}")
            contender = kind(databases, directory, orders)
            running.callback(contender.stop)
            rehearsals.append(open_and_rehearse(contender, rehearsals))
        refuse_differences(rehearsals)
        for rehearsal in rehearsals:
            rehearsal.contender.settle()
        before = [stored_orders(rehearsal.contender) for rehearsal in rehearsals]
        warm_up(rehearsals)
        alternate(rehearsals, pace, say)
        refuse_lost_orders(rehearsals, before)
        console.print(report.side_by_side_table(databases.name, rehearsals))
        return report.side_by_side_json(rehearsals)


def open_and_rehearse(contender: Contender, earlier: list[Rehearsal]) -> Rehearsal:
    if isinstance(contender, Floor):
        contender.learn(earlier[0].answers)
        contender.start()
        return repeat_rehearsal(contender, earlier[0])
    contender.start()
    return rehearse(contender)


def refuse_differences(rehearsals: list[Rehearsal]) -> None:
    """A comparison of different payloads would be no comparison."""
    reference, *others = rehearsals
    found = {other.contender.title: compare(reference, other) for other in others}
    for title, problems in found.items():
        for problem in problems:
            console.print(f"[red]{title} answers unlike {reference.contender.title}:[/red] {escape(problem)}")
    if any(found.values()):
        raise typer.Exit(1)


def refuse_lost_orders(rehearsals: list[Rehearsal], before: list[int]) -> None:
    """A created order that is not there afterwards would make a fast create worthless."""
    for rehearsal, orders in zip(rehearsals, before, strict=True):
        stored = stored_orders(rehearsal.contender) - orders
        if not isinstance(rehearsal.contender, Floor) and stored != rehearsal.created:
            console.print(f"[red]{rehearsal.contender.title} stored {stored} of {rehearsal.created} orders[/red]")
            raise typer.Exit(1)


def run_growth(
    kind: type[Contender], databases: Sqlite | Postgres, directory: Path, sizes: list[int], pace: Pace
) -> list[dict]:
    measured = measure_growth(kind, databases, directory, sizes, pace.rounds, pace.read, say)
    console.print(report.growth_table(databases.name, measured))
    return report.growth_json(measured)


def run_stories(
    stories: list[Story], kind: type[Contender], databases: Sqlite | Postgres, directory: Path, orders: int, pace: Pace
) -> dict:
    contender, found = kind(databases, directory, orders), {}
    try:
        say(f"{databases.name}: {orders:,} orders")
        contender.start()
        contender.settle()
        for story in stories:
            measured = story.measure(contender, pace, say)
            console.print(story.table(databases.name, measured))
            found[story.name] = story.json(measured)
    finally:
        contender.stop()
    return found


if __name__ == "__main__":
    typer.run(main)
