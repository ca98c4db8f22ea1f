"""Files in and out: who may attach and read them, what they are called and as what they are sent back."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from urllib.parse import unquote

import pytest

from emptor.domains.attachments.content import LONGEST_NAME, UNKNOWN, clean_name, sent_as, type_of
from emptor.services.files import FolderFiles, digest_of
from tests.support.house import StoppedClock

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
INVOICE, ORDER, SUPPLIER, CONTRACT = 1, 2, 8, 101


def sent(name="offer.pdf", data=PDF, declared="application/pdf"):
    return {"file": (name, data, declared)}


@pytest.fixture
def supplier(house):
    return house.made("/suppliers", {"name": "Bolts Ltd"})


@pytest.fixture
def order(house, supplier):
    location = house.made("/locations", {"name": "Berlin"})
    return house.made("/purchaseorders", {"supplier": supplier["id"], "location": location["id"]})


# In


def test_a_file_is_attached_and_shown_with_its_object(house, supplier):
    path = f"/attachments/{supplier['id']}/{SUPPLIER}"
    made = house.made(path, files=sent(), form={"comment": "as agreed"})
    person = {key: house.get("/users")["data"][0][key] for key in made["user"]}
    assert made == {
        "id": made["id"], "name": "offer.pdf", "uploadDate": made["uploadDate"], "size": len(PDF),
        "formatType": "application/pdf", "comment": "as agreed", "user": person, "type": SUPPLIER,
    }  # fmt: skip
    assert house.get(f"/suppliers/{supplier['id']}")["attachments"] == {"data": [made]}
    assert "attachments" not in house.get("/suppliers")["data"][0]


def test_every_kind_of_object_has_files_of_its_own(house, supplier, order):
    invoice = house.made("/invoices", {"supplier": supplier["id"]})
    contract = house.made("/contract", {"number": "C-1", "id": supplier["id"]})
    owners = {
        (INVOICE, invoice["id"]): f"/invoices/{invoice['idn']}",
        (ORDER, order["id"]): f"/purchaseorders/{order['idn']}",
        (SUPPLIER, supplier["id"]): f"/suppliers/{supplier['id']}",
        (CONTRACT, contract["id"]): f"/contracts/{contract['id']}",
    }
    made = {kind: house.made(f"/attachments/{kind[1]}/{kind[0]}", files=sent()) for kind in owners}
    for kind, path in owners.items():
        assert house.get(path)["attachments"] == {"data": [made[kind]]}
        assert made[kind]["type"] == kind[0]


def test_an_object_with_a_new_file_has_changed(premises):
    clock = StoppedClock()
    house = premises.house(clock=clock)
    supplier = house.made("/suppliers", {"name": "Bolts Ltd"})
    now = clock.forward(minutes=1)
    house.made(f"/attachments/{supplier['id']}/{SUPPLIER}", files=sent())
    assert house.get(f"/suppliers?modifiedSince={now[:19]}")["data"][0]["updateDate"] == now


def test_what_cannot_be_attached(house, supplier):
    path = f"/attachments/{supplier['id']}/{SUPPLIER}"
    missing = {"file": "This field is required."}
    assert house.refused("POST", path, files={}, form={"comment": "no file"}) == missing
    assert house.refused("POST", path, {"comment": "no file"}) == missing
    for how in ({"body": {"file": "text"}}, {"form": {"file": "text"}}, {"files": {}, "form": {"file": "text"}}):
        assert house.refused("POST", path, **how) == {
            "file": "Send a file: a part of a multipart body with a file name."
        }
    assert house.refused("POST", path, files=sent(data=b"")) == {"file": "This file is empty; choose another."}
    problems = house.refused("POST", path, files=sent(), form={"comment": "x" * 1001})
    assert list(problems) == ["comment"]
    assert house.get(f"/suppliers/{supplier['id']}")["attachments"] == {"data": []}


@pytest.mark.parametrize("place", ["{id}/6", "{id}/999", "{id}/two", "999999999/8", "abc/8", "{id}/2"])
def test_there_is_nothing_to_attach_to(house, supplier, place):
    assert house.call("POST", f"/attachments/{place.format(**supplier)}", files=sent()).status == 404


def test_a_file_may_be_just_so_large(house, supplier):
    small = house.under(upload_bytes=1024)
    path = f"/attachments/{supplier['id']}/{SUPPLIER}"
    assert small.made(path, files=sent(data=PDF.ljust(1024)))["size"] == 1024
    status, shown, _ = small.call("POST", path, files=sent(data=PDF.ljust(1025)))
    assert (status, shown["message"]) == (413, "The file has 1025 bytes; at most 1024 are accepted.")
    assert small.call("POST", path, files=sent(data=b"x" * (1024 + 2**17))).status == 413


def test_in_strict_only_the_hosted_kinds_have_files(house, supplier):
    contract = house.made("/contract", {"number": "C-1", "id": supplier["id"]})
    path = f"/attachments/{contract['id']}/{CONTRACT}"
    made = house.made(path, files=sent())
    strict = house.under(profile="strict")
    assert strict.call("POST", path, files=sent()).status == 404
    assert strict.call("GET", f"/attachments/{made['id']}").status == 404
    assert strict.made(f"/attachments/{supplier['id']}/{SUPPLIER}", files=sent())["id"]


# Out


def test_the_same_bytes_come_back(house, supplier):
    made = house.made(f"/attachments/{supplier['id']}/{SUPPLIER}", files=sent())
    status, data, headers = house.call("GET", f"/attachments/{made['id']}")
    assert (status, data) == (200, PDF)
    assert headers["content-type"] == "application/pdf"
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''offer.pdf"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("accept", ["application/json", " Application/JSON "])
def test_who_accepts_json_only_gets_the_metadata(house, supplier, accept):
    made = house.made(f"/attachments/{supplier['id']}/{SUPPLIER}", files=sent())
    assert house.call("GET", f"/attachments/{made['id']}", headers={"accept": accept})[:2] == (200, made)


@pytest.mark.parametrize("accept", ["*/*", "application/json, */*", "application/json;q=0.9", "application/pdf", ""])
def test_everybody_else_gets_the_file(house, supplier, accept):
    made = house.made(f"/attachments/{supplier['id']}/{SUPPLIER}", files=sent())
    assert house.call("GET", f"/attachments/{made['id']}", headers={"accept": accept}).json == PDF


def test_no_such_file(house):
    for key in ("999999999", "abc", "-1"):
        assert house.call("GET", f"/attachments/{key}").status == 404


# Who


def test_who_sees_the_object_sees_its_files(house, premises, order):
    path = f"/attachments/{order['id']}/{ORDER}"
    made = f"/attachments/{house.made(path, files=sent())['id']}"
    viewer = house.person("purchase_order.view")
    creator = house.person("purchase_order.create")
    elsewhere = house.made("/locations", {"name": "Munich"})["id"]
    far = house.person("purchase_order.view", allLocationsAccess=False, locationIds=[elsewhere])
    other_module = house.person("invoice.create", "supplier.create")
    stranger = premises.house()

    assert viewer.call("GET", made).status == 200
    assert viewer.call("POST", path, files=sent()).status == 403
    for person in (creator, far, other_module, stranger):
        assert person.call("GET", made).status == 404
        assert person.call("GET", made, headers={"accept": "application/json"}).status == 404
        assert person.call("POST", path, files=sent()).status == 404
    both = house.person("purchase_order.view", "purchase_order.create")
    assert both.call("POST", path, files=sent()).status == 201


def test_suppliers_are_seen_by_all_but_changed_by_few(house, supplier):
    path = f"/attachments/{supplier['id']}/{SUPPLIER}"
    made = house.made(path, files=sent())
    clerk, buyer = house.person("item.create"), house.person("supplier.create")
    assert clerk.call("GET", f"/attachments/{made['id']}").status == 200
    assert clerk.call("POST", path, files=sent()).status == 403
    assert buyer.call("POST", path, files=sent()).status == 201


# Where


class Broken:
    """A store on a full disk."""

    def put(self, data):
        raise OSError("No space left on device")


def test_no_row_without_its_content(house, supplier):
    path = f"/attachments/{supplier['id']}/{SUPPLIER}"
    broken = replace(house, service=replace(house.service, files=Broken()))
    assert broken.call("POST", path, files=sent()).status == 500
    assert house.get(f"/suppliers/{supplier['id']}")["attachments"] == {"data": []}


def test_content_is_kept_once_under_its_digest(house, supplier, tmp_path):
    stored = replace(house, service=replace(house.service, files=FolderFiles(tmp_path)))
    path = f"/attachments/{supplier['id']}/{SUPPLIER}"
    made = [stored.made(path, files=sent(name)) for name in ("one.pdf", "two.pdf")]
    digest = digest_of(PDF)
    assert [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()] == [
        f"{digest[:2]}/{digest[2:4]}/{digest}"
    ]
    assert [stored.call("GET", f"/attachments/{one['id']}").json for one in made] == [PDF, PDF]


# What it is called


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Angebot Nº 5 – Büro.pdf", "Angebot Nº 5 – Büro.pdf"),
        ("見積書.pdf", "見積書.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\offer.pdf", "offer.pdf"),
        ('of"fer.pdf', 'of"fer.pdf'),
        ("offer.pdf\r\nSet-Cookie: a=b", "offer.pdfSet-Cookie: a=b"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u0308.txt", "ä.txt"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        (".htaccess", "htaccess"),
        ("name. ", "name"),
        ("x" * 400 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
        ("x." + "y" * 400, ("x." + "y" * 400)[:LONGEST_NAME]),
    ],
)
def test_a_name_is_fit_for_a_header_and_a_folder(given, kept):
    assert clean_name(given) == kept
    assert clean_name(kept) == kept


@pytest.mark.parametrize("name", ["Angebot Nº 5 – Büro.pdf", "100%'; filename=\"x.exe", "a;b=c, d*.pdf"])
def test_a_name_survives_the_way_out(house, supplier, name):
    made = house.made(f"/attachments/{supplier['id']}/{SUPPLIER}", files=sent(name.replace('"', "'")))
    said = house.call("GET", f"/attachments/{made['id']}").headers["content-disposition"]
    start = "attachment; filename*=UTF-8''"
    assert said.startswith(start)
    assert unquote(said.removeprefix(start)) == made["name"] == name.replace('"', "'")
    assert not set(said.removeprefix(start)) & set(" ;,'\"*=\r\n")


# What it is


def zipped(*names):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return data.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS = [
    ("offer.pdf", PDF, "application/pdf"),
    ("offer.exe", PDF, "application/pdf"),
    ("scan.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "image/png"),
    ("scan.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"x" * 50, "image/jpeg"),
    ("scan.tif", b"II*\0" + b"\0" * 50, "image/tiff"),
    ("terms.docx", zipped("[Content_Types].xml", "word/document.xml"), WORD),
    ("terms.zip", zipped("a.txt"), "application/zip"),
    ("terms", zipped("[Content_Types].xml", "word/document.xml"), "application/zip"),
    ("prices.csv", "item,price\nBüro,1\n".encode(), "text/csv; charset=utf-8"),
    ("notes.txt", b"3 < 4 & 5 > 4", "text/plain; charset=utf-8"),
    ("notes.txt", "Müller".encode("latin-1"), UNKNOWN),
    ("notes.txt", b"ready\0or not", UNKNOWN),
    ("notes.txt", b"hello <img src=x onerror=alert(1)>", UNKNOWN),
    ("prices.csv", b"a,</script>", UNKNOWN),
    ("offer.pdf", b"<html><script>alert(1)</script>", UNKNOWN),
    ("scan.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', UNKNOWN),
    ("scan.png", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', UNKNOWN),
    ("page.html", b"hello", UNKNOWN),
    ("run.js", b"alert(1)", UNKNOWN),
    ("run.sh", b"#!/bin/sh\necho", UNKNOWN),
    ("run.txt", b"MZ\x90\0" + b"\0" * 50, UNKNOWN),
    ("run.pdf", b"\x7fELF\2\1\1" + b"\0" * 50, UNKNOWN),
    ("run.jar", zipped("META-INF/MANIFEST.MF"), UNKNOWN),
    ("data.json", b'{"a": 1}', UNKNOWN),
    ("x", b"x", UNKNOWN),
]


@pytest.mark.parametrize(("name", "data", "wanted"), KINDS)
def test_content_is_looked_at_and_nothing_runs_in_a_browser(name, data, wanted):
    assert sent_as(type_of(data, name)) == wanted


def test_the_declared_type_is_not_believed(house, supplier):
    path = f"/attachments/{supplier['id']}/{SUPPLIER}"
    page = sent("offer.pdf", b"<html><script>alert(1)</script>", "application/pdf")
    made = house.made(path, files=page)
    assert made["formatType"] == "text/html"
    assert house.call("GET", f"/attachments/{made['id']}").headers["content-type"] == UNKNOWN
    assert house.made(path, files=sent(declared="text/html"))["formatType"] == "application/pdf"
