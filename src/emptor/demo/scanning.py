"""Bills that come as files: photographed, mailed as e-invoices, read by machine or not at all."""

from __future__ import annotations

from collections.abc import Generator

from emptor.demo import papers
from emptor.demo.deeds import Order
from emptor.demo.desk import Life
from emptor.demo.matching import Matching
from emptor.domains.attachments.content import type_of
from emptor.domains.payables.scans import documents as scans
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.services.scans import StructuredReader, Unreadable, is_xml

TORN = b'<?xml version="1.0"?><Invoice><ID>R0'
"""An e-invoice that came apart on the way."""


class Scanning(Matching):
    """Lives of AP documents."""

    def hand_in(self, person: str, name: str, data: bytes) -> int:
        """Hand in a file as a bill; what is structured is read at once. Its id."""
        self.desk.as_(person)
        media_type = "application/xml" if is_xml(data) else type_of(data, name)
        kept = {"name": name, "size": len(data), "format_type": media_type, "digest": self.desk.files.put(data)}
        scan = scans.keep(self.desk.tx, kept)
        reading, fault = None, ""
        try:
            reading = StructuredReader().read(data, media_type)
        except Unreadable as problem:
            fault = str(problem)
        if reading is not None or fault:
            scans.note_reading(self.desk.tx, scans.scan_of(self.desk.tx, scan), reading, fault)
        self.desk.tx.seal()
        return scan

    def e_invoice(self, order: Order, number: str) -> bytes:
        """The supplier's e-invoice for all of an order."""
        row, supplier = self.row(ORDERS, order.id), self.desk.rows("suppliers", id=order.source.supplier)[0]
        lines = self.desk.lines(ORDERS, order.id)
        return papers.e_invoice(
            number, self.in_days(-1)[:10], str(row["idn"]), row["currency"],
            (supplier["name"], supplier["tax_payer_number"]), self.company.entities[order.entity]["name"],
            [(line["name"], line["sku"], line["quantity"], line["net_sum"], line["tax_sum"]) for line in lines],
        )  # fmt: skip

    # Lives

    def scan_waiting(self) -> Life:
        """A photo that nothing here can read: somebody has to look at it."""
        self.hand_in(self._accountant(), f"IMG_{self.next_number():04}.png", papers.png())
        yield 0

    def scan_read(self) -> Life:
        """An e-invoice that has been read; nobody has made an invoice of it yet."""
        order = yield from self._delivered(flat=True)
        number = self._particulars()["invoiceNumber"]
        self.hand_in(self._accountant(), f"{number.replace('/', '-')}.xml", self.e_invoice(order, number))

    def scan_allocated(self) -> Life:
        """An e-invoice that has become an invoice of its order."""
        yield from self._allocated()

    def scan_again(self) -> Life:
        """The same e-invoice comes twice; the second says so."""
        data, name = yield from self._allocated()
        yield 2
        self.hand_in(self._accountant(), f"copy of {name}", data)

    def scan_failed(self) -> Life:
        """A file that is broken."""
        self.hand_in(self._accountant(), f"bill {self.next_number():04}.xml", TORN)
        yield 0

    def scan_canceled(self) -> Life:
        """That was no bill but a postcard."""
        person = self._accountant()
        card = papers.pdf("Greetings from the lighthouse", ("The weather is fine.", "The pump runs."))
        scan = self.hand_in(person, "postcard.pdf", card)
        yield 0.3
        self.desk.as_(person)
        self.desk.act(scans.SCANS, "cancel", scan)

    # Stretches that several lives share

    def _accountant(self) -> str:
        return self.company.payer

    def _allocated(self) -> Generator[float, None, tuple[bytes, str]]:
        order = yield from self._delivered(least=600, flat=True)
        number = self._particulars()["invoiceNumber"]
        data, name = self.e_invoice(order, number), f"{number.replace('/', '-')}.xml"
        person = self._accountant()
        scan = self.hand_in(person, name, data)
        yield 0.4
        self.desk.as_(person)
        self.desk.act(scans.SCANS, "create_invoice", scan)
        invoice = scans.scan_of(self.desk.tx, scan)["invoice_id"]
        self._entered_by[invoice] = person
        yield 0.2
        yield from self.approve_invoice(invoice)
        return data, name
