"""From a bare checkout to a running suite: the locks, the Makefile and the outside services."""

import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from sqlalchemy import create_engine, text

from tests.support import services

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def _locked(lock: Path) -> dict[str, str]:
    """Package and environment → version."""
    requirement = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)
    return {f"{name} ; {marker}": version for name, version, marker in requirement.findall(lock.read_text())}


def _names(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w-]+", requirement)[0] for requirement in requirements}


def test_there_are_three_locks():
    assert [lock.name for lock in LOCKS] == ["bench.txt", "run.txt", "test.txt"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_names_packages_and_hashes_and_no_place(lock):
    content = lock.read_text()
    assert not re.search(r"://|--(extra-)?index-url|--find-links|(^|\s)(/|[A-Z]:\\|file:)", content, re.MULTILINE)
    assert re.findall(r"^\S.*==.*(?<! \\)$", content, re.MULTILINE) == [], "a requirement without a hash"
    assert len(_locked(lock)) == len(re.findall(r"^\S.*==", content, re.MULTILINE))


def test_the_locks_agree():
    versions = {}
    for lock in LOCKS:
        for package, version in _locked(lock).items():
            assert versions.setdefault(package, version) == version, f"{package} in {lock.name}"


def test_the_locks_cover_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras, groups = project["project"]["optional-dependencies"], project["dependency-groups"]
    run = [*project["project"]["dependencies"], *extras["postgres"], *extras["valkey"], *groups["build"]]
    wanted = {"run": run, "test": run + groups["test"], "bench": run + groups["bench"]}
    for lock in LOCKS:
        locked = {package.split(" ; ")[0] for package in _locked(lock)}
        assert _names(wanted[lock.stem]) <= locked, "run: make lock"


def test_make_knows_its_targets():
    targets = ["demo", "test", "check", "bench", "docs", "lock", "clean"]
    asked = subprocess.run(["make", "--dry-run", *targets], cwd=ROOT, capture_output=True, text=True)
    assert asked.returncode == 0, asked.stderr


def test_every_test_is_run():
    """Work divided by the names of tests leaves out all but one of those that share a name, as the fuzzed ones do."""
    asked = subprocess.run(["make", "--dry-run", "test"], cwd=ROOT, capture_output=True, text=True)
    assert "pytest -n logical" in asked.stdout
    assert "--dist" not in asked.stdout


def test_demo_takes_a_port():
    asked = subprocess.run(["make", "--dry-run", "demo", "PORT=9000"], cwd=ROOT, capture_output=True, text=True)
    assert "emptor serve --demo --port 9000" in asked.stdout


def test_make_says_plainly_that_python_is_too_old(tmp_path):
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    asked = subprocess.run(["make", ".venv/bin/pip", f"PYTHON={old}"], cwd=tmp_path, capture_output=True, text=True)
    assert asked.returncode != 0
    assert "Emptor needs Python 3.11 or newer" in asked.stdout + asked.stderr


def test_a_database_is_there_and_empty(database_url):
    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
        connection.execute(text("CREATE TABLE used (id INTEGER)"))
    engine.dispose()


def test_postgres_does_not_let_us_be_superuser(postgres_server):
    """Row-level security would hold for nobody."""
    with psycopg.connect(postgres_server) as connection:
        mighty = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        assert connection.execute(mighty).fetchone() == (False,)


def test_redis_answers(redis_server):
    with redis.Redis.from_url(redis_server) as client:
        assert client.ping()
        assert client.dbsize() == 0


OWNER = """
from tests.support import services
import os, time

with services.session():
    services.postgres_url()
    print(os.environ[services.SESSION], flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=lambda end: end.name)
def test_no_service_survives_its_session(end):
    own = {name: value for name, value in os.environ.items() if name != "EMPTOR_TEST_POSTGRES"}
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], cwd=ROOT, env=own, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with owner:
        session = Path(owner.stdout.readline().strip())
        postmaster = psutil.Process(int((session / "postgres" / "data" / "postmaster.pid").read_text().split()[0]))
        owner.send_signal(end)
    deadline = time.monotonic() + services.STOP_TIMEOUT_SECONDS
    while session.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not session.exists()
    assert not postmaster.is_running() or postmaster.status() == psutil.STATUS_ZOMBIE
