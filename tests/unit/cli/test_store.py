"""Which vault a command works on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from qloak.cli.store import confirm, reach, vault_folder
from qloak.errors import ConflictError, LockedError, UsageError, VaultMissingError
from qloak.service.client import RemoteClient
from qloak.storage.vault import Vault
from qloak.storage.vault.local_client import LocalClient
from tests.unit.cli.commands import qloak, refused, refused_in_json
from tests.unit.cli.vaults import folder, template, vault

__all__ = ["folder", "template", "vault"]


class TestFolder:
    def test_chosen_before_named_before_own(self, folder, tmp_path, monkeypatch):
        assert vault_folder(tmp_path / "x") == tmp_path / "x"
        assert vault_folder(None) == folder
        monkeypatch.delenv("QLOAK_VAULT")
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
        assert vault_folder(None) == tmp_path / "data" / "qloak" / "vault"
        monkeypatch.delenv("XDG_DATA_HOME")
        monkeypatch.setenv("HOME", str(tmp_path))
        assert vault_folder(None) == tmp_path / ".local" / "share" / "qloak" / "vault"

    def test_of_other_systems(self, monkeypatch, tmp_path):
        monkeypatch.delenv("QLOAK_VAULT", raising=False)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setattr(sys, "platform", "darwin")
        assert vault_folder(None) == tmp_path / "Library" / "Application Support" / "qloak" / "vault"
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
        assert vault_folder(None) == tmp_path / "local" / "qloak" / "vault"

    def test_without_a_home(self, monkeypatch):
        def homeless(_):
            raise RuntimeError

        monkeypatch.delenv("QLOAK_VAULT", raising=False)
        monkeypatch.setattr(Path, "expanduser", homeless)
        with pytest.raises(UsageError, match="--vault"):
            vault_folder(None)


class TestReach:
    @pytest.mark.usefixtures("vault")
    def test_a_folder(self):
        with reach(None) as client:
            assert isinstance(client, LocalClient)

    def test_a_gateway_unless_a_folder_is_chosen(self, vault, monkeypatch):
        monkeypatch.setenv("QLOAK_URL", "http://127.0.0.1:9")
        with pytest.raises(UsageError, match="QLOAK_TOKEN"), reach(None):
            pass
        monkeypatch.setenv("QLOAK_TOKEN", "qlk_0123456789012345678901234567890")
        with reach(None) as client:
            assert isinstance(client, RemoteClient)
        with reach(vault) as client:
            assert isinstance(client, LocalClient)

    def test_a_gateway_that_is_away(self, monkeypatch):
        monkeypatch.setenv("QLOAK_URL", "http://127.0.0.1:9")
        monkeypatch.setenv("QLOAK_TOKEN", "qlk_0123456789012345678901234567890")
        refused_in_json(qloak("ls", "--json"), "no answer", code=1)

    def test_nothing_there(self, folder):
        with pytest.raises(VaultMissingError), reach(None):
            pass
        assert not folder.exists()

    def test_makes_one_where_it_may(self, folder, capsys):
        with reach(None, create=True) as client:
            assert client.objects()["objects"] == []
        assert capsys.readouterr().err == f"qloak: made a vault with 6 providers in {folder}\n"

    def test_one_process_at_a_time(self, vault):
        with Vault.open(vault), pytest.raises(LockedError), reach(None):
            pass

    @pytest.mark.usefixtures("vault")
    def test_the_vault_is_looked_after(self):
        """Superfluous clones are freed and the audit log is sealed along with the commands."""
        assert qloak("put", "--random", "--name", "a").code == 0
        assert qloak("get", "a").code == 0
        assert qloak("vault", "check", "--json").json()["findings"] == []
        assert all(entry["seal"] for entry in qloak("audit", "--json").json()["entries"])


@pytest.mark.parametrize("words", [["ls"], ["show", "a"], ["get", "a"], ["rm", "a"], ["vault", "check"], ["audit"]])
def test_a_missing_vault_exits_10_and_names_the_next_step(folder, words):
    refused(qloak(*words), "qloak vault init", code=10)
    refused_in_json(qloak(*words, "--json"), "qloak vault init", code=10)


class Terminal:
    """Standard input with somebody there."""

    def isatty(self):
        return True


class TestConfirm:
    def test_asks_nobody_where_nobody_is(self):
        confirm("Sure?", yes=False)

    @pytest.mark.parametrize("answer", [True, False])
    def test_asks_on_a_terminal(self, monkeypatch, answer):
        monkeypatch.setattr(sys, "stdin", Terminal())
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        monkeypatch.setattr("typer.confirm", lambda *_, **__: answer)
        confirm("Sure?", yes=True)
        if answer:
            confirm("Sure?", yes=False)
        else:
            with pytest.raises(ConflictError, match="nothing has been done"):
                confirm("Sure?", yes=False)
