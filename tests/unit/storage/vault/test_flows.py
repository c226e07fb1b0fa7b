"""Put, redeem, refresh and remove on real parts, with nothing going wrong but what is rehearsed."""

from __future__ import annotations

import contextlib
import itertools

import numpy as np
import pytest
import stim

from qloak.core import CustodyPolicy
from qloak.errors import (
    CapacityError,
    ConflictError,
    IdempotencyError,
    KeyConsumedError,
    LimitError,
    LostError,
    UnavailableError,
    UnknownNameError,
    UsageError,
    VerificationError,
)
from qloak.simulators import Register
from qloak.storage.ledger import ObjectState, Presence
from qloak.storage.provider import Fault
from qloak.storage.provider.faulty import Faulty
from qloak.storage.vault import DEFAULT_PROVIDERS, PutRequest, RedeemRequest, StepRequest
from qloak.storage.world.operations import Advance
from tests.vaults import attempt

POLICIES = [CustodyPolicy.CLONES, CustodyPolicy.CLONES_AND_SOURCE, CustodyPolicy.PAIRS]
EXACT = 1 - 1e-9


def ghz(size):
    circuit = stim.Circuit("H 0")
    for qubit in range(1, size):
        circuit.append("CX", [0, qubit])
    return Register.stabilizer(circuit)


def test_what_is_put_comes_back_once(play):
    for custody, num_clones, method in itertools.product(POLICIES, [2, 3, 6], ["measured", "unitary"]):
        register = play.state(3)
        record = play.put(register, custody=custody, num_clones=num_clones)
        assert record.state is ObjectState.STORED
        assert {p.presence for p in record.placements} == {Presence.AWAY}
        redeemed = play.redeem(record, method=method)
        assert play.fidelity(redeemed, register) > EXACT
        with pytest.raises(KeyConsumedError):
            play.redeem(record)
    assert play.problems() == []


def test_default_is_an_even_number_of_clones(play):
    assert play.put().num_clones == 6
    play.vault.fleet.rehearse("ember", Fault.OFFLINE, 1)
    assert play.put().num_clones == 4


def test_any_one_of_six_providers_is_enough(play):
    for survivor in DEFAULT_PROVIDERS:
        register = play.state()
        record = play.put(register)
        for name in set(DEFAULT_PROVIDERS) - {survivor}:
            play.vault.fleet.destroy(name)
        assert play.fidelity(play.redeem(record), register) > EXACT
        for name in DEFAULT_PROVIDERS:
            play.vault.fleet.rehearse(name, Fault.OFFLINE, 0)


@pytest.mark.parametrize("custody", POLICIES)
def test_without_any_clone_it_is_lost_unless_source_and_key_are_home(play, custody):
    register = play.state()
    record = play.put(register, custody=custody)
    for name in DEFAULT_PROVIDERS:
        play.vault.fleet.destroy(name)
        play.vault.fleet.rehearse(name, Fault.OFFLINE, 0)
    if custody is CustodyPolicy.CLONES_AND_SOURCE:
        assert play.fidelity(play.redeem(record), register) > EXACT
    else:
        with pytest.raises(LostError):
            play.redeem(record)
        assert play.now(record).state is ObjectState.LOST
        with pytest.raises(LostError):
            play.redeem(record)


def test_providers_that_are_down_cost_nothing_but_time(play):
    register = play.state()
    record = play.put(register)
    for name in DEFAULT_PROVIDERS:
        play.vault.fleet.rehearse(name, Fault.OFFLINE, 1)
    with pytest.raises(UnavailableError):
        play.redeem(record)
    assert play.now(record).state is ObjectState.STORED
    play.vault.fleet.rehearse("delta" if "delta" in DEFAULT_PROVIDERS else "dune", Fault.OFFLINE, 0)
    assert play.fidelity(play.redeem(record), register) > EXACT


def test_a_named_clone_is_the_one_that_is_used(play):
    record = play.put()
    done = play.redeem(record, clone="S4")
    assert play.vault.receipt(done).clones == ("S4",)
    other = play.put()
    play.vault.fleet.rehearse(other.placements[1].provider, Fault.OFFLINE, 1)
    with pytest.raises(UnavailableError, match="S2"):
        play.redeem(other, clone="S2")
    with pytest.raises(UnknownNameError):
        play.redeem(other, clone="S7")
    assert play.redeem(other).state is ObjectState.REDEEMED


def test_a_large_stabilizer_register(play):
    register = ghz(300)
    record = play.put(register, num_clones=4)
    assert play.fidelity(play.redeem(record), register) > EXACT


def test_one_half_is_stored_and_entanglement_stays(play):
    bench = play.vault.workbench
    pair = bench.prepare("local", ghz(2))
    record = play.put(handle=pair.handle, positions=(0,))
    (kept,) = bench.registers("local")
    assert (kept.origin, kept.num_qubits, kept.source) == ("kept", 1, record.object_id)
    with pytest.raises(ConflictError):
        play.put(handle=pair.handle)
    redeemed = play.redeem(record)
    for letter in "XZ":
        outcomes = {bench.measure("local", handle, {0: letter}) for handle in (kept.handle, redeemed.handle)}
        if letter == "X":
            assert len(outcomes) == 1
    assert play.problems() == []


def test_two_tenants_store_halves_of_one_pair(play):
    for name in ("alice", "bob"):
        play.vault.ledger.tenants.add(name)
    bench = play.vault.workbench
    pair = bench.prepare("alice", ghz(2))
    mine, theirs = bench.split("alice", pair.handle, [1])
    given = bench.give("alice", theirs.handle, "bob")
    stored = [
        play.put(handle=mine.handle, tenant="alice"),
        play.put(handle=given.handle, tenant="bob"),
    ]
    with pytest.raises(UnknownNameError):
        play.vault.redeem(RedeemRequest(object_id=stored[0].object_id, tenant="bob"))
    back = [play.redeem(record) for record in stored]
    outcomes = {bench.measure(r.tenant, r.handle, {0: "Z"}) for r in back}
    assert len(outcomes) == 1


# --- putting that fails --------------------------------------------------------------------------------------


def test_a_put_that_finds_too_little_room_gives_the_register_back(played):
    play = played(capacity=0)
    register = play.state(2)
    with pytest.raises(UnavailableError, match="workbench"):
        play.put(register)
    (record,) = play.all()
    assert record.state is ObjectState.ABORTED
    assert play.fidelity(record, register) > EXACT
    assert play.problems() == []


@pytest.mark.parametrize("kept", [False, True])
def test_an_aborted_put_of_a_handle_gives_everything_back(play, kept):
    pair = play.vault.workbench.prepare("local", ghz(2))
    names = list(DEFAULT_PROVIDERS)
    play.vault.fleet.rehearse(names[0], Fault.OFFLINE, 1)
    with pytest.raises(UnavailableError):
        play.put(handle=pair.handle, positions=(0,) if kept else (), providers=tuple(names))
    handles = [r.handle for r in play.vault.workbench.registers("local")]
    assert len(handles) == (2 if kept else 1)
    if not kept:
        assert play.vault.workbench.fidelity("local", handles[0], ghz(2)) > EXACT


def test_min_clones_lets_a_put_go_on_with_fewer(play):
    register = play.state()
    play.vault.fleet.rehearse("aurora", Fault.OFFLINE, 1)
    record = play.put(register, providers=DEFAULT_PROVIDERS, min_clones=5)
    owed = [p.provider for p in record.placements if p.presence is Presence.OWED]
    assert owed == ["aurora"]
    assert play.fidelity(play.redeem(record), register) > EXACT
    assert play.problems() == []


def room(play) -> dict[str, int]:
    """Qubits that providers keep room for; none for those who keep none."""
    return {name: info.used for name, info in play.vault.fleet.health(fresh=True).items() if info.used}


def test_superfluous_clones_are_freed_a_few_in_each_turn(play, monkeypatch):
    monkeypatch.setattr("qloak.storage.vault.runs._FEW", 2)
    for record in [play.put() for _ in range(5)]:
        play.redeem(record)
    left = []

    @contextlib.contextmanager
    def turn():
        yield
        left.append(len(play.vault.ledger.to_free()))

    assert play.vault.free_junk(turn=turn) == 5
    assert left == [3, 1, 0]
    assert room(play) == {}
    assert play.problems() == []


class TestRoomThatIsOwed:
    """Providers keep room for what never comes until they are told, however long they are away."""

    def test_a_promise_that_nobody_heard_is_taken_back_when_the_provider_answers_again(self, play):
        site, register = play.vault.fleet["aurora"], play.state()

        class Unheard(Faulty):
            def discard(self, _):
                raise UnavailableError("down")

        # It promises room, its answer is lost, and it does not hear that nothing will come.
        play.vault.fleet.add("aurora", Unheard(site, np.random.default_rng(0), after=1.0))
        record = play.put(register, providers=DEFAULT_PROVIDERS, min_clones=5)
        assert [p.presence for p in record.placements if p.provider == "aurora"] == [Presence.OWED]
        assert play.vault.free_junk() == 0
        play.vault.fleet.add("aurora", site)
        assert room(play) == dict.fromkeys(DEFAULT_PROVIDERS, 1)
        assert play.vault.free_junk() == 1
        assert room(play) == dict.fromkeys(DEFAULT_PROVIDERS[1:], 1)
        assert play.vault.ledger.to_free() == []
        assert [p.presence for p in play.now(record).placements if p.provider == "aurora"] == [Presence.LOST]
        assert play.fidelity(play.redeem(play.now(record)), register) > EXACT
        assert play.problems() == []

    def test_of_a_put_that_was_given_up(self, play):
        info = next(h for h in play.vault.world.holders() if h.name == play.vault.fleet["aurora"].info().holder)
        play.vault.world.register_holder(type(info)(info.name, link_loss=1.0))
        with pytest.raises(UnavailableError, match="lost on the way"):
            play.put()
        assert "aurora" in room(play)
        play.vault.free_junk()
        assert room(play) == {}

    @pytest.mark.parametrize("over", [True, False])
    def test_of_a_clone_that_its_provider_lost(self, play, over):
        record = play.put(providers=("aurora", "borealis"))
        for name in ("aurora",) if over else ("aurora", "borealis"):
            play.vault.fleet.rehearse(name, Fault.LOSSY, 1.0)
        if over:
            play.redeem(record)
        else:
            with pytest.raises(LostError):
                play.redeem(record)
        play.vault.free_junk()
        assert room(play) == {}
        assert play.vault.ledger.to_free() == []

    def test_a_pair_that_is_owed_is_gone(self, play):
        play.vault.fleet.rehearse("aurora", Fault.OFFLINE, 1)
        record = play.put(providers=("aurora", "borealis"), min_clones=1, custody="pairs")
        play.vault.fleet.rehearse("borealis", Fault.OFFLINE, 1)
        assert play.remove(record).state is ObjectState.DELETED


def test_parcels_that_the_way_loses(play, tmp_path):
    """Every parcel to one provider is lost, and the loss is noticed."""
    register = play.state()
    site = play.vault.fleet["aurora"].info().holder
    info = next(h for h in play.vault.world.holders() if h.name == site)
    play.vault.world.register_holder(type(info)(site, link_loss=1.0))
    with pytest.raises(UnavailableError, match="lost on the way"):
        play.put(register)
    (record,) = play.all()
    assert play.fidelity(record, register) > EXACT
    record = play.put(register, min_clones=5)
    assert play.fidelity(play.redeem(record), register) > EXACT


def test_the_last_clone_is_not_risked_when_all_others_are_lost(play):
    for name in DEFAULT_PROVIDERS:
        site = play.vault.fleet[name].info().holder
        info = next(h for h in play.vault.world.holders() if h.name == site)
        play.vault.world.register_holder(type(info)(site, link_loss=1.0))
    register = play.state()
    with pytest.raises(UnavailableError):
        play.put(register, min_clones=1)
    (record,) = play.all()
    assert record.state is ObjectState.ABORTED
    assert play.fidelity(record, register) > EXACT


BAD = [
    ({"num_clones": 7}, UsageError),
    ({"num_clones": 1}, UsageError),
    ({"num_clones": 1001}, LimitError),
    ({"num_clones": 6, "min_clones": 7}, UsageError),
    ({"min_clones": 0}, UsageError),
    ({"providers": ("aurora", "nobody")}, UnknownNameError),
    ({"providers": ("aurora", "aurora")}, UsageError),
    ({"providers": ("aurora",)}, UsageError),
    ({"positions": (0, 0)}, UsageError),
    ({"positions": (5,)}, UsageError),
    ({"name": "x" * 201}, UsageError),
    ({"custody": CustodyPolicy.CLONES_SOURCE_DEPOSITED}, UsageError),
    ({"register": None, "handle": "nothing"}, UnknownNameError),
]


def test_bad_requests_do_nothing(play):
    for more, error in BAD:
        with pytest.raises(error):
            play.vault.put(PutRequest(**({"register": play.state()} | more)))
    assert play.all() == []


def test_a_vault_without_providers(played):
    with pytest.raises(UnavailableError, match="no provider"):
        played(providers=()).put()


def test_full_providers_are_named(played):
    play = played(capacity=1)
    play.put()
    error = attempt(play.put)
    assert isinstance(error, (UnavailableError, CapacityError))
    assert "free" in str(error)


# --- comparing clones ----------------------------------------------------------------------------------------


def test_two_clones_detect_and_three_correct_a_tampered_one(play):
    register = play.state(4)
    record = play.put(register)
    bad = record.placements[0].provider
    play.vault.fleet.rehearse(bad, Fault.TAMPERING, 1)
    with pytest.raises(VerificationError):
        play.redeem(record, verify=2)
    again = play.now(record)
    assert again.state is ObjectState.STORED
    assert [p.presence for p in again.placements].count(Presence.HOME) == 2
    redeemed = play.redeem(record, verify=3)
    assert play.vault.receipt(redeemed).verified == "corrected"
    assert play.fidelity(redeemed, register) > EXACT


def test_one_clone_takes_what_comes(play):
    """A Pauli on the clone is a Pauli on the state: the fidelity of a Z eigenstate is 0 or 1."""
    register = Register.bloch(0, 0)
    record = play.put(register, num_clones=2)
    play.vault.fleet.rehearse(record.placements[0].provider, Fault.TAMPERING, 1)
    found = play.fidelity(play.redeem(record, clone="S1"), register)
    assert min(found, 1 - found) < 1e-9


def test_three_clones_correct_a_provider_that_measured(play):
    for _ in range(6):
        register = play.state()
        record = play.put(register)
        play.vault.fleet.rehearse("aurora", Fault.MEASURING, 1)
        assert play.fidelity(play.redeem(record, verify=3), register) > EXACT


def test_clean_clones_pass(play):
    register = play.state()
    redeemed = play.redeem(play.put(register), verify=3)
    receipt = play.vault.receipt(redeemed)
    assert (receipt.verified, len(receipt.clones)) == ("clean", 3)
    assert play.fidelity(redeemed, register) > EXACT
    assert play.problems() == []


def test_more_clones_than_there_are(play):
    record = play.put(num_clones=2)
    with pytest.raises(UsageError):
        play.redeem(record, verify=3)
    play.vault.fleet.rehearse(record.placements[0].provider, Fault.OFFLINE, 1)
    with pytest.raises(UnavailableError, match="1 of 2"):
        play.redeem(record, verify=2)
    assert play.redeem(record).state is ObjectState.REDEEMED


def test_more_clones_than_are_left(play):
    """Unlike a provider that is down, a site that burnt down does not come back: waiting is no answer."""
    record = play.put(num_clones=2)
    name = record.placements[0].provider
    play.vault.fleet.destroy(name)
    play.vault.fleet.rehearse(name, Fault.OFFLINE, 0)
    with pytest.raises(ConflictError, match="1 of its clones are left"):
        play.redeem(record, verify=2)
    assert play.redeem(record).state is ObjectState.REDEEMED


# --- refreshing and removing ---------------------------------------------------------------------------------


@pytest.mark.parametrize("custody", POLICIES)
def test_refresh_puts_it_on_the_providers_that_are_up(play, custody):
    register = play.state()
    record = play.put(register, custody=custody, num_clones=4)
    for placement in record.placements[:3]:
        play.vault.fleet.destroy(placement.provider)
    fresh = play.refresh(record)
    assert fresh.state is ObjectState.STORED
    assert fresh.stored != record.stored
    current = fresh.present
    assert sum(p.presence is Presence.AWAY for p in current) == 3
    assert play.fidelity(play.redeem(fresh), register) > EXACT
    play.vault.free_junk()
    assert play.problems() == []


def test_refresh_without_any_provider_is_refused(play):
    record = play.put()
    for name in DEFAULT_PROVIDERS:
        play.vault.fleet.rehearse(name, Fault.OFFLINE, 1)
    with pytest.raises(UnavailableError):
        play.refresh(record)
    assert play.now(record).state is ObjectState.STORED


def test_removed_is_gone(play):
    for custody in POLICIES:
        record = play.put(custody=custody)
        assert play.remove(record).state is ObjectState.DELETED
        with pytest.raises(UnknownNameError):
            play.redeem(record)
    play.vault.free_junk()
    for name in DEFAULT_PROVIDERS:
        assert play.vault.fleet[name].info().used == 0
    assert play.problems() == []


def test_pairs_stay_deleting_until_one_is_destroyed(play):
    record = play.put(custody=CustodyPolicy.PAIRS)
    for name in DEFAULT_PROVIDERS:
        play.vault.fleet.rehearse(name, Fault.OFFLINE, 1)
    assert play.remove(record).state is ObjectState.DELETING
    play.vault.replay()
    assert play.now(record).state is ObjectState.DELETING
    play.vault.fleet.rehearse("aurora", Fault.OFFLINE, 0)
    play.vault.replay()
    assert play.now(record).state is ObjectState.DELETED


def test_junk_is_freed_when_providers_answer_again(play):
    record = play.put()
    play.vault.fleet.rehearse("fjord", Fault.OFFLINE, 1)
    play.redeem(record)
    play.vault.free_junk()
    play.vault.fleet.rehearse("fjord", Fault.OFFLINE, 0)
    assert play.vault.fleet["fjord"].info().used == 1
    play.vault.free_junk()
    assert [play.vault.fleet[name].info().used for name in DEFAULT_PROVIDERS] == [0] * 6
    assert play.vault.free_junk() == 0


# --- asking twice --------------------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_answer(play):
    register = play.state()
    first = play.put(register, idempotency_key="a")
    assert play.put(register, idempotency_key="a").object_id == first.object_id
    with pytest.raises(IdempotencyError):
        play.put(play.state(), idempotency_key="a")
    redeemed = play.redeem(first, idempotency_key="b")
    again = play.redeem(first, idempotency_key="b")
    assert (again.handle, again.state) == (redeemed.handle, ObjectState.REDEEMED)
    assert play.vault.receipt(again) == play.vault.receipt(redeemed)
    with pytest.raises(IdempotencyError):
        play.redeem(first, idempotency_key="b", verify=2)
    with pytest.raises(KeyConsumedError):
        play.redeem(first, idempotency_key="c")
    assert len(play.vault.workbench.registers("local")) == 1


def test_a_key_whose_redemption_failed_may_be_used_again(play):
    record = play.put()
    for name in DEFAULT_PROVIDERS:
        play.vault.fleet.rehearse(name, Fault.OFFLINE, 1)
    with pytest.raises(UnavailableError):
        play.redeem(record, idempotency_key="k")
    for name in DEFAULT_PROVIDERS:
        play.vault.fleet.rehearse(name, Fault.OFFLINE, 0)
    assert play.redeem(record, idempotency_key="k").state is ObjectState.REDEEMED


def test_refresh_and_remove_under_a_key_happen_once(play):
    record = play.put()
    fresh = play.refresh(record, idempotency_key="k")
    assert play.refresh(record, idempotency_key="k").stored == fresh.stored
    assert play.refresh(record).stored != fresh.stored
    assert play.remove(record, idempotency_key="rm").state is ObjectState.DELETED
    assert play.remove(record, idempotency_key="rm").state is ObjectState.DELETED


def test_an_aborted_put_is_answered_the_same_again(played):
    play = played(capacity=0)
    register = play.state()
    errors = [attempt(lambda: play.put(register, idempotency_key="k")) for _ in range(2)]
    assert [type(error) for error in errors] == [UnavailableError] * 2
    assert str(errors[0]) == str(errors[1])


def test_many_at_once_each_for_itself(play):
    registers = [play.state() for _ in range(8)]
    requests = [PutRequest(register=register) for register in registers]
    requests.insert(3, PutRequest(register=play.state(), providers=("nobody", "aurora")))
    outcomes = play.vault.put_many(requests)
    assert isinstance(outcomes.pop(3), UnknownNameError)
    asked = [RedeemRequest(object_id=record.object_id) for record in outcomes]
    answers = play.vault.redeem_many([*asked, asked[0], RedeemRequest(object_id="nothing")])
    assert [type(answer).__name__ for answer in answers[8:]] == ["RedeemInProgressError", "UnknownNameError"]
    assert min(play.fidelity(r, s) for r, s in zip(answers[:8], registers, strict=True)) > EXACT


def test_a_request_that_is_none():
    with pytest.raises(UsageError):
        RedeemRequest(object_id="x", verify=0)
    with pytest.raises(UsageError):
        RedeemRequest(object_id="x", method="guess")
    with pytest.raises(UsageError):
        StepRequest(object_id="x", action="dance")
    with pytest.raises(UsageError):
        PutRequest(register=Register.bloch(0, 0), handle="h")


def test_time_passes_and_the_best_clone_is_chosen(play):
    """One provider's memory is worse than the others': it is fetched from last."""
    record = play.put(num_clones=2)
    worse = record.placements[0].provider
    site = play.vault.fleet[worse].info().holder
    play.vault.world.register_holder(type(play.vault.world.holders()[0])(site, t1_seconds=50.0, t2_seconds=50.0))
    advance = Advance(op_id="later", holder=play.vault.holder, seconds=10.0)
    play.vault.world.apply([advance])
    receipt = play.vault.receipt(play.redeem(record))
    assert receipt.clones == ("S2",)
    assert receipt.predicted.entanglement_fidelity == pytest.approx(1.0)
    assert np.isfinite(receipt.predicted.average_fidelity)
