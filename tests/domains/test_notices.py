"""Who is told what, and how it gets into the mail."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from emptor.cli import app
from emptor.domains.notices import delivery, texts
from emptor.domains.notices.delivery import AT_ONCE, WAITS, Postman
from emptor.services.mail import KeptMail, Letter, SmtpMail, Undelivered, composed
from emptor.settings import read
from tests.domains.test_conversation import told
from tests.support.buying import Buying
from tests.support.house import House, Premises, StoppedClock
from tests.support.smtp_server import receiving


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


def letters(house: House) -> list[Letter]:
    """What has been mailed for the company by now."""
    postman = house.service.postman
    while postman.deliver():
        pass
    return [one for one in postman.mail.sent if one.number.startswith(f"emptor-{house.company_id}-")]


def waiting(house: House) -> list[dict[str, Any]]:
    return delivery.left(house.service.database, house.company_id)


def mentioned(shop: Buying) -> Any:
    """Somebody whom a comment mentions."""
    bob = shop.person("purchase_order.view")
    shop.ann.does("comments", shop.order(), {"text": f"@{bob.house.email} look"})
    return bob


# Who is told what


def test_whoever_wrote_it_is_told_of_the_decision_with_the_reason(shop: Buying) -> None:
    bob = shop.person("purchase_order.create")
    order = shop.approved_order(by=bob)
    shop.ann.does("revision", order, {"comment": "too dear"})
    (notice,) = bob.house.get("/-/notices")["data"]
    assert notice["kind"] == "revision"
    assert notice["title"] == f"Order {order['idn']} needs changes"
    assert "The reason: too dear" in notice["text"]
    assert notice["link"] == order["at"]
    shop.ann.does("cancel", order)
    assert [kind for kind, _ in told(bob)] == ["revision", "canceled"]


def test_nobody_is_told_of_their_own_deeds(shop: Buying) -> None:
    shop.ann.does("revision", shop.approved_order())
    assert told(shop.ann) == []


def test_followers_are_told_as_well(shop: Buying) -> None:
    order = shop.approved_order()
    bob = shop.person("purchase_order.view")
    bob.does("followers", order)
    shop.ann.does("cancel", order)
    assert [kind for kind, _ in told(bob)] == ["canceled"]


def test_who_has_lost_sight_of_it_is_not_told(shop: Buying) -> None:
    order = shop.approved_order()
    bob = shop.person("purchase_order.view")
    bob.does("followers", order)
    shop.house.changed("PUT", f"/users/{bob.house.user_id}", {"roles": ["purchase_order.create"]})
    shop.ann.does("cancel", order)
    assert told(bob) == []
    assert letters(shop.house) == []


def test_the_buyer_hears_of_what_has_come(shop: Buying) -> None:
    bob = shop.person("purchase_order.create", "receipt.view")
    receipt = shop.receipt(shop.approved_order(("Bolt", 10, 2), by=bob), 4)
    shop.ann.does("confirm", receipt)
    (notice,) = bob.house.get("/-/notices")["data"]
    assert notice["kind"] == "received"
    assert "1. Bolt: 4" in notice["text"]


def test_a_supplier_gets_the_order(shop: Buying) -> None:
    contacts = [{"name": "Bob", "email": "bob@bolts.test"}, {"name": "Eve"}]
    supplier = shop.house.made("/suppliers", {"name": "Bolts", "contacts": contacts})
    order = shop.approved_order(("Bolt M8", 10, "2.5"), supplier=supplier["id"], note="Ring twice.")
    shop.ann.does("send", order)
    (letter,) = letters(shop.house)
    assert letter.to == "bob@bolts.test"
    assert letter.subject.startswith(f"Order {order['idn']} from Company")
    assert "1. Bolt M8: 10, 2.5 EUR each, 25 EUR" in letter.text
    assert "Total: 25 EUR" in letter.text
    assert "Ring twice." in letter.text
    shop.ann.does("send", order, {"statusSending": 3})
    assert len(letters(shop.house)) == 1


def test_an_order_without_an_address_is_not_sent(shop: Buying) -> None:
    order = shop.approved_order()
    reply = shop.ann.tries("send", order)
    assert reply.status == 400
    assert reply.json["message"] == (
        "Supplier Bolt & Nut has no contact with an e-mail address, so the order cannot be sent. "
        "Add one, or say in statusSending how far the order has come on another way."
    )
    assert shop.ann.sees(order)["statusSending"] == 0
    assert shop.ann.does("send", order, {"statusSending": 1})["statusSending"] == 1


def test_whoever_wrote_an_order_that_cannot_send_itself_is_told(shop: Buying) -> None:
    bob = shop.person("purchase_order.create")
    order = shop.approved_order(by=bob, sendToSupplier=True)
    assert (order["status"], order["statusSending"]) == (2, 0)
    (notice,) = bob.house.get("/-/notices")["data"]
    assert (notice["kind"], notice["title"]) == ("unsent", f"Order {order['idn']} could not be sent")
    assert "Supplier Bolt & Nut has no contact with an e-mail address" in notice["text"]
    contacts = [{"name": "Eve", "email": "eve@bolts.test"}]
    shop.house.changed("PUT", f"/suppliers/{shop.supplier['id']}", {"contacts": contacts})
    assert shop.approved_order(by=bob, sendToSupplier=True)["statusSending"] == 1
    assert len(told(bob)) == 1


def test_notices_are_private_and_can_be_read(shop: Buying) -> None:
    bob = mentioned(shop)
    (notice,) = bob.house.get("/-/notices")["data"]
    assert notice["readDate"] is None
    read_one = bob.house.changed("POST", f"/-/notices/{notice['id']}/read")
    assert read_one["readDate"]
    assert shop.house.get("/-/notices")["data"] == []
    assert shop.house.call("GET", f"/-/notices/{notice['id']}").status == 404
    assert shop.house.call("POST", f"/-/notices/{notice['id']}/read").status == 404


def test_a_change_that_fails_tells_nobody(shop: Buying) -> None:
    bob = shop.person("purchase_order.create")
    order = shop.approved_order(by=bob)
    shop.ann.does("confirm", shop.receipt(order))
    assert shop.ann.tries("cancel", order, {"comment": "no"}).status == 400
    assert [kind for kind, _ in told(bob)] == []


def test_every_text_can_be_said_without_facts() -> None:
    for kind in texts.WORDS:
        words = texts.worded(kind, {})
        assert words.title and "\n" not in words.title  # noqa: PT018
        assert "{" not in words.title + words.text


# The way into the mail


def test_mail_goes_out_once(shop: Buying) -> None:
    bob = mentioned(shop)
    (letter,) = letters(shop.house)
    assert (letter.to, letter.subject[:18]) == (bob.house.email, "Ann mentions you a")
    assert waiting(shop.house) == []
    assert len(letters(shop.house)) == 1


def test_a_company_can_do_without_mail(shop: Buying) -> None:
    shop.house.choose(mail=False)
    bob = mentioned(shop)
    assert len(told(bob)) == 1
    assert letters(shop.house) == []


def test_a_letter_says_where_to_look(premises: Premises) -> None:
    shop = Buying(premises.house())
    mentioned(shop)
    settings = read({}, base_url_com="https://buy.acme.test/")
    mail = KeptMail()
    while Postman(settings, shop.house.service.database, mail).deliver():
        pass
    assert any(one.text.endswith("\n\nhttps://buy.acme.test/purchaseorders/1\n") for one in mail.sent)


class BadMail:
    """Takes nothing."""

    def __init__(self, *, for_good: bool = False) -> None:
        self.for_good = for_good
        self.tried = 0

    def send(self, letter: Letter) -> None:
        self.tried += 1
        raise Undelivered("the line is dead", for_good=self.for_good)


def test_what_cannot_be_sent_is_tried_again_and_given_up_in_the_end(premises: Premises) -> None:
    clock = StoppedClock()
    shop = Buying(premises.house(clock=clock))
    mentioned(shop)
    postman = Postman(read({}), shop.house.service.database, BadMail())
    for attempt, wait in enumerate(WAITS, 1):
        postman.deliver()
        (left,) = waiting(shop.house)
        assert (left["attempts"], left["failed"], left["fault"]) == (attempt, None, "the line is dead")
        clock.forward(seconds=wait.total_seconds() - 1)
        assert postman.deliver() == 0
        clock.forward(seconds=1)
    postman.deliver()
    (left,) = waiting(shop.house)
    assert left["failed"] == clock.now.isoformat()
    clock.forward(days=30)
    assert postman.deliver() == 0
    delivery.try_again(shop.house.service.database)
    assert len(letters(shop.house)) == 1
    assert waiting(shop.house) == []


def test_what_is_refused_for_good_is_not_tried_again(shop: Buying) -> None:
    mentioned(shop)
    while Postman(read({}), shop.house.service.database, BadMail(for_good=True)).deliver():
        pass
    (left,) = waiting(shop.house)
    assert left["failed"]
    result = CliRunner().invoke(
        app, ["notices", "--company", str(shop.house.company_id), "--json", "--database", shop.house.premises.url]
    )
    (row,) = json.loads(result.output)
    assert (row["state"], row["fault"], row["attempts"]) == ("given up", "the line is dead", 1)


def test_two_servers_send_nothing_twice(shop: Buying) -> None:
    from concurrent.futures import ThreadPoolExecutor

    bob = shop.person("purchase_order.view")
    order = shop.order()
    for number in range(AT_ONCE + 10):
        shop.ann.does("comments", order, {"text": f"@{bob.house.email} {number}"})
    mail = KeptMail()
    postmen = [Postman(read({}), shop.house.service.database, mail) for _ in range(4)]

    def work(postman: Postman) -> None:
        while postman.deliver():
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, postmen))
    numbers = [one.number for one in mail.sent if one.to == bob.house.email]
    assert len(numbers) == AT_ONCE + 10
    assert len(set(numbers)) == len(numbers)


def test_the_thread_delivers_by_itself(shop: Buying, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setattr(delivery, "LOOK_EVERY_SECONDS", 0.01)
    bob = mentioned(shop)
    mail = KeptMail()
    postman = Postman(read({}), shop.house.service.database, mail)
    postman.start()
    deadline = time.monotonic() + 10
    while not any(one.to == bob.house.email for one in mail.sent) and time.monotonic() < deadline:
        time.sleep(0.01)
    postman.stop()
    assert [one.to for one in mail.sent if one.to == bob.house.email] == [bob.house.email]


# SMTP

LETTER = Letter("bob@bolts.test", "Zoë's order", "Grüße\n.\n", "emptor-1-2")


def test_a_letter_arrives() -> None:
    with receiving() as inbox:
        SmtpMail(inbox.settings()).send(LETTER)
        (letter,) = inbox.letters
        assert inbox.recipients == ["bob@bolts.test"]
        assert (letter["Subject"], letter["From"], letter["To"]) == (
            "Zoë's order", "Emptor <po@acme.test>", "bob@bolts.test",
        )  # fmt: skip
        assert letter["Message-ID"] == "<emptor-1-2@acme.test>"
        assert letter.get_content().replace("\r", "") == "Grüße\n.\n"


def test_who_does_not_exist_is_refused_for_good() -> None:
    with receiving() as inbox, pytest.raises(Undelivered, match="550 no such mailbox") as fault:
        SmtpMail(inbox.settings()).send(Letter("nobody@bolts.test", "x", "x", "1"))
    assert fault.value.for_good


def test_a_server_that_is_busy_or_away_is_tried_again() -> None:
    with receiving() as inbox:
        inbox.busy = True
        with pytest.raises(Undelivered, match="421") as busy:
            SmtpMail(inbox.settings()).send(LETTER)
        settings = inbox.settings()
    with pytest.raises(Undelivered, match="ConnectionRefusedError") as away:
        SmtpMail(settings).send(LETTER)
    assert not busy.value.for_good
    assert not away.value.for_good


def test_without_tls_nothing_is_said_where_tls_is_wanted() -> None:
    with receiving() as inbox:
        mail = SmtpMail(read({}, smtp_host="127.0.0.1", smtp_port=inbox.settings().smtp_port))
        with pytest.raises(Undelivered, match="STARTTLS"):
            mail.send(LETTER)
    assert inbox.letters == []


def test_nobody_slips_a_header_in() -> None:
    with pytest.raises(ValueError, match="Header values"):
        composed(Letter("bob@bolts.test", "x\nBcc: eve@evil.test", "x", "1"), "po@acme.test")
    with receiving() as inbox, pytest.raises(Undelivered, match="cannot be a letter") as fault:
        SmtpMail(inbox.settings()).send(Letter("bob@bolts.test\r\nX: y", "x", "x", "1"))
    assert fault.value.for_good
