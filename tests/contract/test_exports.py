"""What is public: the names of the package and of its layers, and that they stay."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import types

import pytest

import qloak
from tests.contract.checkout import modules, parse

PROMISED = {
    "CodeScheme",
    "Custody",
    "CustodyPolicy",
    "EncryptedCloning",
    "EncryptedRegister",
    "IteratedCloning",
    "QloakError",
    "Register",
    "StabilizerWorld",
    "__version__",
    "classify",
    "count_access",
    "decryption",
    "encryption_circuit",
    "inverse_encryption_circuit",
    "roundtrip_circuit",
}
"""Names that users were given and that may not go away; more may come."""

PACKAGES = sorted(name for name, path in modules().items() if path.name == "__init__.py")


def imports_anything(name: str) -> bool:
    """Whether a module imports names of its own package."""
    return any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(parse(modules()[name])))


def test_promised_names_are_there():
    assert set(qloak.__all__) >= PROMISED


@pytest.mark.parametrize("name", qloak.__all__)
def test_a_public_name_is_the_object_of_that_name(name):
    value = getattr(qloak, name)
    if name == "__version__":
        assert isinstance(value, str)
        return
    assert value.__name__ == name
    assert value.__doc__
    assert value.__module__.startswith("qloak.")


def test_names_are_sorted_and_once():
    assert list(qloak.__all__) == sorted(set(qloak.__all__))
    assert dir(qloak) == qloak.__all__


def test_other_names_are_refused():
    with pytest.raises(AttributeError, match="module 'qloak' has no attribute 'Nonsense'"):
        _ = qloak.Nonsense
    with pytest.raises(ImportError):
        exec("from qloak import Nonsense")


def test_names_are_loaded_when_first_used():
    program = "import sys, qloak; before = set(sys.modules); qloak.EncryptedCloning; print('numpy' in before)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_that_imports_says_what_it_exports(name):
    module = importlib.import_module(name)
    if not imports_anything(name):
        return
    assert isinstance(module.__all__, list)
    assert len(set(module.__all__)) == len(module.__all__)
    for exported in module.__all__:
        value = getattr(module, exported)
        assert not isinstance(value, types.ModuleType), exported
        assert not exported.startswith("_") or exported == "__version__"


@pytest.mark.parametrize("name", sorted(set(modules()) - set(PACKAGES)))
def test_a_module_says_what_it_exports_and_has_it(name):
    if name == "qloak._version":
        return
    module = importlib.import_module(name)
    assert isinstance(module.__all__, list), "every module has an __all__"
    for exported in module.__all__:
        assert hasattr(module, exported), exported
