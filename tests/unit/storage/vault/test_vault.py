"""Opening, sharing between threads, and what other parties of the world may try."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from qloak.errors import (
    ConflictError,
    ForbiddenError,
    IntegrityError,
    KeyConsumedError,
    LockedError,
    RedeemInProgressError,
    UnavailableError,
    UnknownNameError,
    VaultMissingError,
)
from qloak.storage.ledger import ObjectRecord, ObjectState, Presence, ProviderRecord
from qloak.storage.vault import RedeemRequest, StepRequest, Vault
from qloak.storage.world.operations import Discard, Recover, Refused
from tests.vaults import Bomb, Crash, attempt, rigged

EXACT = 1 - 1e-9


def test_a_vault_is_founded_once_and_opened_by_one(play, tmp_path):
    with pytest.raises(ConflictError):
        Vault.init(play.folder)
    with pytest.raises(LockedError):
        Vault.open(play.folder)
    with pytest.raises(VaultMissingError):
        Vault.open(tmp_path / "nowhere")


def test_objects_survive_the_process(play):
    register = play.state()
    record = play.put(register)
    play.reopen()
    assert play.fidelity(play.redeem(record), register) > EXACT


@pytest.mark.parametrize("name", ["vault.db", "world.db", "providers.db", "vault.toml"])
@pytest.mark.parametrize("how", ["cut", "garbage"])
def test_damaged_files_are_named_and_left_alone(play, name, how):
    play.put()
    play.vault.close()
    file = play.folder / name
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if how == "cut" else b"\x00garbage" * (len(whole) // 8))
    damaged = file.read_bytes()
    with pytest.raises(IntegrityError, match=name):
        Vault.open(play.folder)
    assert file.read_bytes() == damaged
    file.write_bytes(whole)
    play.vault = Vault.open(play.folder)
    assert play.problems() == []


def test_exactly_one_of_many_threads_redeems(play):
    register = play.state()
    record = play.put(register)
    with ThreadPoolExecutor(16) as pool:
        jobs = [pool.submit(attempt, lambda: play.redeem(record)) for _ in range(16)]
        outcomes = [job.result() for job in jobs]
    won = [outcome for outcome in outcomes if isinstance(outcome, ObjectRecord)]
    assert len(won) == 1
    kinds = Counter(type(outcome) for outcome in outcomes if not isinstance(outcome, ObjectRecord))
    assert set(kinds) <= {RedeemInProgressError, KeyConsumedError}
    assert play.fidelity(won[0], register) > EXACT


def test_one_key_in_many_threads_is_one_redemption(play):
    record = play.put()
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(attempt, lambda: play.redeem(record, idempotency_key="k")) for _ in range(8)]
        outcomes = [job.result() for job in jobs]
    handles = {outcome.handle for outcome in outcomes if isinstance(outcome, ObjectRecord)}
    assert len(handles) == 1
    assert all(isinstance(outcome, (ObjectRecord, RedeemInProgressError)) for outcome in outcomes)
    assert play.redeem(record, idempotency_key="k").handle in handles


def test_redeem_refresh_and_remove_at_once(play):
    """Whoever is first has it; the object is never in two lives."""
    for _ in range(3):
        record = play.put(num_clones=2)
        calls = [partial(call, record) for call in (play.redeem, play.refresh, play.remove)] * 2
        with ThreadPoolExecutor(6) as pool:
            outcomes = [job.result() for job in [pool.submit(attempt, call) for call in calls]]
        assert any(isinstance(outcome, ObjectRecord) for outcome in outcomes)
        assert play.now(record).state in (ObjectState.STORED, ObjectState.REDEEMED, ObjectState.DELETED)
        assert play.now(record).intent is None
    assert play.problems() == []


def test_rivals_are_told_how_far_it_is(play):
    """In progress before the commit point and until it is written down, then consumed."""
    record = play.put()
    told = []

    def look(name):
        if name in ("begun", "fetched", "recovered"):
            bomb.passed.append(name)
            object.__setattr__(play.vault._shop, "checkpoint", lambda _: None)
            told.append(attempt(lambda: play.redeem(record)))
            object.__setattr__(play.vault._shop, "checkpoint", look)

    bomb = Bomb()
    object.__setattr__(play.vault._shop, "checkpoint", look)
    play.redeem(record)
    object.__setattr__(play.vault._shop, "checkpoint", lambda _: None)
    assert len(told) >= 3
    assert all(isinstance(error, RedeemInProgressError) for error in told)
    assert isinstance(attempt(lambda: play.redeem(record)), KeyConsumedError)


def test_a_slow_predecessor_comes_too_late(play):
    """A redemption was taken up and given back: its commit, still on its way, is refused by the world."""
    register = play.state()
    record = play.put(register)
    with pytest.raises(Crash), rigged(play.vault, Bomb(3)):
        play.redeem(record)
    (intent,) = [play.now(record).intent]
    play.reopen()
    assert play.now(record).state is ObjectState.STORED
    first = play.now(record).placements[0]
    assert play.vault.fleet[first.provider].release([first.deposit], to=play.vault.holder) == [None]
    late = Recover(
        op_id=f"{intent['op']}:open",
        holder=play.vault.holder,
        stored=record.stored,
        qubits=(1, *range(7, 13)),
        handle=intent["handle"],
    )
    (answer,) = play.vault.world.apply([late])
    assert isinstance(answer, Refused)
    assert answer.code == "conflict"
    assert play.fidelity(play.redeem(record), register) > EXACT


def test_a_clone_that_is_not_where_the_ledger_thinks(play):
    """The vault's own site has lost a clone: the next attempt uses another."""
    register = play.state()
    record = play.put(register)
    first = record.placements[0]
    play.vault.fleet[first.provider].release([first.deposit], to=play.vault.holder)
    spill = Discard(op_id="spilt", holder=play.vault.holder, stored=record.stored, qubits=(1,))
    play.vault.world.apply([spill])
    with pytest.raises(ForbiddenError):
        play.redeem(record)
    assert play.now(record).placements[0].presence is Presence.LOST
    assert play.fidelity(play.redeem(record), register) > EXACT


def test_no_provider_can_guess_an_operation(play):
    """What the vault asks of nature is named by secrets: nobody can use the names up before it."""
    seen = []
    apply = play.vault.world.apply

    def noting(operations, **more):
        seen.extend(operation for operation in operations if operation.holder == play.vault.holder)
        return apply(operations, **more)

    play.vault.world.apply = noting
    record = play.put()
    play.refresh(record)
    play.redeem(record)
    known = [record.stored, record.object_id, *(p.deposit for p in record.placements)]
    assert len(seen) > 6
    assert not [op.op_id for op in seen for name in known if name in op.op_id]
    assert len({p.deposit[-10:] for p in record.placements}) == len(record.placements)


def test_a_provider_can_join(play):
    play.vault.add_provider(ProviderRecord("gale"))
    with pytest.raises(ConflictError):
        play.vault.add_provider(ProviderRecord("gale"))
    record = play.put(providers=("gale", "aurora"))
    play.reopen()
    assert "gale" in play.vault.fleet.names
    assert play.redeem(record).state is ObjectState.REDEEMED


def test_other_tenants_see_nothing(play):
    record = play.put()
    requests = [RedeemRequest(object_id=record.object_id, tenant="eve")]
    (answer,) = play.vault.redeem_many(requests)
    assert isinstance(answer, UnknownNameError)
    for action, call in (("refresh", play.vault.refresh_many), ("rm", play.vault.remove_many)):
        (answer,) = call([StepRequest(object_id=record.object_id, action=action, tenant="eve")])
        assert isinstance(answer, UnknownNameError)


def test_a_failure_of_the_world_leaves_work_for_later(play):
    """The world does not answer in the middle: the intent stays, and the next replay finishes it."""
    register = play.state()
    record = play.put(register)
    apply = play.vault.world.apply

    def down(operations, **more):
        if any(operation.kind == "recover" for operation in operations):
            raise UnavailableError("world: no answer")
        return apply(operations, **more)

    play.vault.world.apply = down
    with pytest.raises(UnavailableError):
        play.redeem(record, idempotency_key="k")
    assert play.now(record).state is ObjectState.REDEEMING
    with pytest.raises(RedeemInProgressError):
        play.redeem(record)
    del play.vault.world.apply
    assert play.vault.replay() == 1
    done = play.redeem(record, idempotency_key="k")
    assert play.fidelity(done, register) > EXACT


def test_a_bomb_ticks(play):
    """The harness of the crash tests does what it says."""
    bomb = Bomb(2)
    with pytest.raises(Crash), rigged(play.vault, bomb):
        play.put()
    assert bomb.passed == ["before create", "after create"]
