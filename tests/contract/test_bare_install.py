"""The base install, without any extra, starts and explains itself."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib

import pytest

from tests.contract.checkout import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

BLOCK = """
import sys

class Absent:
    names = frozenset({absent!r})

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in cls.names:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent)
"""


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.fixture(scope="module")
def absent() -> list[str]:
    """Every importable name here that an installation without any extra would not have."""
    base = {"qloak"}
    # (distribution, its extras that are asked for)
    todo = [requirement(text) for text in PROJECT["project"]["dependencies"]]
    while todo:
        name, extras = todo.pop()
        base.add(name)
        for text in importlib.metadata.requires(name) or ():
            needed, _, condition = text.partition(";")
            wanted = re.findall(r"extra\s*==\s*['\"]([\w-]+)['\"]", condition)
            other = requirement(needed)
            if (not wanted or set(wanted) & set(extras)) and other[0] not in base and is_installed(other[0]):
                todo.append(other)
    owners = importlib.metadata.packages_distributions()
    names = [name for name, found in owners.items() if not base & {normal(owner) for owner in found}]
    assert {"qiskit", "qiskit_aer", "pytest"} <= set(names)
    return sorted(names)


def requirement(text: str) -> tuple[str, list[str]]:
    """Name and extras of a requirement such as `openqasm3[parser]>=1.0.1`."""
    match = re.match(r"([\w.-]+)(?:\[([\w,-]+)\])?", text.strip())
    return normal(match.group(1)), (match.group(2) or "").split(",")


def is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def run_bare(absent: list[str], code: str) -> subprocess.CompletedProcess[str]:
    program = BLOCK.format(absent=absent) + code
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_every_public_name_is_there(absent):
    ran = run_bare(absent, "import qloak\nfor name in qloak.__all__: getattr(qloak, name)")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_help_is_there(absent):
    ran = run_bare(absent, "sys.argv = ['qloak', '--help']\nfrom qloak.cli import main\nsys.exit(main())")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "demo" in ran.stdout


def test_import_alone_prints_nothing_and_stays_light():
    heavy = ("scipy", "pandas", "matplotlib", "qiskit", "typer", "rich", "jinja2", "openqasm3")
    ran = run_bare([], f"import qloak\nprint([name for name in {heavy!r} if name in sys.modules])")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "[]\n", "")
