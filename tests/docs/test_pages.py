"""The documentation is true: its commands run, its reference is what the code says, nothing is left out."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.main import get_command

from emptor import reference, settings
from emptor.cli import app

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXPECTED = "# → "


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def blocks(page: str) -> list[str]:
    return BLOCK.findall((ROOT / page).read_text())


def script(parts: list[str]) -> tuple[str, list[str]]:
    """The blocks as one shell script that prints a mark after each step, and what each step must have said."""
    lines, wanted = ["set -eu"], []
    for line in "\n".join(parts).splitlines():
        if line.startswith(EXPECTED):
            wanted.append(line.removeprefix(EXPECTED))
            lines.append(f"echo; echo '=== {len(wanted)}'")
        else:
            lines.append(line)
    return "\n".join(lines), wanted


def check_said(output: str, wanted: list[str]) -> None:
    said = re.split(r"^=== \d+$", output, flags=re.MULTILINE)
    assert len(said) == len(wanted) + 1, output
    for text, expected in zip(said, wanted, strict=False):
        assert expected in text, f"{expected!r} is not in what was said:\n{text}"


def run(script_text: str, folder: Path, **more: str) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("EMPTOR_")}
    environment |= {"PATH": f"{BIN}:{os.environ['PATH']}", **more}
    done = subprocess.run(
        ["bash", "-c", script_text],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@contextmanager
def demo(folder: Path, port: int) -> Iterator[None]:
    """`make demo`, told to put its database into `folder`."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("EMPTOR_", "MAKE", "MFLAGS"))},
        "EMPTOR_DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "EMPTOR_FILES_DIR": str(folder / "files"),
    }
    command = ["make", "--no-print-directory", "demo", f"PORT={port}"]
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + 90
        while "Stop with Ctrl-C" not in (folder / "said.txt").read_text():
            assert process.poll() is None, (folder / "said.txt").read_text()
            assert time.monotonic() < until, "the demo takes too long to start"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def test_the_readme_leads_to_a_first_approved_order(tmp_path: Path) -> None:
    port = free_port()
    first_order = [block for block in blocks("README.md") if "curl" in block]
    text, wanted = script(first_order)
    assert len(wanted) >= 4
    with demo(tmp_path, port):
        check_said(run(text.replace(":8000", f":{port}"), tmp_path), wanted)
        printed = re.findall(r"^ +(curl .*)$", (tmp_path / "said.txt").read_text(), re.MULTILINE)
        assert len(printed) >= 3
        for line in printed[:2]:
            assert json.loads(run(line.replace("curl ", "curl -s ", 1), tmp_path))


def test_the_two_commands_of_the_readme_are_there() -> None:
    commands = [block.strip() for block in blocks("README.md") if block.startswith("make")]
    assert commands == ["make demo", "make test"]
    for command in commands:
        subprocess.run([*command.split(), "--dry-run"], cwd=ROOT, check=True, capture_output=True)


def test_every_command_of_the_tutorial_works(tmp_path: Path) -> None:
    text, wanted = script(blocks("docs/tutorial.md"))
    assert len(wanted) >= 20
    # What the shell leaves running at the end would keep the pipe open.
    stop = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"
    check_said(run(stop + text, tmp_path, PORT=str(free_port())), wanted)


def test_the_server_of_the_integrators_page_starts_with_what_it_promises(tmp_path: Path) -> None:
    [command] = blocks("docs/integrators.md")
    port = free_port()
    start = command.strip().replace("9000", str(port))
    text = f"trap 'kill $!' EXIT\n{start} >said.txt 2>&1 &\nuntil [ -s keys.json ]; do sleep 0.1; done; cat keys.json"
    credentials = json.loads(run(text, tmp_path))
    assert credentials["base_url"] == f"http://127.0.0.1:{port}"
    for company in credentials["companies"]:
        assert set(company) == {"name", "region", "keys"}
        assert all(set(key) == {"email", "token", "roles"} for key in company["keys"])


@pytest.mark.parametrize("name", sorted(reference.pages()))
def test_the_reference_is_what_the_code_says(name: str) -> None:
    kept = (ROOT / "docs/reference" / name).read_text()
    assert kept == reference.pages()[name], "The reference is out of date; renew it with: make docs"


def test_every_setting_and_command_is_in_the_reference() -> None:
    pages = reference.pages()
    for field in settings.Settings.__struct_fields__:
        assert f"`EMPTOR_{field.upper()}`" in pages["settings.md"]
    for name in get_command(app).commands:  # type: ignore[attr-defined]
        assert f"## `emptor {name}" in pages["commands.md"]


def test_every_setting_and_command_that_a_page_names_exists() -> None:
    variables = {name for name, _, _ in settings.described()}
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        text = page.read_text()
        for variable in re.findall(r"\bEMPTOR_[A-Z_]+[A-Z]\b", text):
            assert variable in variables, f"{page.name} names {variable}"
        for command in re.findall(r"`emptor ([a-z]+)", text):
            assert command in commands, f"{page.name} names emptor {command}"


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "contract").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
            if not target.startswith(("http://", "https://")):
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_a_served_answer_has_the_error_shape_the_reference_shows(tmp_path: Path) -> None:
    shown = json.loads(re.search(r"```json\n(.*?)\n```", reference.pages()["errors.md"], re.DOTALL)[1])  # type: ignore[index]
    port = free_port()
    with demo(tmp_path, port):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/suppliers")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        with refused.value as answer:
            assert set(json.load(answer)) == set(shown) - {"errors"}
