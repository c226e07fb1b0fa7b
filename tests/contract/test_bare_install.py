"""The base install, without any extra, starts and explains itself."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys

import pytest

from tests.contract.checkout import pinned

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
    """Every importable name here that an installation from run.lock would not have."""
    base = {normal(name.partition(" ; ")[0]) for name in pinned("run.lock")} | {"qloak"}
    owners = importlib.metadata.packages_distributions()
    names = [name for name, found in owners.items() if not base & {normal(owner) for owner in found}]
    assert {"qiskit", "qiskit_aer", "pytest"} <= set(names)
    return sorted(names)


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
