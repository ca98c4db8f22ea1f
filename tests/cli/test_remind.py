"""`emptor remind`: what time brings, done by hand."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from emptor import server
from emptor.cli import app
from emptor.domains import daily, writing
from emptor.domains.organisation import companies
from emptor.domains.organisation.access import Principal
from emptor.domains.suppliers.contracts import CONTRACTS, create
from emptor.domains.suppliers.suppliers import SUPPLIERS
from emptor.store import migrate, query
from emptor.store.unit_of_work import Database


def test_contracts_renew_themselves(database_url: str) -> None:
    server.schema()
    migrate.migrate(database_url)
    database = Database(database_url)
    try:
        company = companies.create(database, "Acme", "com", "EUR")
        nobody = Principal(company, 0, "", settings={"currency": "EUR"})
        with database.write(company, actor=nobody) as tx:
            supplier = writing.insert(tx, SUPPLIERS, {"name": "Bolt & Nut"}, {"creator_id": None})
            term = {"begin_date": "2020-01-01T00:00:00+00:00", "end_date": "2020-12-31T23:59:59+00:00"}
            contract = create(tx, {"number": "C-7", "by_id": supplier, "prolongation": True, **term})
        for done in (1, 0):
            found = CliRunner().invoke(app, ["remind", "--json", "--database", database_url])
            assert found.exit_code == 0, found.output
            assert {"about": "contracts", "done": done} in json.loads(found.stdout)
        with database.read(company) as tx:
            row = query.stored(tx, CONTRACTS, "id", contract)
        assert row is not None
        assert row["end_date"] > "2026-11-01"
        assert daily.run(database)["contracts"] == 0
    finally:
        database.close()
