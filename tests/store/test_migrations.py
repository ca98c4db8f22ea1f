"""The tables a database gets from migrations: those the declarations mean, walled off by company on PostgreSQL."""

import json
import threading
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    inspect,
    text,
)
from sqlalchemy.exc import ProgrammingError

from emptor import server, settings
from emptor.domains import writing
from emptor.domains.organisation import companies, keys, users
from emptor.http.messages import Answer, Request
from emptor.http.pipeline import Service
from emptor.store import migrate, row_security
from emptor.store.migrations import renew
from emptor.store.types import Instant
from emptor.store.unit_of_work import Database

on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with all tables."""
    migrate.migrate(database_url)
    database = Database(database_url)
    yield database
    database.close()


# What migrations make


def test_models_and_migrations_mean_the_same_tables(database):
    """After a change to a declaration: python -m emptor.store.migrations.renew"""
    options = {"compare_type": True, "compare_server_default": True}
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, server.schema()) == []
        for table in server.schema().tables.values():
            primary = inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
            assert primary == [column.name for column in table.primary_key], table.name


def test_the_initial_migration_comes_out_the_same_each_time():
    assert renew.source(server.schema()) == renew.source(server.schema())


def test_references_in_a_circle_are_made_after_the_tables(database_url):
    metadata = MetaData(naming_convention=server.schema().naming_convention)
    for name, other in (("eggs", "hens"), ("hens", "eggs")):
        Table(
            name,
            metadata,
            Column("id", Integer, primary_key=True),
            Column("other_id", Integer),
            Column("laid", Instant()),
            ForeignKeyConstraint(["other_id"], [f"{other}.id"]),
        )
    scope: dict = {}
    exec(renew.source(metadata), scope)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE rate_windows (key INTEGER)")
        with Operations.context(MigrationContext.configure(connection)):
            scope["upgrade"]()
        targets = {name: inspect(connection).get_foreign_keys(name)[0]["referred_table"] for name in ("eggs", "hens")}
    assert targets == {"eggs": "hens", "hens": "eggs"}
    engine.dispose()


def test_a_migration_is_done_once(database_url):
    """However many servers start at the same time."""
    faults = []

    def run():
        try:
            migrate.migrate(database_url)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    database = Database(database_url)
    assert migrate.state(database).is_current
    database.close()


@on_sqlite
def test_changing_a_table_keeps_the_rows_that_depend_on_it(database):
    """Batch mode drops the old table; its dependants must not go with it."""
    company = companies.create(database, "Acme", "com", "EUR")
    with database.write(company) as tx:
        user = writing.create(tx, users.USERS, {"email": "ann@acme.test"})
        keys.create(tx, user)
    with migrate._alone(database.engine) as connection:
        operations = Operations(MigrationContext.configure(connection, opts={"render_as_batch": True}))
        with operations.batch_alter_table("users", recreate="always") as batch:
            batch.alter_column("phone", type_=String(99))
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM api_keys")) == 1


# Which version a database has


def test_a_new_database_says_what_to_do(database_url):
    database = Database(database_url)
    assert migrate.state(database).is_new
    with pytest.raises(migrate.WrongVersion, match="has no tables yet; run: emptor migrate"):
        migrate.require_current(database)
    database.close()


def test_a_current_database_is_fine(database):
    assert migrate.state(database).stored == migrate.known_versions()[-1]
    migrate.require_current(database)


def test_an_old_database_says_what_to_do(database, monkeypatch):
    monkeypatch.setattr(migrate, "known_versions", lambda: [migrate.state(database).stored, "0002_next"])
    with pytest.raises(migrate.WrongVersion, match=r"is at version 0001_\w+, not 0002_next; run: emptor migrate"):
        migrate.require_current(database)


def test_a_database_of_another_emptor_is_left_alone(database, database_url):
    with database.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099_later'")
        connection.commit()
    for refuse in (lambda: migrate.require_current(database), lambda: migrate.migrate(database_url)):
        with pytest.raises(migrate.WrongVersion, match="tables of another Emptor"):
            refuse()


def test_tables_without_a_version_are_left_alone(database_url):
    database = Database(database_url)
    server.schema().create_all(database.engine)
    with pytest.raises(migrate.WrongVersion, match="no version"):
        migrate.migrate(database_url)
    database.close()


@on_sqlite
def test_asking_for_the_state_makes_no_file(database_url, tmp_path):
    database = Database(database_url)
    migrate.state(database)
    assert list(tmp_path.iterdir()) == []
    database.close()


# The wall between companies


@pytest.fixture
def service(database: Database) -> Iterator[Service]:
    service = server.service(settings.read({}, database_url=database.url, limits=False))
    yield service
    service.database.close()


class Company:
    """A company with one person who may do everything."""

    def __init__(self, service: Service, name: str) -> None:
        self.service = service
        self.id = companies.create(service.database, name, "com", "EUR")
        self.email = f"ann@{name.lower()}.test"
        with service.database.write(self.id) as tx:
            user = writing.create(tx, users.USERS, {"email": self.email, "roles": ["super_user"]})
            self.key, self.token = keys.create(tx, user)

    def call(self, method: str, path: str, body: object = None, email: str = "") -> Answer:
        headers = {"x-auth-token": self.token, "email": email or self.email, "content-type": "application/json"}
        return self.service.answer(Request(method, path, b"", headers, json.dumps(body).encode(), "127.0.0.1", "test"))


def test_the_api_works(service):
    """On PostgreSQL as a role that row-level security binds."""
    acme, globex = Company(service, "Acme"), Company(service, "Globex")
    made = acme.call("POST", "/suppliers", {"name": "Bolts Ltd", "currencies": ["EUR"], "contacts": [{"name": "Bob"}]})
    assert made.status == 201, made.body
    supplier = json.loads(made.body)["id"]
    assert acme.call("GET", f"/suppliers/{supplier}").status == 200
    assert globex.call("GET", f"/suppliers/{supplier}").status == 404
    assert json.loads(globex.call("GET", "/suppliers").body)["data"] == []


def test_a_key_needs_its_persons_email_as_it_is_now(service):
    acme = Company(service, "Acme")
    assert acme.call("GET", "/users", email="ANN@acme.test").status == 200
    assert acme.call("GET", "/users", email="bob@acme.test").status == 401
    user = json.loads(acme.call("GET", "/users").body)["data"][0]
    assert acme.call("PUT", f"/users/{user['id']}", {"email": "anna@acme.test"}).status == 200
    assert acme.call("GET", "/users").status == 401
    assert acme.call("GET", "/users", email="anna@acme.test").status == 200


def test_a_disabled_person_is_turned_away_at_once(service):
    acme = Company(service, "Acme")
    user = json.loads(acme.call("GET", "/users").body)["data"][0]
    assert acme.call("PUT", f"/users/{user['id']}", {"enable": False}).status == 200
    assert acme.call("GET", "/users").status == 401


@on_postgres
def test_every_table_of_companies_is_behind_the_wall(database):
    with database.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
                 " WHERE relrowsecurity AND relforcerowsecurity AND polcmd = '*'")
        )  # fmt: skip
        assert sorted(rows.scalars()) == row_security.guarded(server.schema())


@on_postgres
def test_a_query_sees_its_own_company_and_without_one_nothing(service):
    acme, globex = Company(service, "Acme"), Company(service, "Globex")
    count = text("SELECT count(*) FROM users")
    with service.database.engine.connect() as connection:
        assert connection.scalar(count) == 0
        for company in (acme, globex):
            with service.database.read(company.id):
                pass
        for _ in range(3):  # also on connections that have been in a company before
            assert connection.scalar(count) == 0
        connection.exec_driver_sql(f"SET emptor.company_id = {acme.id}")
        assert connection.execute(text("SELECT email FROM users")).scalars().all() == [acme.email]
        assert connection.execute(text("UPDATE users SET phone = '1'")).rowcount == 1
        with pytest.raises(ProgrammingError, match="row-level security"):
            connection.exec_driver_sql(f"INSERT INTO counters VALUES ({globex.id}, 'orders', 1, 1)")
        connection.exec_driver_sql("RESET emptor.company_id")


@on_postgres
def test_a_connection_used_before_has_no_company_left(database):
    """After SET LOCAL the setting is '' rather than null, and '' is no number."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN; SET LOCAL emptor.company_id = 1; COMMIT")
        assert connection.scalar(text("SELECT current_setting('emptor.company_id', true)")) == ""
        assert connection.scalar(text("SELECT count(*) FROM users")) == 0


@on_postgres
def test_counts_of_requests_need_not_survive_a_crash(database):
    with database.engine.connect() as connection:
        kind = text("SELECT relpersistence FROM pg_class WHERE relname = 'rate_windows'")
        assert connection.scalar(kind) == "u"
