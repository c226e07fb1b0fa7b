"""x.py, the locks and what may never be in a commit."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import socket
import subprocess
import sys
import tomllib

import pytest

import x
from tests.contract.checkout import LOCKS, PACKAGE, ROOT, modules, parse, pinned, project_files

LARGE_MODULES: dict[str, str] = {}
"""Module over 400 lines -> why it is not split."""


def run_x(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, ROOT / "x.py", *arguments], capture_output=True, text=True, check=False)


# --- locks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_host(name):
    assert not re.search(r"https?://|file:|--(extra-)?index|--find-links", (ROOT / name).read_text())


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_of_a_lock_has_a_hash(name):
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text())
    unhashed = [block for block in blocks if "==" in block and "--hash=sha256:" not in block]
    assert pinned(name)
    assert not unhashed


@pytest.mark.parametrize("name", LOCKS)
def test_lock_was_compiled_from_the_present_dependencies(name):
    assert (ROOT / name).read_text().startswith(x.lock_header()), "run: python3 x.py lock"


def test_dev_lock_holds_all_of_run_lock():
    # Else the demo would have to change an environment that was made for the tests.
    development = pinned("dev.lock")
    bare = {name.partition(" ; ")[0]: version for name, version in development.items()}
    for name, version in pinned("run.lock").items():
        assert development.get(name, bare.get(name.partition(" ; ")[0])) == version, name


# --- x.py ----------------------------------------------------------------------------------------------------


def test_help_lists_every_command_with_its_purpose():
    helped = run_x("help")
    assert helped.returncode == 0
    for name, function in x.COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(function.__doc__)}$", helped.stdout, re.MULTILINE)
    assert run_x().stdout == helped.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fly"], "no command 'fly'; there are: demo, test,"),
        (["bench", "no-such"], "no benchmark 'no-such'"),
        (["setup", "now"], "unexpected argument 'now'"),
    ],
)
def test_wrong_use_exits_2_with_one_line(arguments, message):
    ran = run_x(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"x.py: {message}")
    assert ran.stderr.count("\n") == 1


def test_x_uses_the_standard_library_only():
    imported = set()
    for node in ast.walk(parse(ROOT / "x.py")):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    assert imported <= set(sys.stdlib_module_names)


def test_x_still_parses_on_an_old_python():
    # It has to start there, to say which Python it needs.
    ast.parse((ROOT / "x.py").read_text(), feature_version=(3, 7))


@pytest.mark.parametrize(
    ("held", "wanted", "ready"),
    [("dev", "dev", True), ("dev", "run", True), ("run", "run", True), ("run", "dev", False), ("none", "run", False)],
)
def test_environment_is_ready_when_it_holds_the_lock_or_more(tmp_path, monkeypatch, held, wanted, ready):
    monkeypatch.setattr(x, "VENV", tmp_path)
    monkeypatch.setattr(x, "STAMP", tmp_path / "stamp")
    digest = x.fingerprint(held) if held != "none" else "-"
    x.STAMP.write_text(f"{held}\n{digest}\n{tmp_path}")
    assert x.is_ready(wanted) is ready


@pytest.mark.parametrize("stamp", ["", "none", "dev\n0000\n/else", "dev\n{digest}\n/else"])
def test_environment_is_not_ready_when_interrupted_changed_or_moved(tmp_path, monkeypatch, stamp):
    monkeypatch.setattr(x, "STAMP", tmp_path / "stamp")
    x.STAMP.write_text(stamp.format(digest=x.fingerprint("dev")))
    assert not x.is_ready("dev")


def test_closing_line_counts_what_pytest_reports(tmp_path):
    report = tmp_path / "junit.xml"
    assert x.closing_line(report) == "0 passed, 1 failed"
    report.write_text('<testsuites><testsuite tests="10" failures="2" errors="1" skipped="3"/></testsuites>')
    assert x.closing_line(report) == "4 passed, 3 failed, 3 skipped"


def test_exit_code_of_a_step_is_the_commands():
    assert x.call(sys.executable, "-c", "raise SystemExit(7)") == 7
    assert x.call(sys.executable, "-c", "import os; os.kill(os.getpid(), 9)") == 128 + 9


# --- tests themselves ----------------------------------------------------------------------------------------


def test_tests_reach_no_network():
    # 192.0.2.0/24 is reserved for documentation; the guard answers before any packet could leave.
    with socket.socket() as outside, pytest.raises(pytest.fail.Exception, match="tests use no network"):
        outside.connect(("192.0.2.1", 80))


def test_tests_may_use_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


# --- files ---------------------------------------------------------------------------------------------------


def test_no_module_is_too_long():
    long = {str(path.relative_to(ROOT)) for path in modules().values() if len(path.read_text().splitlines()) > 400}
    assert long == set(LARGE_MODULES)


def test_package_is_typed():
    assert (PACKAGE / "py.typed").is_file()


def test_files_name_neither_places_of_one_machine_nor_package_hosts():
    # Written in pieces, or this file would find itself.
    places = "|".join(("work", "root", "home"))
    hosts = "|".join(("pypi", "pythonhosted", "npmjs", "deb.debian")) + r")\.(org|com"
    forbidden = re.compile(rf"(?<![\w.~])/({places})/|\b({hosts})\b".encode())
    found = {
        str(path.relative_to(ROOT)): match.group().decode()
        for path in project_files()
        if "vendor" not in path.parts and (match := forbidden.search(path.read_bytes()))
    }
    assert not found


def test_version_is_in_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "src/qloak/_version.py"
    assigned = [
        path
        for path in project_files()
        if path.suffix == ".py" and re.search(r"^__version__ *=", path.read_text(), re.M)
    ]
    assert assigned == [PACKAGE / "_version.py"]
    from qloak._version import __version__

    assert importlib.metadata.version("qloak") == __version__


def test_changelog_fragments_say_what_kind_of_change_they_are():
    fragments = list((ROOT / "changelog" / "unreleased").iterdir())
    assert fragments
    for path in fragments:
        assert path.suffix == ".md", path
        assert re.match(r"(Feature|Fix|Change): [^\n]+", path.read_text()), path
