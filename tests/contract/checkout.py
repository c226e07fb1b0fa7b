"""The checkout as the contract tests see it."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "qloak"
LOCKS = ("dev.lock", "run.lock", "uv-bootstrap.lock")


@cache
def project_files() -> tuple[Path, ...]:
    """All files that are or would be committed: those git knows and those it does not ignore."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return tuple(ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file())


def modules() -> dict[str, Path]:
    """Dotted name -> file of every module of the package."""
    names = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def parse(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def pinned(lock: str) -> dict[str, str]:
    """Distribution (with its marker, if any) -> version pinned in a lock file."""
    pins = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        requirement, separator, version = line.rstrip(" \\").partition("==")
        if separator and not line.startswith((" ", "#")):
            version, _, marker = version.partition(" ; ")
            pins[f"{requirement} ; {marker}" if marker else requirement] = version
    return pins
