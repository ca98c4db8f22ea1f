"""The command line: administration by the same rules as the API, and a server that starts and stops in good order."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import trustme
from typer.testing import CliRunner, Result

from emptor import server, settings
from emptor.cli import app
from emptor.domains import discover
from emptor.http.messages import Request
from emptor.store import migrate
from tests.support import services

EMPTOR = [sys.executable, "-m", "emptor"]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


def said(words: str | Sequence[str], *, code: int = 0, **environment: str) -> Result:
    """What a command says, given as words or as a line."""
    words = words.split() if isinstance(words, str) else words
    result = CliRunner(env={"COLUMNS": "200", **environment}).invoke(app, list(words))
    assert result.exit_code == code, result.output
    if code:
        assert "Traceback" not in result.output
    return result


def refused(words: str | Sequence[str], *, code: int = 1, **environment: str) -> str:
    """The one sentence with which a command refuses."""
    result = said(words, code=code, **environment)
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr.strip()


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with all tables, which every command finds by the environment."""
    migrate.migrate(database_url)
    monkeypatch.setenv("EMPTOR_DATABASE_URL", database_url)
    return database_url


@pytest.fixture
def acme(database: str) -> str:
    """The e-mail of the one person in the company Acme."""
    said("company create Acme")
    said("user create Acme ann@acme.test --role super_user")
    return "ann@acme.test"


def status(database_url: str, email: str, token: str) -> int:
    """How the API answers a key."""
    service = server.service(settings.read({}, database_url=database_url, limits=False))
    headers = {"x-auth-token": token, "email": email}
    answer = service.answer(Request("GET", "/suppliers", b"", headers, b"", "127.0.0.1", "test"))
    service.close()
    return answer.status


# Administration


def test_from_nothing_to_a_key_that_works(database):
    said("company create Acme --region us --currency usd")
    said("user create Acme ann@acme.test --role super_user --firstname Ann")
    made = said("key create Acme ann@acme.test")
    token = made.stdout.strip()
    assert "shown only now" in made.stderr, "the token alone is on stdout"
    assert status(database, "ann@acme.test", token) == 200
    listed = json.loads(said("company list --json").stdout)
    assert [(one["name"], one["region"], one["currency"]) for one in listed] == [("Acme", "us", "USD")]


@on_sqlite
def test_the_first_company_makes_the_file(database_url, tmp_path):
    assert "emptor company create" in refused(f"company list --database {database_url}")
    assert list(tmp_path.iterdir()) == [], "asking makes no file"
    said(f"company create Acme --database {database_url}")
    assert "Acme" in said(f"company list --database {database_url}").stdout


@on_postgres
def test_an_empty_postgresql_waits_for_migrate(database_url):
    assert "run: emptor migrate" in refused(f"company create Acme --database {database_url}")
    assert "is at 0001" in said(f"migrate --database {database_url}").stdout
    assert "already" in said(f"migrate --database {database_url}").stdout
    said(f"company create Acme --database {database_url}")


@on_sqlite
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("company create ACME", "There is a company named 'ACME' already"),
        ("company create Globex --region eu", "There is no region 'eu'"),
        ("company create Globex --currency euro", "'EURO' is no currency"),
        ("user list Globex", "There is no company 'Globex'; see: emptor company list"),
        ("user create Acme bob@acme.test --role boss", "There is no role 'boss'; see: emptor role list"),
        ("user create Acme ANN@acme.test", "Somebody in Acme has the e-mail address ANN@acme.test already"),
        ("user create Acme bob", "email: Write an e-mail address"),
        ("user create Acme bob@acme.test --location Mars", "There is no location 'Mars' in Acme"),
        ("user disable Acme bob@acme.test", "Nobody in Acme has the e-mail address bob@acme.test"),
        ("key create Acme bob@acme.test", "Nobody in Acme has the e-mail address bob@acme.test"),
        ("key revoke 99", "There is no key 99"),
        ("role grant Acme ann@acme.test boss", "There is no role 'boss'"),
        ("company settings Acme colour=red", "There is nothing called 'colour' to choose"),
        ("company settings Acme decimals=9", "decimals=9 is not possible. Write a number from 0 to 4."),
        (["location", "create", "Acme", " "], "name: This field must not be empty."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(acme, words, sentence):
    assert sentence in refused(words)


@on_sqlite
@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        ("company limits Acme --day many", {}, "Invalid value for '--day'"),
        ("company settings Acme decimals", {}, "write NAME=VALUE"),
        ("company create", {}, "Missing argument"),
        ("fly", {}, "No such command 'fly'"),
        ("serve --wings", {}, "No such option: --wings"),
        ("serve --scale 5", {}, "--seed and --scale go with --demo"),
        ("serve --tls-cert cert.pem", {}, "--tls-cert and --tls-key go together"),
        ("company list", {"EMPTOR_PROFILE": "loose"}, "EMPTOR_PROFILE='loose' cannot be used."),
        ("company list --database emptor.db", {}, "'emptor.db' is no database URL"),
        ("company list --database mysql://here/x", {}, "not on mysql"),
    ],
)
def test_what_is_asked_wrongly_ends_with_code_2(acme, words, environment, sentence):
    assert sentence in refused(words, code=2, **environment)


def test_a_database_that_cannot_be_reached():
    nobody = "postgresql://emptor:secret@127.0.0.1:1/emptor"
    sentence = refused(f"company list --database {nobody}")
    assert "cannot be reached" in sentence
    assert "secret" not in sentence


def test_a_company_goes_by_name_or_id(acme):
    company = json.loads(said("company list --json").stdout)[0]
    assert said(f"user list {company['id']}").stdout == said("user list acme").stdout


def test_limits_of_a_company(acme, database):
    assert json.loads(said("company limits Acme --json").stdout)["day"] == 3000
    said("company limits Acme --day 100000 --identical-minute 0")
    found = json.loads(said("company limits Acme --json").stdout)
    assert (found["day"], found["identical_minute"], found["minute"]) == (100_000, 0, 60)
    said("company limits Acme --reset --hour 9")
    found = json.loads(said("company limits Acme --json").stdout)
    assert (found["day"], found["identical_minute"], found["hour"]) == (3000, 1, 9)


def test_choices_of_a_company(acme):
    said("company settings Acme supplierApproval=on decimals=3")
    chosen = {one["name"]: one["value"] for one in json.loads(said("company settings Acme --json").stdout)}
    assert chosen == {**chosen, "supplierApproval": True, "decimals": 3}
    said("company settings Acme decimals=")
    chosen = {one["name"]: one["value"] for one in json.loads(said("company settings Acme --json").stdout)}
    assert chosen == {**chosen, "supplierApproval": True, "decimals": None}


def test_a_person_is_shut_out_and_let_in(acme, database):
    token = said(f"key create Acme {acme}").stdout.strip()
    assert status(database, acme, token) == 200
    said(f"user disable Acme {acme}")
    assert status(database, acme, token) == 401
    assert "is disabled; first: emptor user enable" in refused(f"key create Acme {acme}")
    said(f"user enable Acme {acme}")
    assert status(database, acme, token) == 200


def test_a_key_is_regenerated_and_revoked(acme, database):
    old = json.loads(said(f"key create Acme {acme} --json").stdout)
    new = said(f"key regenerate {old['id']}").stdout.strip()
    assert (status(database, acme, old["token"]), status(database, acme, new)) == (401, 200)
    said(f"key revoke {old['id']}")
    assert status(database, acme, new) == 401
    assert "revoked already" in refused(f"key revoke {old['id']}")
    listed = json.loads(said("key list Acme --json").stdout)
    assert listed[0]["begins"] == new[:6]
    assert listed[0]["revoked"]
    assert new not in said("key list Acme").stdout


def test_roles_are_given_and_taken(acme):
    said("role grant Acme ann@acme.test invoice.view invoice.approve")
    said("role revoke Acme ANN@acme.test super_user invoice.view")
    assert json.loads(said("role list Acme --json").stdout) == [{"email": acme, "roles": ["invoice.approve"]}]
    assert "purchase_order.create" in said("role list").stdout


def test_a_person_bound_to_a_location(acme):
    said(["location", "create", "Acme", "Berlin Mitte", "--code", "B", "--address", "Torstr. 1"])
    assert "uniqueCode" in refused(["location", "create", "Acme", "Bonn", "--code", "B"])
    said("user create Acme bob@acme.test --location B --role purchase_order.create")
    (place,) = json.loads(said("location list Acme --json").stdout)
    assert (place["name"], place["code"], place["address"]) == ("Berlin Mitte", "B", "Torstr. 1")
    assert [one["email"] for one in json.loads(said("user list Acme --json").stdout)] == [acme, "bob@acme.test"]


def test_resources_are_those_of_the_registry():
    listed = json.loads(said("resources --json").stdout)
    assert [one["name"] for one in listed] == [one.name for one in discover() if one.operations]
    assert all(one["operations"] and one["fields"] for one in listed)


def test_the_description_of_the_api(tmp_path):
    said(f"openapi --out {tmp_path / 'openapi.json'}")
    written = (tmp_path / "openapi.json").read_text()
    assert written == said("openapi").stdout
    assert json.loads(written)["openapi"] == "3.1.0"


def commands(*path: str) -> Iterator[tuple[str, ...]]:
    """Every command, as the words that name it."""
    listed = re.findall(r"^│ ([a-z-]+) ", said([*path, "--help"]).stdout.partition("Commands")[2], re.MULTILINE)
    for name in listed:
        yield (*path, name)
        yield from commands(*path, name)


def test_every_command_says_what_it_is_for():
    found = list(commands())
    assert ("company", "create") in found
    for words in found:
        lines = said([*words, "--help"]).stdout.strip().splitlines()
        assert lines[0].strip().startswith("Usage:")
        assert len(lines[2].strip()) > 15, words


def test_help_is_quick_because_it_loads_no_server():
    loaded = (
        "import sys, emptor.cli; print(*sorted({'sqlalchemy', 'msgspec', 'alembic', 'uvicorn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout == "\n"


# The server


def environment(**settings: str) -> dict[str, str]:
    """The environment without settings of the suite's own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("EMPTOR_")}
    return own | settings


class Served:
    """A server in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], greeting: str) -> None:
        self.process = process
        self.greeting = greeting
        self.url = re.search(r"answers at (\S+)", greeting)[1]
        self.log = ""
        """What it has said on stderr, once it has stopped."""


@contextmanager
def serving(*words: str, folder: Path, **settings: str) -> Iterator[Served]:
    """`emptor serve` in a folder, on a port of its own; it must stop by itself when asked."""
    command = [*EMPTOR, "serve", "--port", "0", *words]
    with subprocess.Popen(
        command, cwd=folder, env=environment(**settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            lines = []
            while not lines or lines[-1] != "Stop with Ctrl-C.\n":
                lines.append(process.stdout.readline())
                assert lines[-1], process.stderr.read()
            served = Served(process, "".join(lines))
            yield served
        finally:
            process.send_signal(signal.SIGTERM)
            errors = process.communicate(timeout=30)[1]
    served.log = errors
    assert process.returncode == 0
    assert "Traceback" not in errors, errors


def not_served(*words: str, folder: Path, code: int = 1, **settings: str) -> str:
    """The one sentence with which `emptor serve` refuses to start."""
    ended = subprocess.run(
        [*EMPTOR, "serve", *words], cwd=folder, env=environment(**settings), capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == code, ended.stderr
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr.strip()


def test_a_new_file_is_served_at_once(tmp_path):
    began = time.monotonic()
    with serving(folder=tmp_path) as served:
        print(f"first start, tables made: {time.monotonic() - began:.2f} s")
        assert requests.get(f"{served.url}/-/health").json()["status"] == "ok"
        assert requests.get(f"{served.url}/suppliers").status_code == 401
        assert "emptor company create" in served.greeting
    began = time.monotonic()
    with serving(folder=tmp_path):
        print(f"next start: {time.monotonic() - began:.2f} s")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_server_that_is_asked_to_stop_stops(tmp_path, number):
    with serving(folder=tmp_path) as served:
        served.process.send_signal(number)
        assert served.process.wait(timeout=30) == 0


def test_a_busy_port_is_said_before_anything_is_done(tmp_path):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = str(busy.getsockname()[1])
        sentence = not_served("--demo", "--port", port, folder=tmp_path)
    assert sentence == f"Port {port} of 127.0.0.1 is in use; end what uses it, or choose another port with --port"
    assert list(tmp_path.iterdir()) == []


def test_a_host_that_is_not_here(tmp_path):
    assert "no address of this machine" in not_served("--host", "192.0.2.1", folder=tmp_path)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("EMPTOR_PROFILE", "loose"), ("EMPTOR_LIMIT_DAY", "-1"), ("EMPTOR_PER_PAGE", "7"), ("EMPTOR_REGIONS", "moon")],
)
def test_a_wrong_setting_stops_the_start(tmp_path, setting, value):
    sentence = not_served("--port", "0", folder=tmp_path, code=2, **{setting: value})
    assert setting in sentence
    assert value in sentence
    assert list(tmp_path.iterdir()) == []


def test_a_misspelt_setting_is_mentioned(tmp_path):
    with serving(folder=tmp_path, EMPTOR_LIMTS="off", EMPTOR_TEST_SESSION="x") as served:
        pass
    assert served.log == "There is no setting EMPTOR_LIMTS, so it changes nothing; perhaps EMPTOR_LIMITS is meant.\n"


def test_requests_are_logged_when_asked_for(tmp_path):
    with serving(folder=tmp_path, EMPTOR_LOG_REQUESTS="on") as served:
        requests.get(f"{served.url}/suppliers", headers={"X-AUTH-TOKEN": "secret", "email": "ann@acme.test"})
    assert '"GET /suppliers HTTP/1.1" 401' in served.log
    assert "secret" not in served.log
    with serving(folder=tmp_path) as served:
        requests.get(f"{served.url}/suppliers")
    assert served.log == ""


def test_options_come_before_the_environment(tmp_path):
    with serving("--profile", "strict", "--limits", "off", folder=tmp_path, EMPTOR_PROFILE="extended") as served:
        assert requests.get(f"{served.url}/-/health").json()["profile"] == "strict"
        assert "strict profile, request limits off" in served.greeting


def test_an_empty_postgresql_is_not_served(tmp_path, postgres_server):
    url = services.fresh_postgres_database("cli_unserved")
    assert "run: emptor migrate" in not_served("--port", "0", "--database", url, folder=tmp_path)
    services.drop_postgres_database("cli_unserved")


def test_an_old_file_is_not_served(tmp_path):
    (tmp_path / "emptor.db").write_bytes(b"")
    said(f"migrate --database sqlite:///{tmp_path / 'emptor.db'}")
    with sqlite3.connect(tmp_path / "emptor.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000_first'")
    connection.close()
    assert "use the Emptor that made it" in not_served("--port", "0", folder=tmp_path)


# The demo


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a filled demo."""
    folder = tmp_path_factory.mktemp("demo")
    began = time.monotonic()
    with serving("--demo", folder=folder):
        print(f"first start of the demo: {time.monotonic() - began:.2f} s")
    return folder


def test_the_credentials_file_says_who_one_can_be(demo_folder):
    file = demo_folder / "credentials.json"
    began = time.monotonic()
    with serving("--demo", "--credentials-file", str(file), folder=demo_folder) as served:
        print(f"next start of the demo: {time.monotonic() - began:.2f} s")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        content = json.loads(file.read_text())
        assert content.keys() == {"base_url", "companies"}
        assert content["base_url"] == served.url
        assert {company["region"] for company in content["companies"]} == {"com", "us"}
        for company in content["companies"]:
            assert company.keys() == {"name", "region", "keys"}
            for key in company["keys"]:
                assert key.keys() == {"email", "token", "roles"}
                headers = {"X-AUTH-TOKEN": key["token"], "email": key["email"]}
                assert requests.get(f"{served.url}/locations", headers=headers).status_code == 200


def test_a_demo_lies_in_one_place(demo_folder):
    assert {path.name for path in demo_folder.iterdir()} >= {
        "emptor-demo.db",
        "emptor-demo-files",
        "emptor-demo-keys.json",
    }
    elsewhere = demo_folder / "elsewhere"
    elsewhere.mkdir()
    with serving("--demo", "--database", f"sqlite:///{demo_folder / 'emptor-demo.db'}", folder=elsewhere):
        assert list(elsewhere.iterdir()) == []


def test_a_demo_keeps_its_keys(demo_folder):
    keys = demo_folder / "emptor-demo-keys.json"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    token = json.loads(keys.read_text())["companies"][0]["keys"][0]["token"]
    for _ in range(2):
        with serving("--demo", folder=demo_folder) as served:
            assert token in served.greeting


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")
def test_the_lines_to_try_work_when_pasted(demo_folder):
    with serving("--demo", "--tls-self-signed", folder=demo_folder) as served:
        lines = [line.strip() for line in served.greeting.splitlines() if line.strip().startswith("curl")]
        assert len(lines) == 3
        for line in lines:
            answered = subprocess.run(["bash", "-c", f"{line} --fail --silent"], capture_output=True, check=True).stdout
            assert json.loads(answered)


def test_other_peoples_data_is_no_demo(tmp_path):
    database = f"sqlite:///{tmp_path / 'own.db'}"
    said(f"company create Acme --database {database}")
    sentence = not_served("--demo", "--port", "0", "--database", database, folder=tmp_path)
    assert "holds companies, but" in sentence
    assert json.loads(said(f"company list --json --database {database}").stdout)[0]["name"] == "Acme"


def test_a_demo_that_was_interrupted_is_begun_anew(tmp_path):
    (tmp_path / "emptor-demo.db.filling").write_bytes(b"half of it")
    with serving("--demo", folder=tmp_path) as served:
        assert "Korvenbach" in served.greeting
    assert not list(tmp_path.glob("*.filling*"))


def test_a_demo_on_postgresql_keeps_its_keys_where_it_is_told(tmp_path, postgres_server):
    url = services.fresh_postgres_database("cli_demo")
    words = ("--demo", "--database", url, "--credentials-file", "keys.json")
    with serving(*words, folder=tmp_path) as first:
        keys = json.loads((tmp_path / "keys.json").read_text())["companies"]
    with serving(*words, folder=tmp_path) as second:
        assert json.loads((tmp_path / "keys.json").read_text())["companies"] == keys
        assert second.url != first.url
    with serving(*words[1:], folder=tmp_path):
        assert json.loads((tmp_path / "keys.json").read_text())["companies"] == keys, "without --demo they are kept too"
    assert "--credentials-file" in not_served("--demo", "--port", "0", "--database", url, folder=tmp_path)
    services.drop_postgres_database("cli_demo")


# TLS


def test_an_authority_of_our_own_is_made_once(tmp_path):
    authorities = set()
    for _ in range(2):
        with serving("--tls-self-signed", folder=tmp_path) as served:
            authority = Path(re.search(r"clients to trust: (\S+)", served.greeting)[1])
            authorities.add(authority.read_bytes())
            assert served.url.startswith("https://127.0.0.1:")
            for url in (served.url, served.url.replace("127.0.0.1", "localhost")):
                assert requests.get(f"{url}/-/health", verify=str(authority)).json()["status"] == "ok"
            with pytest.raises(requests.exceptions.SSLError):
                requests.get(f"{served.url}/-/health")
    assert len(authorities) == 1
    assert authority.parent == tmp_path / "emptor-tls"
    assert stat.S_IMODE((authority.parent / "ca-key.pem").stat().st_mode) == 0o600


def test_a_certificate_that_is_given(tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    with serving("--tls-cert", "cert.pem", "--tls-key", "key.pem", folder=tmp_path) as served:
        assert requests.get(f"{served.url}/-/health", verify=str(tmp_path / "ca.pem")).status_code == 200
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.load_verify_locations(tmp_path / "ca.pem")
        with (
            socket.create_connection(("127.0.0.1", int(served.url.rpartition(":")[2]))) as plain,
            old.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
        ):
            assert secured.version() in ("TLSv1.2", "TLSv1.3")


def test_a_certificate_that_is_none(tmp_path):
    (tmp_path / "cert.pem").write_text("no certificate")
    words = ("--port", "0", "--tls-cert", "cert.pem", "--tls-key")
    assert "There is no file key.pem" in not_served(*words, "key.pem", folder=tmp_path)
    assert "no certificate with its key" in not_served(*words, "cert.pem", folder=tmp_path)
