"""Bills that come twice: as a file that is here already, or under a number that their supplier has used before."""

from __future__ import annotations

import pytest

from tests.domains.payables.scanned import PDF, billed, handed_in, supplied, ubl
from tests.support.buying import Buying, Shown
from tests.support.house import House


@pytest.fixture
def shop(house: House) -> Buying:
    house.made("/taxes", {"name": "VAT", "percent": 19})
    return supplied(house)


def seen(shop: Buying, scan: Shown) -> Shown:
    return shop.house.get(scan["at"])


def remarks(invoice: Shown) -> list[str]:
    return [one["text"] for one in invoice["comments"]["data"]]


def test_a_number_that_was_billed_already_is_suspected(shop: Buying) -> None:
    first = shop.invoice(invoiceNumber="R-77")
    scan = handed_in(shop, ubl())
    assert scan["duplicateInvoice"] == {"id": first["id"]}
    assert shop.house.get("/ap/documents")["data"][0]["duplicateInvoice"] == {"id": first["id"]}
    assert handed_in(shop, ubl(number="R-78"))["duplicateInvoice"] is None
    assert handed_in(shop, ubl(root="CreditNote"))["duplicateInvoice"] is None, "credit notes count for themselves"
    shop.ann.does("confirm", first)
    assert seen(shop, scan)["duplicateInvoice"] == {"id": first["id"]}
    shop.ann.does("cancel", first)
    assert seen(shop, scan)["duplicateInvoice"] is None


@pytest.mark.parametrize(
    ("before", "now"),
    [("r 77", "R77"), ("R-77", "r/77"), ("2026.0007", "2026 0007"), ("RE#7 (2)", "re_7-2"), ("№ Ü", "№ Ü")],
)
def test_a_number_is_the_same_however_it_is_written(shop: Buying, before: str, now: str) -> None:
    first, other = shop.invoice(invoiceNumber=before), shop.house.made("/suppliers", {"name": "Other"})["id"]
    scan = handed_in(shop, ubl(number=now))
    assert seen(shop, scan)["duplicateInvoice"] == {"id": first["id"]}
    shop.house.changed("PUT", scan["at"], {"supplier": {"id": other}})
    assert seen(shop, scan)["duplicateInvoice"] is None, "of another supplier"
    shop.house.changed("PUT", scan["at"], {"supplier": {"id": shop.supplier["id"]}, "documentNumber": f"{now}1"})
    assert seen(shop, scan)["duplicateInvoice"] is None


def test_the_same_e_invoice_twice(shop: Buying) -> None:
    """Known while both wait, and when an invoice has been made of one; whoever approves the other reads of it."""
    first = handed_in(shop, ubl())
    second = handed_in(shop, ubl(), also=f"AP document {first['idn']} is the same file.")
    assert second["duplicateInvoice"] is None
    assert second["duplicateDocuments"] == {"data": [{"id": first["id"], "idn": first["idn"], "because": "file"}]}
    assert seen(shop, first)["duplicateDocuments"]["data"][0]["idn"] == second["idn"]
    _, invoice = billed(shop, first)
    assert remarks(invoice) == [f"AP document {second['idn']} is the same file."]
    again = seen(shop, second)
    assert (again["duplicateInvoice"], again["duplicateDocuments"]) == ({"id": invoice["id"]}, {"data": []})
    assert seen(shop, first)["duplicateInvoice"] is None, "it is the first one's own"
    made, copy = billed(shop, second)
    said = f"Invoice {invoice['idn']} may be the same bill: it has the same number."
    assert (remarks(copy), made["comment"]) == ([said], said)


def test_the_same_picture_twice(shop: Buying) -> None:
    """Nothing was read in it, so its number says nothing; the file does."""
    first = handed_in(shop, PDF, "bill.pdf")
    second = handed_in(shop, PDF, "bill (1).pdf", also=f"AP document {first['idn']} is the same file.")
    shop.house.changed("PUT", first["at"], {"supplier": {"id": shop.supplier["id"]}, "grossTotal": 10})
    _, invoice = billed(shop, first)
    assert seen(shop, second)["duplicateInvoice"] == {"id": invoice["id"]}
    said = f"Invoice {invoice['idn']} may be the same bill: it was made of the same file."
    third = handed_in(shop, PDF, "bill (2).pdf", also=f"{said} AP document {second['idn']} is the same file.")
    shop.house.changed("POST", f"{third['at']}/cancel", {})
    shop.house.changed("PUT", second["at"], {"supplier": {"id": shop.supplier["id"]}, "grossTotal": 10})
    assert remarks(billed(shop, second)[1]) == [said]
    assert seen(shop, third)["duplicateInvoice"] is None, "put aside"


def test_two_files_of_one_number(shop: Buying) -> None:
    first = handed_in(shop, ubl(number="R 1"))
    handed_in(shop, ubl(number="R 1", tax_id="", supplier="Somebody"))
    second = handed_in(shop, ubl(("Bolt", "", 1, 1, 1, 0), number="r-1"))
    assert second["duplicateDocuments"] == {"data": [{"id": first["id"], "idn": first["idn"], "because": "number"}]}
    shop.house.changed("POST", f"{first['at']}/cancel", {})
    assert seen(shop, second)["duplicateDocuments"] == {"data": []}


def test_a_draft_that_is_gone_is_no_duplicate(shop: Buying) -> None:
    first = handed_in(shop, ubl())
    _, invoice = billed(shop, first)
    second = handed_in(
        shop, ubl(), also=f"Invoice {invoice['idn']} may be the same bill: it was made of the same file."
    )
    shop.ann.does("delete", invoice)
    assert seen(shop, second)["duplicateInvoice"] is None
    assert [one["idn"] for one in seen(shop, second)["duplicateDocuments"]["data"]] == [first["idn"]]
