"""The vault as a whole."""

from __future__ import annotations

import json

import pytest

from qloak.storage.vault import Vault
from qloak.storage.vault.local_client import LocalClient
from tests.unit.cli.commands import qloak, refused, refused_in_json
from tests.unit.cli.vaults import folder, template, vault

__all__ = ["folder", "template", "vault"]


class TestInit:
    def test_with_six_providers(self, folder):
        document = qloak("vault", "init", "--json").json()
        assert len(document["providers"]) == 6
        assert document["folder"] == str(folder)
        refused_in_json(qloak("vault", "init", "--json"), "already", code=1)

    @pytest.mark.usefixtures("folder")
    def test_with_others(self):
        ran = qloak("vault", "init", "--providers", "a,b", "--t1", "1d", "--t2", "1h", "--rate", "0", "--capacity", 10)
        assert "providers: a, b" in ran.out
        providers = qloak("provider", "ls", "--json").json()["providers"]
        assert {(each["name"], each["capacity"], each["t1_seconds"]) for each in providers} == {
            ("a", 10, 86400.0),
            ("b", 10, 86400.0),
        }

    @pytest.mark.usefixtures("folder")
    def test_in_a_world_elsewhere_says_who_it_is(self):
        ran = qloak("vault", "init", "--world", "http://127.0.0.1:9")
        assert ran.code == 0
        name = ran.out.split()[1]
        assert f"qloak token new {name}" in ran.out
        assert "none yet" in ran.out

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (["--providers", "a,a"], "different"),
            (["--providers", "A B"], "A B"),
            (["--t1", "5"], "--t1"),
            (["--t1", "1d", "--t2", "3d"], "--t2"),
            (["--rate", "-1"], "--rate"),
            (["--capacity", "x"], "--capacity"),
        ],
    )
    def test_bad_input_makes_nothing(self, folder, words, message):
        refused(qloak("vault", "init", *words), message)
        assert not folder.exists()

    def test_where_no_folder_can_be(self, folder):
        folder.write_text("a file")
        for words in (["vault", "init"], ["put", "--random"]):
            refused(qloak(*words), "--vault", "a folder")
        assert folder.read_text() == "a file"


@pytest.mark.usefixtures("vault")
class TestCheck:
    def test_a_sound_vault(self):
        assert qloak("vault", "check").out == "0 errors, 0 warnings, 0 notes\n"

    @pytest.mark.parametrize(("severity", "code"), [("error", 14), ("warning", 0)])
    def test_findings(self, monkeypatch, severity, code):
        finding = {"code": "x", "severity": severity, "subject": "s", "message": "m"}
        document = {"schema": "qloak.check/1", "findings": [finding]}
        monkeypatch.setattr(LocalClient, "check", lambda _: document)
        ran = qloak("vault", "check")
        assert (ran.code, ran.err) == (code, "")
        assert [severity, "x", "s", "m"] in [line.split() for line in ran.out.splitlines()]
        ran = qloak("vault", "check", "--json")
        assert (ran.code, ran.json()) == (code, document)


class TestBackup:
    def test_there_and_back(self, vault, tmp_path):
        """Records come from the file, spent keys from the world."""
        backup = tmp_path / "b.json"
        for name in ("kept", "spent"):
            assert qloak("put", "--bloch", "1,2", "--name", name).code == 0
        document = qloak("vault", "backup", backup, "--json").json()
        assert document["rows"] == len(backup.read_text().splitlines()) - 2
        assert qloak("get", "spent").code == 0
        refused(qloak("vault", "restore", backup), "Move it away first", code=1)
        (vault / "vault.db").rename(tmp_path / "old.db")
        ran = qloak("vault", "restore", backup)
        assert "epoch 1" in ran.out
        assert "1 are not what they were" in ran.out
        refused(qloak("get", "spent"), code=12)
        assert qloak("get", "kept", "--expect-bloch", "1,2", "--json").json()["fidelity"] == pytest.approx(1, abs=1e-12)

    @pytest.mark.usefixtures("vault")
    def test_without_the_world_objects_are_lost(self, tmp_path):
        backup = tmp_path / "b.json"
        qloak("put", "--random", "--name", "a")
        assert str(backup) in qloak("vault", "backup", backup).out
        words = ["vault", "restore", backup, "--without-world", "--vault", tmp_path / "new"]
        document = qloak(*words, "--json").json()
        assert (document["epoch"], document["states"]) == (0, {"lost": 1})
        assert qloak("ls", "--vault", tmp_path / "new", "--json").json()["objects"][0]["state"] == "lost"
        assert qloak("put", "--random", "--vault", tmp_path / "new").code == 0
        refused(qloak(*words), "already", code=1)

    @pytest.mark.usefixtures("vault")
    def test_a_file_that_is_there_is_left(self, tmp_path):
        (tmp_path / "b.json").write_text("mine")
        refused(qloak("vault", "backup", tmp_path / "b.json"), code=1)
        assert (tmp_path / "b.json").read_text() == "mine"

    def test_beside_a_process_that_has_the_vault_open(self, vault, tmp_path):
        assert qloak("put", "--random", "--name", "a").code == 0
        with Vault.open(vault):
            refused(qloak("ls"), code=11)
            document = qloak("vault", "backup", tmp_path / "b.json", "--json").json()
        assert document["rows"] == len((tmp_path / "b.json").read_text().splitlines()) - 2

    def test_while_the_world_is_away(self, folder, tmp_path):
        assert qloak("vault", "init", "--world", "http://127.0.0.1:9").code == 0
        assert qloak("ls").code != 0
        ran = qloak("vault", "backup", tmp_path / "b.json")
        assert (ran.code, "rows of vault" in ran.out) == (0, True)
        assert str(folder) not in ran.err

    @pytest.mark.usefixtures("vault")
    def test_a_damaged_backup_restores_nothing(self, tmp_path):
        backup = tmp_path / "b.json"
        qloak("vault", "backup", backup)
        text = backup.read_text()
        backup.write_text(text.replace(json.loads(text.splitlines()[0])["vault_id"], "vault-other"))
        place = tmp_path / "new"
        refused(qloak("vault", "restore", backup, "--without-world", "--vault", place), code=14)
        assert not (place / "vault.toml").exists()
        assert not (place / "vault.db").exists()

    @pytest.mark.usefixtures("folder")
    def test_no_vault(self, tmp_path):
        refused(qloak("vault", "restore", tmp_path / "b.json"), code=10)
        refused(qloak("vault", "backup", tmp_path / "b.json"), code=10)
