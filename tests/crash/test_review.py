"""Holes that somebody looked for: repeated keys, junk that is none, damaged files, a clock that goes back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qloak.errors import (
    IdempotencyError,
    IntegrityError,
    KeyConsumedError,
    QloakError,
    UnavailableError,
    UnknownNameError,
)
from qloak.storage.ledger import ObjectState, Principal, Scope
from qloak.storage.provider import Fault
from qloak.storage.vault import Vault
from qloak.storage.vault.local_client import LocalClient
from tests.crash.test_crash import run, violations
from tests.vaults import Play

EXACT = 1 - 1e-9
NAMES = ("aurora", "borealis", "cirrus")


@pytest.fixture
def play(tmp_path):
    played = Play(tmp_path / "vault", providers=NAMES)
    yield played
    played.vault.close()


def silence(play: Play, strength: float) -> None:
    for name in NAMES:
        play.vault.fleet.rehearse(name, Fault.OFFLINE, strength)


class TestRepeatedKeys:
    def test_a_redemption_that_failed_does_not_claim_anothers_success(self, play):
        """Of two keys only the one that spent the object is told so, also when the other one asks again."""
        record = play.put(num_clones=2)
        silence(play, 1)
        with pytest.raises(UnavailableError):
            play.redeem(record, idempotency_key="first")
        silence(play, 0)
        done = play.redeem(record, idempotency_key="second")
        with pytest.raises(KeyConsumedError):
            play.redeem(record, idempotency_key="first")
        assert play.redeem(record, idempotency_key="second").handle == done.handle

    def test_a_redemption_that_failed_can_be_repeated(self, play):
        register = play.state()
        record = play.put(register, num_clones=2)
        silence(play, 1)
        with pytest.raises(UnavailableError):
            play.redeem(record, idempotency_key="mine")
        silence(play, 0)
        done = play.redeem(record, idempotency_key="mine")
        assert play.fidelity(done, register) > EXACT
        assert play.redeem(record, idempotency_key="mine").handle == done.handle

    def test_a_refresh_is_not_done_twice_though_another_came_between(self, play):
        record = play.put(num_clones=2)
        play.refresh(record, idempotency_key="first")
        second = play.refresh(record, idempotency_key="second")
        again = play.refresh(record, idempotency_key="first")
        assert (again.state, again.stored, again.placements) == (ObjectState.STORED, second.stored, second.placements)

    def test_a_refresh_that_failed_was_not_done(self, play):
        record = play.put(num_clones=2)
        silence(play, 1)
        with pytest.raises(UnavailableError):
            play.refresh(record, idempotency_key="mine")
        silence(play, 0)
        play.redeem(record)
        with pytest.raises(KeyConsumedError):
            play.refresh(record, idempotency_key="mine")

    def test_one_key_for_two_requests(self, play):
        record = play.put(num_clones=2, idempotency_key="mine")
        with pytest.raises(IdempotencyError):
            play.redeem(record, idempotency_key="mine")
        assert play.now(record).state is ObjectState.STORED

    def test_a_put_is_answered_though_nothing_could_be_stored_by_now(self, play):
        client = LocalClient(play.vault)
        done = client.put({"bloch": [1.0, 2.0]}, idempotency_key="mine")
        silence(play, 1)
        assert client.put({"bloch": [1.0, 2.0]}, idempotency_key="mine")["id"] == done["id"]
        with pytest.raises(IdempotencyError):
            client.put({"bloch": [2.0, 1.0]}, idempotency_key="mine")
        with pytest.raises(UnavailableError):
            client.put({"bloch": [1.0, 2.0]}, idempotency_key="another")

    def test_a_random_state_is_drawn_once_for_each_key(self, play):
        client = LocalClient(play.vault)
        first = client.prepare({"random": 1}, idempotency_key="mine")["handle"]
        assert client.prepare({"random": 1}, idempotency_key="mine")["handle"] == first
        other = client.prepare({"random": 1}, idempotency_key="another")["handle"]
        assert client.peek(other)["statevector"] != client.peek(first)["statevector"]
        stored = client.put({"random": 1}, idempotency_key="put")
        assert client.put({"random": 1}, idempotency_key="put")["id"] == stored["id"]


@pytest.mark.parametrize("custody", ["clones", "clones+source", "pairs"])
def test_what_is_needed_is_no_junk(play, custody):
    """Cleaning up leaves the present life alone, before and after a refresh."""
    client = LocalClient(play.vault)
    register = play.state()
    record = play.put(register, custody=custody)
    assert play.vault.free_junk() == 0
    client.refresh(record.object_id)
    assert play.vault.free_junk() == 1
    assert play.vault.free_junk() == 0
    assert play.problems() == []
    assert play.fidelity(play.redeem(record), register) > EXACT


@pytest.mark.parametrize("file", ["vault.db", "world.db", "providers.db"])
@pytest.mark.parametrize("damage", ["cut", "text"])
def test_damaged_files_are_named_and_left_alone(play, tmp_path, file, damage):
    play.put(num_clones=2)
    play.vault.close()
    copy = tmp_path / "copy"
    shutil.copytree(play.folder, copy)
    path = copy / file
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] if damage == "cut" else b"not a database" * 100)
    for beside in (f"{file}-wal", f"{file}-shm"):
        (copy / beside).unlink(missing_ok=True)
    before = {each.name: each.read_bytes() for each in copy.glob("*.db")}
    with pytest.raises(IntegrityError, match=file):
        Vault.open(copy)
    assert path.read_bytes() == before[file]


def test_a_host_clock_that_goes_back(tmp_path, monkeypatch):
    """World time stands still and objects survive."""
    play = Play(tmp_path / "vault", providers=NAMES, rate=1.0, t1_seconds=1e9, t2_seconds=1e9)
    record = play.put(num_clones=2)
    before = play.vault.world.now()
    monkeypatch.setattr("time.time", lambda: 1_000_000.0)
    play.reopen()
    assert play.vault.world.now() >= before
    assert play.redeem(record).state is ObjectState.REDEEMED
    play.vault.close()


def test_another_tenant_sees_and_moves_nothing(play):
    """By id, by name, by handle, or by the other's idempotency key."""
    play.vault.ledger.tenants.add("eve")
    mine = LocalClient(play.vault)
    eve = LocalClient(play.vault, Principal("eve", "token", frozenset(Scope)))
    stored = mine.put({"bloch": [1.0, 2.0]}, idempotency_key="key")
    handle = mine.prepare({"bloch": [0.5, 0.5]}, idempotency_key="bench")["handle"]
    attempts = [
        lambda: eve.object(stored["id"]),
        lambda: eve.redeem(stored["id"], idempotency_key="key"),
        lambda: eve.refresh(stored["id"]),
        lambda: eve.remove(stored["id"]),
        lambda: eve.export(stored["id"]),
        lambda: eve.put({"handle": handle}),
        lambda: eve.give(handle, "eve"),
        lambda: eve.peek(handle),
        lambda: eve.discard(handle),
    ]
    for attempt in attempts:
        with pytest.raises(UnknownNameError):
            attempt()
    assert eve.objects()["objects"] == []
    assert eve.registers()["registers"] == []
    # The same key is another key in another tenant's hands.
    assert eve.prepare({"bloch": [0.5, 0.5]}, idempotency_key="bench")["handle"] != handle
    assert mine.object(stored["id"])["state"] == "stored"


def test_a_provider_cannot_use_a_name_before_the_vault_does(play):
    """Names of the vault's operations never reach a provider: those it knows are its deposits'."""
    record = play.put(num_clones=2)
    log = play.vault.world.history(record.stored)
    known = {placement.deposit for placement in record.placements} | {record.stored, record.object_id}
    own = [str(entry["op_id"]) for entry in log if entry["holder"] == play.vault.holder]
    assert own
    assert not any(op.partition(":")[0] in known for op in own)


def test_a_full_disk(tmp_path: Path):
    """Every write may fail for want of room: an error says so, and later everything is as if it had not been begun."""
    reports = run("disk", tmp_path, lives=6)
    assert violations(reports) == []
    assert any(report["said"] for report in reports)


def test_errors_are_ours(play):
    """A provider that is asked for what it does not have answers one by one."""
    answers = play.vault.fleet[NAMES[0]].release(["never-heard-of"], to=play.vault.holder)
    assert [isinstance(answer, QloakError) for answer in answers] == [True]
