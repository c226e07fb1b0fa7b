"""Backups: whole or refused; and what becomes of objects whose memory is from the past."""

from __future__ import annotations

import json
import stat
from dataclasses import replace

import pytest
import sqlalchemy as sa

from qloak.errors import (
    ConflictError,
    FencedError,
    ForbiddenError,
    IntegrityError,
    QloakError,
    UnavailableError,
    UnknownNameError,
    UsageError,
    VaultMissingError,
)
from qloak.storage.database import open_database, read, write
from qloak.storage.ledger import ObjectState, Presence, ProviderRecord, SqlLedger, Tenant, schema
from qloak.storage.ledger.backup import backup_of, verify_backup, write_backup
from qloak.storage.ledger.checks import check
from qloak.storage.ledger.migrate import migrate, upgrade
from qloak.storage.ledger.restore import restore_backup
from qloak.storage.world.operations import Discard
from tests.ledgers import RELEASED, fill_old, new_object, prepared, redeemed, step, stored
from tests.postgres import fresh_database

S = ObjectState


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request, tmp_path):
    """Where a restored ledger can go."""
    if request.param == "sqlite":
        return tmp_path / "restored.db"
    return fresh_database(request.getfixturevalue("postgres_server"), "restored")


def content(ledger):
    """All rows but those of workers."""
    with read(ledger.engine) as connection:
        return {
            name: sorted(map(repr, connection.execute(sa.select(table)).all()))
            for name, table in schema.metadata.tables.items()
            if name != "workers"
        }


def fill(ledger):
    """Something in every table."""
    ledger.tenants.add("alice")
    ledger.tokens.create("alice", ["read"], label="ü", lifetime_seconds=1e6)
    ledger.providers.add(ProviderRecord("far", "http", "https://far.example", "s3cret", {"capacity": 3}))
    prepared(ledger)
    ledger.create([new_object(name='quo"te\n', key="k")])
    redeemed(ledger, stored(ledger)[0], key="r")
    ledger.audit.seal()


@pytest.fixture
def full(file_ledger):
    """A ledger with something in every table."""
    fill(file_ledger)
    return file_ledger


# --- files -----------------------------------------------------------------------------------------------------


def test_what_is_restored_is_what_was_backed_up(ledger, tmp_path, target):
    fill(ledger)
    before = content(ledger)
    written = write_backup(ledger, tmp_path / "backup")
    assert verify_backup(tmp_path / "backup") == written
    assert written.rows == sum(len(rows) for rows in before.values())
    assert content(ledger) == before
    restored = restore_backup(tmp_path / "backup", target, world=None)
    assert restored.backup == written
    with SqlLedger.open(target) as copy:
        after = content(copy)
        same = set(before) - {"objects", "intents", "registers", "audit"}
        assert {name: after[name] for name in same} == {name: before[name] for name in same}
        assert copy.vault_id == ledger.vault_id
        assert copy.audit.verify_chain("alice") == ledger.audit.verify_chain("alice")
        # New lines get numbers after the restored ones.
        stored(copy)
        assert copy.audit.seal() > 0
        assert check(copy) == []


@pytest.mark.parametrize("revision", RELEASED)
def test_a_backup_of_every_released_revision_is_restored(place, tmp_path, target, revision):
    """Written by that version, or of a ledger that nobody has opened since the upgrade."""
    engine = open_database(place)
    with write(engine) as connection:
        upgrade(connection, target=revision)
        fill_old(connection)
    engine.dispose()
    info = backup_of(place, tmp_path / "backup")
    assert (info.vault_id, info.epoch, info.revision) == ("vault-old", 4, revision)
    assert verify_backup(tmp_path / "backup") == info
    restore_backup(tmp_path / "backup", target, world=None)
    with SqlLedger.open(target) as copy:
        assert copy.tenants.list() == [Tenant("alice", 1.0)]
        (record,) = copy.page("alice")
        assert (record.object_id, record.state) == ("OLD", ObjectState.LOST)


def test_a_ledger_is_backed_up_while_another_process_works_with_it(place, tmp_path):
    with SqlLedger.open(place) as ledger:
        fill(ledger)
        before = content(ledger)
        info = backup_of(place, tmp_path / "backup")
        assert info.rows == sum(len(rows) for rows in before.values())
        # Neither waits for the other: this transaction is open while the backup is written.
        with write(ledger.engine) as connection:
            connection.exec_driver_sql("UPDATE meta SET value = '7' WHERE key = 'epoch'")
            assert backup_of(place, tmp_path / "meanwhile").epoch == 0
        assert backup_of(place, tmp_path / "afterwards").epoch == 7
        assert stored(ledger)


def test_what_is_no_ledger_of_ours_is_not_backed_up(place, tmp_path):
    engine = open_database(place)
    with pytest.raises(VaultMissingError, match="there is no ledger"):
        backup_of(place, tmp_path / "backup")
    migrate(engine)
    with write(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(ConflictError, match="a newer Qloak"):
        backup_of(place, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
    with pytest.raises(VaultMissingError, match="no such database"):
        backup_of(tmp_path / "none.db", tmp_path / "backup")


def test_a_backup_is_its_users_alone_and_overwrites_nothing(full, tmp_path):
    path = tmp_path / "backup"
    write_backup(full, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(ConflictError, match="backup: there is a file already"):
        write_backup(full, path)
    assert path.read_bytes() == before
    header = json.loads(before.splitlines()[0])
    assert header["schema"] == "qloak.backup/1"
    assert header["vault_id"] == full.vault_id


def test_a_place_that_cannot_be_written_or_read_is_named(full, tmp_path, monkeypatch):
    with pytest.raises(UnavailableError, match="cannot be written"):
        write_backup(full, tmp_path / "no" / "backup")
    with pytest.raises(UnavailableError, match="cannot be read"):
        verify_backup(tmp_path / "none")

    # A disk that fills up on the way: nothing is left that looks like a backup.
    def full_disk(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(QloakError, match="cannot be written: No space left"):
        write_backup(full, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def changed(lines, number, old, new):
    assert old in lines[number]
    return [*lines[:number], lines[number].replace(old, new, 1), *lines[number + 1 :]]


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: [],
        lambda lines: lines[:-1],
        lambda lines: lines[: len(lines) // 2],
        lambda lines: [*lines[:-1], lines[-1][:-5]],
        lambda lines: [*lines[:-1], lines[-1].rstrip(b"\n")],
        lambda lines: lines[:2] + lines[3:],
        lambda lines: [*lines[:2], lines[2], lines[2], *lines[3:]],
        lambda lines: changed(lines, 0, b'"epoch":0', b'"epoch":1'),
        lambda lines: [line.replace(b"stored", b"storee") for line in lines],
        lambda lines: [*lines, b"\n"],
        lambda _: [b"\x00\xff" * 50],
        lambda lines: [b"{}\n", lines[-1]],
        lambda lines: [b"[]\n", *lines],
    ],
)
def test_a_damaged_backup_is_refused_and_nothing_is_made(full, tmp_path, damage):
    path, target = tmp_path / "backup", tmp_path / "restored.db"
    write_backup(full, path)
    path.write_bytes(b"".join(damage(path.read_bytes().splitlines(keepends=True))))
    with pytest.raises(IntegrityError, match=r"backup: this (backup was cut short or changed|is no backup)"):
        restore_backup(path, target, world=None)
    assert not target.exists()


def test_a_backup_of_a_newer_version_says_so(full, tmp_path):
    path = tmp_path / "backup"
    write_backup(full, path)
    path.write_bytes(path.read_bytes().replace(b"qloak.backup/1", b"qloak.backup/2"))
    with pytest.raises(UsageError, match="A newer Qloak"):
        verify_backup(path)


def test_a_place_that_has_something_is_left_as_it_is(full, tmp_path, target):
    write_backup(full, tmp_path / "backup")
    with SqlLedger.open(target) as other:
        stored(other)
        before = content(other)
    with pytest.raises(ConflictError, match="not empty"):
        restore_backup(tmp_path / "backup", target, world=None)
    with SqlLedger.open(target) as other:
        assert content(other) == before


# --- objects from the past ---------------------------------------------------------------------------------------


def test_without_its_world_what_lived_is_lost(full, tmp_path):
    target = tmp_path / "restored.db"
    record = stored(full)[0]
    write_backup(full, tmp_path / "backup")
    restored = restore_backup(tmp_path / "backup", target, world=None)
    assert restored.states == {S.LOST: 2, S.REDEEMED: 1}
    assert record.object_id in restored.changed
    with SqlLedger.open(target) as ledger:
        lost = ledger.find("alice", record.object_id)
        assert lost.reason == "restored without its world"
        assert ledger.registers("alice") == []
        assert ledger.unfinished() == []
        # What lies at providers may belong to somebody who still has the world: it is not freed.
        assert all(lost.object_id != other.object_id for other in ledger.to_free())
        assert ledger.audit.page("alice")[-1].action == "restore"


def test_the_world_says_what_became_of_objects(vault, tmp_path):
    kept, spent, fetched, removed, refreshed, half = (vault.put() for _ in range(6))
    begun = vault.ledger.create([vault.begin()])[0]
    gone = vault.redeem_all(vault.put())
    write_backup(vault.ledger, tmp_path / "backup")
    handle = vault.redeem(spent)
    vault.fetch(fetched)
    vault.act(Discard, stored=removed.stored)
    fresh = vault.refresh(refreshed)
    vault.act(Discard, stored=half.stored, qubits=(3,))
    restored = restore_backup(tmp_path / "backup", tmp_path / "restored.db", world=vault.world)
    assert restored.states == {S.STORED: 4, S.REDEEMED: 2, S.DELETED: 1, S.STORING: 1}
    assert set(restored.changed) == {record.object_id for record in (spent, fetched, removed, refreshed)}
    with SqlLedger.open(tmp_path / "restored.db") as ledger:
        assert ledger.get("alice", [kept.object_id, half.object_id]) == [kept, half]
        assert ledger.find("alice", gone.object_id) == gone
        assert ledger.find("alice", spent.object_id).handle == handle
        assert ledger.register("alice", handle).live
        assert [p.presence for p in ledger.find("alice", fetched.object_id).placements] == ["home", "away"]
        anew = ledger.find("alice", refreshed.object_id)
        assert (anew.state, anew.stored) == (S.STORED, fresh)
        assert anew.present == vault.fresh_placements(refreshed, fresh)
        assert anew in ledger.to_free()
        assert ledger.epoch == restored.epoch == 1
        (left,) = ledger.unfinished()
        assert left.object_id == begun.object_id
        findings = check(ledger, vault.world, vault.sites)
        assert {finding.code for finding in findings} == {"unfinished", "to-free", "key-damaged"}


def test_what_was_refreshed_and_then_spent_is_spent(vault, tmp_path):
    record = vault.put()
    write_backup(vault.ledger, tmp_path / "backup")
    fresh = vault.refresh(record)
    anew = replace(record, stored=fresh, placements=vault.fresh_placements(record, fresh))
    handle = vault.redeem(anew)
    restored = restore_backup(tmp_path / "backup", tmp_path / "restored.db", world=vault.world)
    assert restored.states == {S.REDEEMED: 1}
    with SqlLedger.open(tmp_path / "restored.db") as ledger:
        assert ledger.find("alice", record.object_id).handle == handle


def test_whoever_works_with_the_old_ledger_is_shut_out(vault, tmp_path):
    record = vault.put()
    write_backup(vault.ledger, tmp_path / "backup")
    restored = restore_backup(tmp_path / "backup", tmp_path / "restored.db", world=vault.world)
    with pytest.raises(FencedError):
        vault.redeem(record)
    vault.epoch = restored.epoch
    vault.act(Discard, stored=record.stored)


def test_a_world_that_keeps_its_log_to_itself(vault, tmp_path):
    class Reserved:
        def __getattr__(self, name):
            if name == "history":
                raise ForbiddenError("this needs the scope emulator")
            return getattr(vault.world, name)

    kept, spent = vault.put(), vault.put()
    write_backup(vault.ledger, tmp_path / "backup")
    vault.redeem(spent)
    restored = restore_backup(tmp_path / "backup", tmp_path / "restored.db", world=Reserved())
    assert restored.states == {S.STORED: 1, S.LOST: 1}
    with SqlLedger.open(tmp_path / "restored.db") as ledger:
        assert ledger.find("alice", kept.object_id) == kept
        assert ledger.find("alice", spent.object_id).reason == "its key was spent or lost after the backup"


def test_a_world_that_does_not_know_the_vault_changes_nothing(full, tmp_path):
    from qloak.storage.world import EmulatedWorld

    write_backup(full, tmp_path / "backup")
    world = EmulatedWorld.open(tmp_path / "other.db")
    with pytest.raises(UnknownNameError):
        restore_backup(tmp_path / "backup", tmp_path / "restored.db", world=world)
    assert not (tmp_path / "restored.db").exists()
    world.close()


def test_a_clone_that_left_home_after_the_backup_is_given_up(vault, tmp_path):
    record = vault.put()
    at_home = (replace(record.placements[0], presence=Presence.HOME), record.placements[1])
    (record,) = vault.ledger.change([step(record, S.STORED, placements=at_home)])
    write_backup(vault.ledger, tmp_path / "backup")
    restored = restore_backup(tmp_path / "backup", tmp_path / "restored.db", world=vault.world)
    assert restored.states == {S.STORED: 1}
    with SqlLedger.open(tmp_path / "restored.db") as ledger:
        assert [p.presence for p in ledger.find("alice", record.object_id).placements] == ["lost", "away"]
