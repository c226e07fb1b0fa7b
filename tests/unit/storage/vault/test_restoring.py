"""A vault's folder from a backup of its ledger."""

from __future__ import annotations

import pytest

from qloak.errors import ConflictError, IntegrityError, KeyConsumedError, VaultMissingError
from qloak.storage.ledger import ObjectState
from qloak.storage.ledger.backup import write_backup
from qloak.storage.vault import Vault
from qloak.storage.vault.restoring import restore_vault
from tests.vaults import Play


@pytest.fixture
def past(tmp_path):
    """A vault with two objects and a backup of that moment; one is redeemed afterwards."""
    play = Play(tmp_path / "vault")
    states = [play.state(), play.state()]
    kept, spent = (play.put(state) for state in states)
    write_backup(play.vault.ledger, tmp_path / "backup")
    play.redeem(spent)
    play.vault.close()
    return play, kept, spent, states[0]


def test_the_world_tells_what_was_spent_since(past, tmp_path):
    play, kept, spent, state = past
    (play.folder / "vault.db").rename(tmp_path / "old.db")
    restored = restore_vault(play.folder, tmp_path / "backup")
    assert restored.epoch == 1
    assert restored.states[ObjectState.REDEEMED] == 1
    assert restored.changed == (spent.object_id,)
    play.vault = Vault.open(play.folder)
    with pytest.raises(KeyConsumedError):
        play.redeem(spent)
    assert play.fidelity(play.redeem(kept), state) == pytest.approx(1, abs=1e-12)
    assert play.problems() == []
    play.vault.close()


def test_without_its_world_everything_is_lost(past, tmp_path):
    restored = restore_vault(tmp_path / "new", tmp_path / "backup", without_world=True)
    assert restored.states[ObjectState.LOST] == 2
    assert {path.name for path in (tmp_path / "new").iterdir()} >= {"vault.toml", "vault.db"}
    with Vault.open(tmp_path / "new") as vault:
        assert len(vault.fleet.names) == 6
        assert not [finding for finding in vault.check() if finding.severity == "error"]


def test_what_is_there_is_left_as_it_is(past, tmp_path):
    play, *_ = past
    before = (play.folder / "vault.db").read_bytes()
    with pytest.raises(ConflictError, match="ledger"):
        restore_vault(play.folder, tmp_path / "backup")
    with pytest.raises(ConflictError, match="vault"):
        restore_vault(play.folder, tmp_path / "backup", without_world=True)
    assert (play.folder / "vault.db").read_bytes() == before
    with pytest.raises(VaultMissingError):
        restore_vault(tmp_path / "nowhere", tmp_path / "backup")


def test_a_damaged_backup_makes_no_ledger(past, tmp_path):
    play, *_ = past
    (play.folder / "vault.db").rename(tmp_path / "old.db")
    (tmp_path / "backup").write_text((tmp_path / "backup").read_text()[:-20])
    with pytest.raises(IntegrityError):
        restore_vault(play.folder, tmp_path / "backup")
    with pytest.raises(IntegrityError):
        restore_vault(tmp_path / "new", tmp_path / "backup", without_world=True)
    assert not (play.folder / "vault.db").exists()
    assert not (tmp_path / "new" / "vault.toml").exists()
