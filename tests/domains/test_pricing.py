"""What documents cost: figures worked by hand, and what must hold for every document there can be."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from math import floor

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from emptor.domains.pricing import Line, Priced, Rate, combined_percent, price_document, price_line
from emptor.kit.money import spread


def d(text: str) -> Decimal:
    return Decimal(text)


def half_up(exact: Fraction, scale: int) -> Decimal:
    """Round without decimals' own arithmetic: half goes away from zero."""
    units = floor(abs(exact) * 10**scale + Fraction(1, 2))
    with localcontext(Context(prec=80)):
        return Decimal(units if exact >= 0 else -units).scaleb(-scale)


def line(quantity: str, price: str, **more: object) -> Line:
    return Line(d(quantity), d(price), **more)  # type: ignore[arg-type]


VAT = Rate(d("20"))
REDUCED = Rate(d("5"))
WITHHOLDING = Rate(d("8"), withholding=True)
ON_TOP = Rate(d("9.975"), compound=True)


# Figures worked by hand (documents.md §1.2)


def figures(one: Priced) -> tuple[Decimal, ...]:
    return (one.discount, one.net, one.tax, one.withheld, one.gross)


@pytest.mark.parametrize(
    ("one", "wanted"),
    [
        # 3 × 19.99 = 59.97; 20 % of it = 11.994 → 11.99
        (line("3", "19.99", rates=(VAT,)), "0 59.97 11.99 0 71.96"),
        # 2.5 × 0.333333 = 0.8333325 → 0.83; 20 % = 0.166 → 0.17
        (line("2.5", "0.333333", rates=(VAT,)), "0 0.83 0.17 0 1.00"),
        # 10 × 9.99 = 99.90 less 12.5 % = 12.4875 → 12.49; 20 % of 87.41 = 17.482 → 17.48
        (line("10", "9.99", discount_percent=d("12.5"), rates=(VAT,)), "12.49 87.41 17.48 0 104.89"),
        # an amount off, before tax
        (line("1", "100", discount_amount=d("15.5"), rates=(VAT,)), "15.5 84.50 16.90 0 101.40"),
        # no more is taken off than there is
        (line("1", "10", discount_amount=d("15")), "10 0 0 0 0"),
        # per cent wins over the amount
        (line("1", "100", discount_percent=d("10"), discount_amount=d("50")), "10 90 0 0 90"),
        # two taxes, each on the net amount: 20 → 20 %: 4.00, 5 %: 1.00
        (line("1", "20", rates=(VAT, REDUCED)), "0 20 5.00 0 25.00"),
        # Quebec as it was: 5 % of 100 = 5.00, then 9.975 % of 105 = 10.47375 → 10.47
        (line("1", "100", rates=(REDUCED, ON_TOP)), "0 100 15.47 0 115.47"),
        # the other way about the compound tax has nothing before it: 9.98 + 5.00
        (line("1", "100", rates=(ON_TOP, REDUCED)), "0 100 14.98 0 114.98"),
        # 8 % of 200 is withheld: owed 240, of which 16 go to the state instead of the supplier
        (line("2", "100", rates=(VAT, WITHHOLDING)), "0 200 40 16 240"),
        # a withheld tax is nothing for a compound one to stand on: 9.975 % of 100 → 9.98
        (line("1", "100", rates=(WITHHOLDING, ON_TOP)), "0 100 9.98 8 109.98"),
        # half goes up, and away from zero on a return
        (line("1", "0.125"), "0 0.13 0 0 0.13"),
        (line("1", "-0.125"), "0 -0.13 0 0 -0.13"),
        # what comes back had been cheaper: as much off it as off what is bought, and no more than there is
        (line("2", "-50", discount_amount=d("15.5"), rates=(VAT,)), "-15.5 -84.50 -16.90 0 -101.40"),
        (line("2", "-50", discount_percent=d("15.5"), rates=(VAT,)), "-15.5 -84.50 -16.90 0 -101.40"),
        (line("1", "-10", discount_amount=d("15")), "-10 0 0 0 0"),
        (line("0", "5", rates=(VAT,)), "0 0 0 0 0"),
    ],
)
def test_a_line_worked_by_hand(one: Line, wanted: str) -> None:
    assert figures(price_line(one)) == tuple(map(Decimal, wanted.split()))


def test_a_documents_discount_in_percent_worked_by_hand() -> None:
    # nets 10.00, 20.00 and 30.01 = 60.01; 10 % = 6.001 → 6.00; pro rata 1.00, 2.00, 3.00
    priced, totals = price_document([line("1", "10"), line("1", "20"), line("1", "30.01")], percent=d("10"))
    assert [one.discount for one in priced] == [d("1.00"), d("2.00"), d("3.00")]
    assert (totals.net, totals.discount, totals.gross) == (d("54.01"), d("6.00"), d("54.01"))


def test_a_tax_on_a_line_of_its_own_is_not_discounted() -> None:
    # 10 % of the goods alone: 10.00 of 100.00; the tax of 19.00 stays
    goods, customs = line("1", "100"), line("1", "19", is_tax=True)
    for percent, amount in ((d("10"), None), (None, d("10"))):
        priced, totals = price_document([goods, customs], percent, amount)
        assert [one.net for one in priced] == [d("90.00"), d("19.00")]
        assert totals.net == d("109.00")
    _, totals = price_document([customs], percent=d("10"))
    assert totals.net == d("19.00")
    _, totals = price_document([goods, customs], amount=d("110"))
    assert totals.net == d("19.00")


def test_what_rounding_leaves_goes_to_the_largest_line() -> None:
    # 10.00 over 33.33, 33.33 and 33.34: 3.33 each, 3.333 and 3.334 both round down; the cent left goes to the third
    priced, totals = price_document([line("1", "33.33"), line("1", "33.33"), line("1", "33.34")], amount=d("10"))
    assert [one.discount for one in priced] == [d("3.33"), d("3.33"), d("3.34")]
    assert totals.net == d("90.00")


def test_tax_is_taken_after_the_documents_discount() -> None:
    # 100 less 10 % on the line = 90, less 9 of the document's 10 % = 81; 20 % of it
    priced, totals = price_document([line("1", "100", discount_percent=d("10"), rates=(VAT,))], percent=d("10"))
    assert figures(priced[0]) == (d("19"), d("81"), d("16.20"), d("0"), d("97.20"))
    assert totals.gross == d("97.20")


def test_totals_are_sums_of_rounded_lines_not_rounded_sums() -> None:
    # three lines of 0.333 net 0.33 each: 0.99, although 3 × 0.333 = 0.999
    _, totals = price_document([line("1", "0.333")] * 3)
    assert totals.net == d("0.99")


def test_a_discount_that_would_be_a_cent_per_line_makes_no_line_dearer() -> None:
    # fifty cents off a hundred lines of a cent: half of them are free, none costs more than before
    priced, totals = price_document([line("1", "0.01")] * 100, amount=d("0.50"))
    assert {one.net for one in priced} == {d("0"), d("0.01")}
    assert totals.net == d("0.50")


def test_a_discount_has_no_more_decimals_than_the_currency() -> None:
    # a sum of 9.995 could never be paid
    _, totals = price_document([line("1", "10", discount_amount=d("0.005"))])
    assert totals.net == d("9.99")
    _, totals = price_document([line("1", "10")], amount=d("0.0049"))
    assert totals.net == d("10.00")


def test_long_numbers_are_rounded_once() -> None:
    """Twenty-eight digits, which is what Python's decimals keep unless told otherwise, would make a half of this."""
    step = 10**18
    whole = pow(99999999, -1, step) * (step // 2 - 1) % step + 9999 * step
    dear = Line(Decimal(whole).scaleb(-6), d("0.000001"), discount_percent=d("99.999999"))
    base = Fraction(whole, 10**12)
    exact = base * Fraction(99999999, 10**8)
    assert abs(exact * 100 % 1 - Fraction(1, 2)) < Fraction(1, 10**17), "meant to be a hair below half a cent"
    assert price_line(dear).discount == half_up(exact, 2)


def test_the_percentage_shown_for_several_taxes() -> None:
    assert combined_percent(()) == 0
    assert combined_percent((VAT, REDUCED)) == 25
    assert combined_percent((REDUCED, ON_TOP)) == d("15.473750")  # 5 + 9.975 × 1.05
    assert combined_percent((VAT, WITHHOLDING)) == 20


# What holds for every document

many = settings(max_examples=60, deadline=None)
SCALES = st.sampled_from([0, 2, 3, 4])


def numbers(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(d(low), d(high), allow_nan=False, allow_infinity=False, places=places)


percents = st.one_of(st.sampled_from([d("0"), d("100"), d("33.333333")]), numbers("0", "100", 6))
rates = st.builds(Rate, percents, st.booleans(), st.booleans())
quantities = st.one_of(st.integers(0, 1000).map(Decimal), numbers("0", "99999", 6))
prices = st.one_of(numbers("0", "999", 2), numbers("0", "99999", 6))


def lines(price: st.SearchStrategy[Decimal] = prices) -> st.SearchStrategy[list[Line]]:
    one = st.builds(
        Line,
        quantities,
        price,
        st.none() | percents,
        st.none() | numbers("0", "9999", 4),
        st.lists(rates, max_size=4).map(tuple),
    )
    return st.lists(one, min_size=1, max_size=12)


any_lines = lines(st.one_of(prices, numbers("-9999", "9999", 6)))
discounts = st.tuples(st.none() | percents, st.none() | numbers("0", "99999", 4))


@many
@given(any_lines, discounts, SCALES)
def test_totals_are_the_sums_of_the_lines(document: list[Line], discount: tuple, scale: int) -> None:
    priced, totals = price_document(document, *discount, scale=scale)
    assert len(priced) == len(document)
    for name in ("net", "tax", "withheld", "gross", "discount"):
        assert getattr(totals, name) == sum((getattr(one, name) for one in priced), Decimal(0))
    assert totals.gross == totals.net + totals.tax


@many
@given(any_lines, discounts, SCALES)
def test_every_amount_is_an_exact_decimal_of_the_scale(document: list[Line], discount: tuple, scale: int) -> None:
    priced, totals = price_document(document, *discount, scale=scale)
    amounts = [a for p in priced for a in (p.discount, p.net, *p.taxes, p.tax, p.withheld, p.gross)]
    for amount in [*amounts, totals.net, totals.tax, totals.gross, totals.withheld, totals.discount]:
        assert type(amount) is Decimal
        assert amount == half_up(Fraction(amount), scale), f"{amount} has more than {scale} decimals"


@many
@given(any_lines, discounts, SCALES)
def test_each_tax_is_rounded_half_up_once(document: list[Line], discount: tuple, scale: int) -> None:
    for one, cost in zip(document, price_document(document, *discount, scale=scale)[0], strict=True):
        before = Decimal(0)
        for rate, amount in zip(one.rates, cost.taxes, strict=True):
            base = cost.net + before if rate.compound else cost.net
            assert amount == half_up(Fraction(base) * Fraction(rate.percent) / 100, scale)
            before += 0 if rate.withholding else amount
        assert cost.tax == before
        assert cost.withheld == sum(
            (a for r, a in zip(one.rates, cost.taxes, strict=True) if r.withholding), Decimal(0)
        )


@many
@given(any_lines, SCALES, SCALES, numbers("0.0001", "999", 6))
def test_a_line_in_a_currency_of_its_own_is_rounded_in_that_and_once_more_in_the_documents(
    document: list[Line], own: int, scale: int, rate: Decimal
) -> None:
    foreign = [replace(one, scale=own, exchange_rate=rate) for one in document]
    priced, totals = price_document(foreign, scale=scale)
    assert priced == price_document(document, scale=own)[0]
    assert totals.net == sum((half_up(Fraction(one.net) * Fraction(rate), scale) for one in priced), Decimal(0))
    for amount in (totals.net, totals.tax, totals.withheld, totals.gross, totals.discount):
        assert amount == half_up(Fraction(amount), scale)


@many
@given(any_lines, SCALES)
def test_a_lines_own_discount(document: list[Line], scale: int) -> None:
    for one, cost in zip(document, price_document(document, scale=scale)[0], strict=True):
        base = Fraction(one.quantity) * Fraction(one.price)
        whole = half_up(base, scale)
        assert cost.net + cost.discount == whole
        if one.discount_percent is not None:
            assert cost.discount == half_up(base * Fraction(one.discount_percent) / 100, scale)
        else:
            off = min(half_up(Fraction(one.discount_amount or 0), scale), abs(whole))
            assert cost.discount == (off if whole > 0 else -off)


@many
@given(any_lines, percents, SCALES)
def test_a_documents_discount_in_percent_is_spread_to_the_last_unit(
    document: list[Line], percent: Decimal, scale: int
) -> None:
    _, plain = price_document(document, scale=scale)
    _, off = price_document(document, percent=percent, scale=scale)
    assert plain.net - off.net == half_up(Fraction(plain.net) * Fraction(percent) / 100, scale)
    assert off.discount - plain.discount == plain.net - off.net


@many
@given(any_lines, numbers("0", "99999", 4), SCALES)
def test_a_documents_discount_in_money_is_spread_to_the_last_unit(
    document: list[Line], amount: Decimal, scale: int
) -> None:
    _, plain = price_document(document, scale=scale)
    _, off = price_document(document, amount=amount, scale=scale)
    assert plain.net - off.net == min(half_up(Fraction(amount), scale), max(plain.net, Decimal(0)))


@many
@given(any_lines, any_lines, discounts, SCALES)
def test_a_documents_discount_is_as_if_lines_that_are_taxes_were_not_there(
    goods: list[Line], taxes: list[Line], discount: tuple, scale: int
) -> None:
    customs = [replace(one, rates=(), discount_percent=None, discount_amount=None, is_tax=True) for one in taxes]
    priced, _ = price_document([*customs, *goods], *discount, scale=scale)
    assert priced[len(customs) :] == price_document(goods, *discount, scale=scale)[0]
    assert priced[: len(customs)] == price_document(customs, scale=scale)[0]


@many
@given(lines(), discounts, SCALES)
def test_no_discount_makes_a_line_dearer_or_cheaper_than_free(
    document: list[Line], discount: tuple, scale: int
) -> None:
    plain, _ = price_document(document, scale=scale)
    priced, _ = price_document(document, *discount, scale=scale)
    for before, after in zip(plain, priced, strict=True):
        assert 0 <= after.net <= before.net


@settings(max_examples=200, deadline=None)
@given(numbers("-99999", "99999", 2), st.lists(numbers("-9999", "9999", 2), max_size=30))
@example(d("0.50"), [d("0.01")] * 100)
@example(d("1.00"), [d("100.00"), d("-99.00")])
def test_shares_add_up_and_stay_within_what_they_are_shares_of(total: Decimal, weights: list[Decimal]) -> None:
    whole = sum(weights, Decimal(0))
    assume(whole != 0)
    total = max(min(total, whole), Decimal(0)) if whole > 0 else min(max(total, whole), Decimal(0))
    shares = spread(total, weights)
    assert sum(shares, Decimal(0)) == total
    for share, weight in zip(shares, weights, strict=True):
        assert min(weight, Decimal(0)) <= share <= max(weight, Decimal(0))
        assert share == share.quantize(Decimal("0.01"), ROUND_HALF_UP)


@many
@given(st.lists(rates, max_size=8))
def test_the_percentage_shown_is_what_the_taxes_of_a_large_line_come_to(chosen: list[Rate]) -> None:
    dear = price_line(Line(Decimal(1), d("1000000"), rates=tuple(chosen)))
    shown = combined_percent(chosen)
    assume(shown < 1000)
    assert abs(dear.tax / 10000 - shown) <= d("0.0001")
