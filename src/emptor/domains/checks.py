"""Whether what all documents have in common is right: their sums, numbers, approvals, and the journal of them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, and_, case, cast, func, literal, not_, or_, select, type_coerce, union_all
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.approvals import kinds
from emptor.domains.checking import check
from emptor.domains.organisation import companies
from emptor.kit.fields import Part, Parts
from emptor.kit.money import MONEY_SCALE, plain, product, rounded
from emptor.store import journal
from emptor.store.clauses import belongs, known, mine, total, units
from emptor.store.schema import counters, table
from emptor.store.statement import Statement
from emptor.store.types import Fixed
from emptor.store.unit_of_work import Transaction

MONEY = Fixed(MONEY_SCALE)
SUMS = ("net_sum", "sum", "withholding_tax_sum")
COMPANY, DOCUMENT = "_in_company_currency", "_in_document_currency"
BLANKET = 2
"""Kind of order whose sum is agreed upon, whatever its lines come to."""
WAITING = 1
"""State of an approval's step, and of an approver's part in it, about which somebody is asked now."""


@check("the sums of documents")
def sums(tx: Transaction) -> Iterator[str]:
    """A document comes to what its lines do, in its own currency and, rounded once, in the company's."""
    scales = scales_of(tx)
    for kind in verbs.KINDS.values():
        for row in tx.records(_sums(kind.name), company=tx.company_id):
            name = f"{kind.noun} {row['idn']}"
            for column in SUMS:
                if column not in row:
                    continue
                noted, found = row[column], row[f"found_{column}"]
                if noted != found:
                    yield f"{name} says {column} {plain(noted)}; its lines come to {plain(found)}"
                own = row.get(column + COMPANY)
                if own is not None and not is_converted(own, noted, row["exchange_rate"], scales):
                    right = rounded(product(noted, row["exchange_rate"] or Decimal(1)), scales[0])
                    yield f"{name} says {column} {plain(own)} in the company's currency; it should be {plain(right)}"


def is_converted(own: Decimal, amount: Decimal, rate: Decimal | None, scales: Sequence[int]) -> bool:
    """Whether it is that amount at that rate."""
    exact = product(amount, rate) if rate is not None else amount
    return any(own == rounded(exact, scale) for scale in scales)


def scales_of(tx: Transaction) -> Sequence[int]:
    """To how many decimals the company rounds, that first, or may have rounded before it chose this."""
    settings = companies.settings_of(tx)
    usual = companies.scale_of({**settings, "decimals": None})
    return tuple(dict.fromkeys((companies.scale_of(settings), usual, *range(2, MONEY_SCALE + 1))))


@check("the sums of documents' lines")
def line_sums(tx: Transaction) -> Iterator[str]:
    """A line comes to its net amount and its taxes; what is withheld does not count."""
    for kind in verbs.KINDS.values():
        statement = _line_sums(kind.name)
        for idn, position, net, tax, gross, found in tx.all(statement, company=tx.company_id) if statement else ():
            where = f"{kind.noun} {idn}, line {position + 1}"
            if tax != found:
                yield f"{where} says {plain(tax)} of taxes; they come to {plain(found)}"
            if net + tax != gross:
                yield f"{where} says {plain(gross)}; {plain(net)} and {plain(tax)} of taxes come to something else"


@check("the numbers of documents")
def numbers(tx: Transaction) -> Iterator[str]:
    """As many documents are counted as there are, and no new one gets a number that was given out."""
    for name, last, live, highest, rows in tx.all(_numbers(), company=tx.company_id):
        if live != rows:
            yield f"{live} {name} are counted; there are {rows}"
        if last < highest:
            yield f"{last} is noted as the latest number of {name}; number {highest} is in use"


@check("who is asked to approve what")
def approvals(tx: Transaction) -> Iterator[str]:
    """Whoever waits for approval waits for somebody, and nobody is asked about anything else."""
    for kind, idn, waits, steps, asked in tx.all(_approvals(), company=tx.company_id):
        name = f"{kinds.noun(kind)} {idn}"
        if waits and steps != 1:
            yield f"{name} waits for approval with {steps} open steps; it should be one"
        elif waits:
            yield f"{name} waits for approval, and nobody is asked"
        else:
            yield f"{name} does not wait for approval; {steps} steps of it are open, {asked} people are asked"


@check("the journal")
def chain(tx: Transaction) -> Iterator[str]:
    """Every entry is what was written."""
    verdict = journal.verify(tx)
    if verdict.fault:
        yield verdict.fault


def _lines(name: str) -> Part:
    lines = verbs.RESOURCES[name].field("items")
    assert isinstance(lines, Parts)
    return lines.of


def _taxes(name: str) -> Any:
    """The table of taxes on the lines of a kind of document, None where they have none."""
    inner = next((one for one in _lines(name).fields if isinstance(one, Parts) and one.wire == "taxes"), None)
    return table(inner.of.table) if inner else None


def _counted(source: Any, column: str) -> ColumnElement[Any]:
    """A column in the document's currency, where lines have their own."""
    found: ColumnElement[Any] = source.c[column + DOCUMENT if column + DOCUMENT in source.c else column]
    return found


@lru_cache(maxsize=20)
def _sums(name: str) -> Statement:
    """Documents that don't come to what their lines do, and all in currencies other than the company's."""
    part = _lines(name)
    header, lines, taxes = table(verbs.RESOURCES[name].table), table(part.table), _taxes(name)
    columns = [column for column in SUMS if column in header.c]
    added = [total(_counted(lines, column)).label(column) for column in columns if column in lines.c]
    owner = lines.c[part.owner].label("owner")
    of_lines = select(owner, *added).where(mine(lines)).group_by(owner).subquery()
    found = {column: known(of_lines.c[column]) for column in columns if column in of_lines.c}
    source = header.outerjoin(of_lines, of_lines.c.owner == header.c.id)
    if "withholding_tax_sum" in columns:
        withheld = (
            select(owner, total(_counted(taxes, "sum")).label("sum"))
            .join_from(taxes, lines, belongs(taxes, "line_id", lines))
            .where(mine(taxes), taxes.c.is_withholding_tax.is_(True))
            .group_by(owner)
            .subquery()
        )
        source = source.outerjoin(withheld, withheld.c.owner == header.c.id)
        found["withholding_tax_sum"] = known(withheld.c.sum)
    own = [column for column in columns if column + COMPANY in header.c]
    wrong = [units(header.c[column]) != found[column] for column in columns]
    wrong += [header.c[column + COMPANY] != header.c[column] for column in own]
    agreed = [header.c.logic_type != BLANKET] if name == "purchaseorders" else []
    return Statement(
        select(
            header.c.idn,
            header.c.exchange_rate,
            *(header.c[column] for column in columns),
            *(header.c[column + COMPANY] for column in own),
            *(type_coerce(found[column], MONEY).label(f"found_{column}") for column in columns),
        )
        .select_from(source)
        .where(mine(header), *agreed, or_(header.c.exchange_rate != 1, *wrong))
        .order_by(header.c.id)
    )


@lru_cache(maxsize=20)
def _line_sums(name: str) -> Statement | None:
    part, taxes = _lines(name), _taxes(name)
    if taxes is None:
        return None
    header, lines = table(verbs.RESOURCES[name].table), table(part.table)
    looks = [""] if "sum" + DOCUMENT not in lines.c else ["", DOCUMENT]
    return Statement(union_all(*(_line_sums_in(header, lines, taxes, part.owner, look) for look in looks)))


def _line_sums_in(header: Any, lines: Any, taxes: Any, owner: str, suffix: str) -> Any:
    """Lines that are not their net amount and taxes, in one of the currencies that they are kept in."""
    added = (
        select(taxes.c.line_id, total(taxes.c["sum" + suffix], not_(taxes.c.is_withholding_tax)).label("tax"))
        .where(mine(taxes))
        .group_by(taxes.c.line_id)
        .subquery()
    )
    net, tax, gross = (lines.c[column + suffix] for column in ("net_sum", "tax_sum", "sum"))
    found = known(added.c.tax)
    return (
        select(
            header.c.idn,
            lines.c.position,
            *(one.label(label) for one, label in ((net, "net"), (tax, "tax"), (gross, "gross"))),
            type_coerce(found, MONEY).label("found"),
        )
        .join_from(lines, header, belongs(lines, owner, header))
        .join(added, added.c.line_id == lines.c.id, isouter=True)
        .where(mine(lines), or_(units(tax) != found, units(net) + units(tax) != units(gross)))
    )


@lru_cache(maxsize=1)
def _numbers() -> Statement:
    """Kinds of document that are counted otherwise than they are there."""
    from emptor.domains import discover

    def rows(name: str, source: Any) -> Any:
        highest = func.max(cast(source.c.idn, BigInteger))
        return select(literal(name).label("name"), highest.label("highest"), func.count().label("rows")).where(
            mine(source)
        )

    found = union_all(*(rows(one.name, table(one.table)) for one in discover() if one.counted)).subquery()
    kept = select(counters).where(mine(counters)).subquery()
    last, live = func.coalesce(kept.c.last, 0), func.coalesce(kept.c.live, 0)
    highest = func.coalesce(found.c.highest, 0)
    return Statement(
        select(found.c.name, last.label("last"), live.label("live"), highest.label("highest"), found.c.rows)
        .join_from(found, kept, kept.c.name == found.c.name, isouter=True)
        .where(or_(live != found.c.rows, last < highest))
        .order_by(found.c.name)
    )


@lru_cache(maxsize=1)
def _approvals() -> Statement:
    """Documents that wait for nobody, and those about which somebody is asked though they do not wait."""
    steps, tasks = table("approval_steps"), table("approval_tasks")
    asked = (
        select(tasks.c.step_id, func.count().label("people"))
        .where(mine(tasks), tasks.c.status == WAITING)
        .group_by(tasks.c.step_id)
        .subquery()
    )
    open_ = (
        select(
            steps.c.object_id,
            func.sum(case((steps.c.status == WAITING, 1), else_=0)).label("steps"),
            func.coalesce(func.sum(asked.c.people), 0).label("people"),
        )
        .join_from(steps, asked, asked.c.step_id == steps.c.id, isouter=True)
        .where(mine(steps))
        .group_by(steps.c.object_id)
        .subquery()
    )
    return Statement(union_all(*(_asked_about(kind.name, open_) for kind in verbs.KINDS.values())))


def _asked_about(name: str, open_: Any) -> Any:
    header = table(verbs.RESOURCES[name].table)
    waits = header.c.status == doc.PENDING
    steps, people = func.coalesce(open_.c.steps, 0), func.coalesce(open_.c.people, 0)
    wrong = or_(and_(waits, or_(steps != 1, people == 0)), and_(not_(waits), or_(steps > 0, people > 0)))
    return (
        select(
            literal(name).label("kind"), header.c.idn, waits.label("waits"), steps.label("steps"),
            people.label("people"),
        )
        .join_from(header, open_, open_.c.object_id == header.c.id, isouter=True)
        .where(mine(header), wrong)
    )  # fmt: skip
