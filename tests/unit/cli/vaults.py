"""A command line on a vault of its own."""

from __future__ import annotations

import shutil

import pytest

from qloak.storage.vault import Vault, VaultOptions


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where commands find their vault; nothing is there yet."""
    for name in ("QLOAK_URL", "QLOAK_TOKEN", "QLOAK_PROVIDER_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QLOAK_VAULT", str(tmp_path / "vault"))
    return tmp_path / "vault"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A new vault whose clock stands still."""
    place = tmp_path_factory.mktemp("template") / "vault"
    Vault.init(place, VaultOptions(rate=0.0)).close()
    return place


@pytest.fixture
def vault(template, folder):
    """A copy of it where commands find it."""
    shutil.copytree(template, folder)
    return folder
