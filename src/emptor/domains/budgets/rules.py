"""What a document holds in budgets, and which budgets a document fits. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from emptor.domains import documents as doc
from emptor.domains.payables.rules import CREDIT_NOTES
from emptor.kit.clock import spell
from emptor.kit.money import HUNDRED, ZERO, plain

REQUISITIONS, ORDERS, INVOICES, EXPENSES = "purchaserequisitions", "purchaseorders", "invoices", "expenses"
KINDS = (REQUISITIONS, ORDERS, INVOICES, EXPENSES)
"""The resources whose documents are charged to budgets."""

RESERVED, USED = 0, 1
STAGES = {RESERVED: "reserved", USED: "used"}

RELEASED = (doc.DRAFT, doc.REJECTED, doc.CANCELED)
"""Documents in these states hold nothing."""
UNDECIDED = (doc.PENDING, doc.MATCHING, doc.IN_REVISION, doc.PENDING_RECEIPT, doc.APPROVAL_REVIEW)
"""Documents in these states only reserve."""

MONTH, QUARTER, CUSTOM = "month", "quarter", "custom"
TYPES = (MONTH, QUARTER, CUSTOM)
MONTHS = {MONTH: 1, QUARTER: 3}
GROSS, NET, PARTLY = "gross", "net", "custom"
DEDUCTIONS = (GROSS, NET, PARTLY)
MOST_PERIODS = 120


def stage(resource: str, status: int, logic_type: int = 0) -> int | None:
    """Whether a document in that state reserves or uses, None when it holds nothing.

    A credit note gives nothing back before it is approved: nobody may spend what is not certain.
    """
    if status in RELEASED:
        return None
    if status not in UNDECIDED:
        return USED
    return None if resource == INVOICES and logic_type in CREDIT_NOTES else RESERVED


@dataclass(frozen=True)
class Charge:
    """A line, or a whole document without lines, that is charged to a budget; sums in the document's currency."""

    line: int
    budget: int
    net: Decimal
    gross: Decimal
    share: Fraction = Fraction(1)
    """How much of it the document holds itself: less once others have taken over, -1 where it gives back."""
    rate: Decimal = Decimal(1)
    """From the document's currency to the company's."""
    tax_percent: Decimal = HUNDRED
    """How much of the tax counts: 100 for gross, 0 for net."""
    name: str = ""
    """What the line is called."""

    @property
    def exact(self) -> Fraction:
        """What is held for it in the company's currency, not rounded."""
        tax = Fraction(self.gross) - Fraction(self.net)
        return (Fraction(self.net) + tax * Fraction(self.tax_percent) / 100) * Fraction(self.rate) * self.share


NOTHING, ALL = Fraction(0), Fraction(1)


def left(whole: Decimal, taken: Decimal) -> Fraction:
    """The share of a line that nobody has taken over."""
    if whole <= 0:
        return NOTHING if taken > 0 else ALL
    if not taken or taken >= whole:  # as a rule, and fractions are slow
        return NOTHING if taken else ALL
    return 1 - Fraction(taken) / Fraction(whole)


def held(charges: Iterable[Charge], scale: int) -> dict[int, Decimal]:
    """What a document holds in each budget: added up exactly, rounded once."""
    sums: dict[int, Fraction] = defaultdict(Fraction)
    plain_sums: dict[tuple[int, Decimal, Decimal, Fraction], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for one in charges:  # what goes the same way is added up first: fractions cost more than decimals
        found = plain_sums[one.budget, one.rate, one.tax_percent, one.share]
        found[0] += one.net
        found[1] += one.gross
    for (budget, rate, tax_percent, share), (net, gross) in plain_sums.items():
        sums[budget] += Charge(0, budget, net, gross, share, rate, tax_percent).exact
    return {budget: rounded(exact, scale) for budget, exact in sums.items()}


def by_line(charges: Sequence[Charge], scale: int) -> list[Decimal]:
    """What each line of a document holds in one budget; together just what the document holds there."""
    said, so_far, exact = [], ZERO, Fraction(0)
    for one in charges:
        exact += one.exact
        said.append(rounded(exact, scale) - so_far)
        so_far += said[-1]
    return said


def rounded(exact: Fraction, scale: int) -> Decimal:
    """A fraction with so many decimals, half rounded away from zero."""
    units = abs(exact) * 10**scale
    whole = (2 * units.numerator + units.denominator) // (2 * units.denominator)
    return Decimal(-whole if exact < 0 else whole).scaleb(-scale)


# Limits


@dataclass(frozen=True)
class Account:
    """How a budget stands."""

    id: int
    name: str
    total: Decimal
    reserved: Decimal = ZERO
    used: Decimal = ZERO
    limited: bool = False
    is_frozen: bool = False

    @property
    def available(self) -> Decimal:
        """What nobody has taken."""
        return self.total - self.reserved - self.used

    def exceeded(self, sum_: Decimal, *, counted: bool, in_figures: bool = True) -> str:
        """Why a document over `sum_` goes beyond the budget; `counted`: it is among the reserved already. Who may not
        know what is in it is told without figures.
        """
        if not in_figures:
            return (
                f"Budget {self.name} is limited, and this document does not fit into it. Lower it, choose another "
                "budget, or ask for more where budgets are kept."
            )
        missing = -self.available if counted else sum_ - self.available
        return (
            f"Budget {self.name} is limited: of {money(self.total)} {money(self.used)} are used and "
            f"{money(self.reserved)} reserved{', this document included' if counted else ''}; this document takes "
            f"{money(sum_)}, so {money(missing)} are missing. Lower it, choose another budget, "
            "or have the holder raise the total."
        )


def money(amount: Decimal) -> str:
    """An amount as people read it."""
    return plain(amount)


# Which budget fits


@dataclass(frozen=True)
class Leaf:
    """A line of a budget in one period."""

    id: int
    name: str
    starts: str
    ends: str
    location: int | None = None
    product: int | None = None
    options: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Options of document custom fields, by field."""
    item_options: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Options of item custom fields, by field."""
    frozen: bool = False
    tax_percent: Decimal = HUNDRED
    """How much of the tax counts."""

    @property
    def for_lines(self) -> bool:
        """Whether it is about what single lines order."""
        return self.product is not None or bool(self.item_options)


@dataclass(frozen=True)
class Place:
    """What decides which budgets fit a document, or a line of one."""

    date: str
    location: int | None = None
    options: frozenset[int] = frozenset()
    """Chosen options of document custom fields with all that they hang below."""
    product: int | None = None
    item_options: frozenset[int] = frozenset()
    """The same of item custom fields."""
    is_line: bool = False
    span: tuple[str, str] | None = None
    """First and last moment of what takes longer than a day."""


def misfit(leaf: Leaf, place: Place) -> str:
    """Why a document or a line cannot be charged to a budget, as a sentence; empty when it can. A frozen one fits."""
    first, last = place.span or (place.date, place.date)
    if first > leaf.ends or last < leaf.starts:
        when = " to ".join(dict.fromkeys((first[:10], last[:10])))
        return (
            f"Budget {leaf.name} is for {leaf.starts[:10]} to {leaf.ends[:10]}, and this is for {when}; "
            "choose another budget or another date."
        )
    if leaf.location is not None and leaf.location != place.location:
        return f"Budget {leaf.name} is for another location; choose one for the location of the document."
    if any(not options & place.options for options in leaf.options.values()):
        return f"Budget {leaf.name} is for other options of the document's custom fields; choose one that fits them."
    if leaf.for_lines and not place.is_line:
        return f"Budget {leaf.name} is about single lines; choose it there."
    if leaf.product is not None and leaf.product != place.product:
        return f"Budget {leaf.name} is for another item; choose one that fits the line."
    if any(not options & place.item_options for options in leaf.item_options.values()):
        return f"Budget {leaf.name} is for other options of the line's custom fields; choose one that fits them."
    return "" if leaf.for_lines or not place.is_line else f"Budget {leaf.name} is about whole documents."


def frozen(leaf: Leaf | Account) -> str:
    """The sentence about a budget that takes no new documents."""
    return f"Budget {leaf.name} is frozen and takes no new documents; choose another, or have it unfrozen."


def several(leaves: Iterable[Leaf]) -> str:
    """The sentence that asks to choose."""
    named = [f"{one.name} ({one.id})" for one in leaves]
    more = f" and {len(named) - 10} more" if len(named) > 10 else ""
    return f"Several budgets fit; choose one of {', '.join(named[:10])}{more}."


def unbudgeted(date: str, *, exists: bool) -> str:
    """The sentence about a document that is charged to nothing where the company wants a budget for each."""
    if exists:
        return "Your company charges everything to budgets, and none fits by itself; choose one that does."
    return f"No budget exists for {date[:10]}; have one drawn up, or choose another date."


# Periods


def periods(kind: str, starts: str, ends: str) -> list[tuple[str, str]]:
    """First and last second of each period between two moments; ValueError with a sentence when there are too many."""
    if kind == CUSTOM:
        return [(starts, ends)]
    begin, found = datetime.fromisoformat(starts), []
    for number in range(MOST_PERIODS):
        first = _months_later(begin, number * MONTHS[kind])
        last = _months_later(begin, (number + 1) * MONTHS[kind]) - timedelta(seconds=1)
        found.append((spell(first), min(spell(last), ends)))
        if spell(last) >= ends:
            return found
    raise ValueError(f"A budget has at most {MOST_PERIODS} periods.")


def end_after(kind: str, starts: str, count: int) -> str:
    """The last second of the last of so many periods."""
    return spell(_months_later(datetime.fromisoformat(starts), count * MONTHS[kind]) - timedelta(seconds=1))


def as_long(starts: str, ends: str, again: str) -> str:
    """When a time that begins at `again` ends to be as long: in months where it has whole ones, else in seconds."""
    first, last, begin = (datetime.fromisoformat(one) for one in (starts, ends, again))
    after = last + timedelta(seconds=1)
    months = (after.year - first.year) * 12 + after.month - first.month
    if months and _months_later(first, months) == after:
        return spell(_months_later(begin, months) - timedelta(seconds=1))
    return spell(begin + (last - first))


def _months_later(day: datetime, months: int) -> datetime:
    year, month = divmod(day.month - 1 + months, 12)
    if day.year + year > MAXYEAR:
        raise OverflowError
    for number in range(day.day, 27, -1):  # the 31st becomes the last of a shorter month
        try:
            return day.replace(year=day.year + year, month=month + 1, day=number)
        except ValueError:
            continue
    return day.replace(year=day.year + year, month=month + 1)


def period_name(kind: str, starts: str, ends: str) -> str:
    """`2026-03`, `2026 Q1`, or the first and the last day."""
    first = datetime.fromisoformat(starts)
    if first.day == 1 and kind == MONTH:
        return starts[:7]
    if first.day == 1 and kind == QUARTER and first.month % 3 == 1:
        return f"{starts[:4]} Q{(first.month + 2) // 3}"
    return f"{starts[:10]} to {ends[:10]}"
