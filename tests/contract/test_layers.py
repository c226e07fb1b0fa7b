"""What may import what, where import-linter does not look."""

from __future__ import annotations

import ast
import re
import sys
import tomllib

import pytest

import qloak
from tests.contract.checkout import PACKAGE, ROOT, modules, parse

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
# Modules that come with a dependency under another name: the runtime of the OpenQASM parser, jinja2's escaping.
COMPANIONS = {"antlr4", "markupsafe"}
BASE = {re.match(r"[\w-]+", text).group() for text in PROJECT["project"]["dependencies"]} | COMPANIONS
MODULES = modules()


def imports_at_start(tree: ast.Module) -> set[str]:
    """Top-level names imported as soon as the module is: outside functions and `if TYPE_CHECKING:`."""
    names, waiting = set(), list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(str(node.module).partition(".")[0])
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
    return names


SERVERS = ("qloak.service.gateway.", "qloak.service.provider_app", "qloak.service.world_app", "qloak.web.")
"""Applications, which are imported by commands that have seen to it that the extra `serve` is there."""

SERVER_LIBRARIES = {"anyio", "fastapi", "prometheus_client", "pydantic", "starlette"}


@pytest.mark.parametrize("name", MODULES)
def test_module_needs_only_the_base_install_to_be_imported(name):
    extra = SERVER_LIBRARIES if name.startswith(SERVERS) else set()
    assert imports_at_start(parse(MODULES[name])) <= {"qloak", *BASE, *extra, *sys.stdlib_module_names}


def imported_from(node: ast.ImportFrom, name: str) -> str:
    """The absolute name behind the `from` of an import in the module `name`."""
    package = name.split(".") if MODULES[name].name == "__init__.py" else name.split(".")[:-1]
    base = package[: len(package) - node.level + 1] if node.level else []
    return ".".join([*base, *([node.module] if node.module else [])])


@pytest.mark.parametrize("name", [name for name in MODULES if name != "qloak"])
def test_layers_do_not_import_the_front_of_the_package(name):
    # `from qloak import X` would reach every layer by a way that import-linter does not see.
    children = {path.stem for path in PACKAGE.iterdir()}
    for node in ast.walk(parse(MODULES[name])):
        if isinstance(node, ast.Import):
            assert "qloak" not in {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and imported_from(node, name) == "qloak":
            assert {alias.name for alias in node.names} <= children


def test_public_names_are_sorted_and_exist():
    assert list(qloak.__all__) == sorted(set(qloak.__all__))
    for name in qloak.__all__:
        assert getattr(qloak, name) is not None


@pytest.mark.parametrize("name", [name for name, path in MODULES.items() if path.name == "__init__.py"])
def test_package_lists_its_public_names(name):
    module = __import__(name, fromlist=["__all__"])
    assert isinstance(module.__all__, list)
    assert set(module.__all__) <= set(dir(module))


def test_layer_list_names_all_layers_of_the_design():
    (contract,) = PROJECT["tool"]["importlinter"]["contracts"]
    assert contract["exhaustive"]
    listed = re.findall(r"\w+", " ".join(contract["layers"]))
    packages = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert packages <= set(listed)
    assert len(listed) == len(set(listed))
