"""Plain registers: gates, measurements, splitting, giving, discarding."""

from __future__ import annotations

import pytest
import stim

from qloak.errors import (
    ConflictError,
    IdempotencyError,
    ProgramError,
    UnavailableError,
    UnknownNameError,
    UsageError,
)
from qloak.simulators import Register
from tests.vaults import Play

EXACT = 1 - 1e-9
ZERO, ONE = Register.bloch(0, 0), Register.bloch(3.141592653589793, 0)
BELL = Register.stabilizer(stim.Circuit("H 0\nCX 0 1"))
FLIP = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[1] q;\nx q[0];\n'


@pytest.fixture
def bench(play: Play):
    play.vault.ledger.tenants.add("bob")
    return play.vault.workbench


def test_gates_act_and_a_key_acts_once(bench):
    handle = bench.prepare("local", ZERO).handle
    bench.apply("local", handle, FLIP, key="k")
    bench.apply("local", handle, FLIP, key="k")
    assert bench.fidelity("local", handle, ONE) > EXACT
    bench.apply("local", handle, FLIP)
    assert bench.measure("local", handle, {0: "Z"}) == 0


def test_prepared_once_under_a_key(bench):
    first = bench.prepare("local", ONE, key="k")
    assert bench.prepare("local", ONE, key="k") == first
    assert bench.prepare("local", ONE, key="l").handle != first.handle
    assert bench.prepare("bob", ONE, key="k").handle != first.handle


def requests(bench) -> dict[str, list]:
    """Two requests of each kind that differ."""
    pair, other, one = (bench.prepare("local", state).handle for state in (BELL, BELL, ONE))
    flip_twice = FLIP + "x q[0];\n"
    return {
        "prepare": [lambda k: bench.prepare("local", ONE, key=k), lambda k: bench.prepare("local", ZERO, key=k)],
        "apply": [
            lambda k: bench.apply("local", one, FLIP, key=k),
            lambda k: bench.apply("local", one, flip_twice, key=k),
        ],
        "measure": [
            lambda k: bench.measure("local", pair, {0: "X"}, key=k),
            lambda k: bench.measure("local", pair, {0: "Z"}, key=k),
        ],
        "split": [lambda k: bench.split("local", pair, [0], key=k), lambda k: bench.split("local", pair, [1], key=k)],
        "give": [
            lambda k: bench.give("local", other, "bob", key=k),
            lambda k: bench.give("local", other, "local", key=k),
        ],
        "discard": [lambda k: bench.discard("local", one, key=k), lambda k: bench.discard("local", other, key=k)],
    }


@pytest.mark.parametrize("kind", ["prepare", "apply", "measure", "split", "give", "discard"])
def test_a_key_belongs_to_one_request(bench, play, kind):
    ours, same_kind = requests(bench)[kind]
    first = ours("k")
    assert ours("k") == first
    others = [request for name, (request, _) in requests(bench).items() if name != kind]
    for other in (same_kind, *others):
        with pytest.raises(IdempotencyError, match="'k' was used for another request"):
            other("k")
    with pytest.raises(IdempotencyError):
        play.put(idempotency_key="k")
    assert ours("k") == first
    assert play.problems() == []


def test_a_key_of_a_put_is_none_of_the_workbench(bench, play):
    play.put(idempotency_key="k")
    with pytest.raises(IdempotencyError):
        bench.prepare("local", ONE, key="k")
    # Tenants do not share keys.
    assert bench.prepare("bob", ONE, key="k").live


def test_a_refused_request_leaves_its_key_free(bench):
    handle = bench.prepare("local", BELL).handle
    for positions in ([0, 1], [5]):
        with pytest.raises(UsageError):
            bench.split("local", handle, positions, key="k")
    with pytest.raises(ProgramError):
        bench.apply("local", handle, "no program", key="k")
    given, _ = bench.split("local", handle, [0], key="k")
    assert given.live


def test_a_request_of_unknown_outcome_keeps_its_key(bench, play, monkeypatch):
    apply = play.vault.world.apply
    handle = bench.prepare("local", ZERO).handle

    def unheard(operations, *, epoch=0):
        apply(operations, epoch=epoch)
        raise UnavailableError("the answer was lost")

    with monkeypatch.context() as patch:
        patch.setattr(play.vault.world, "apply", unheard)
        with pytest.raises(UnavailableError):
            bench.measure("local", handle, {0: "X"}, key="k")
    with pytest.raises(IdempotencyError):
        bench.measure("local", handle, {0: "Z"}, key="k")
    outcomes = {bench.measure("local", handle, {0: "X"}, key="k") for _ in range(5)}
    assert len(outcomes) == 1
    # The state is what that outcome left behind: it was measured once.
    assert bench.measure("local", handle, {0: "X"}) in outcomes


def test_measurements_repeat_under_a_key(bench):
    handle = bench.prepare("local", ZERO).handle
    outcome = bench.measure("local", handle, {0: "X"}, key="k")
    bench.measure("local", handle, {0: "Z"})
    assert bench.measure("local", handle, {0: "X"}, key="k") == outcome
    bench.discard("local", handle)
    assert bench.measure("local", handle, {0: "X"}, key="k") == outcome


def test_split_keeps_entanglement(bench):
    pair = bench.prepare("local", BELL)
    given, kept = bench.split("local", pair.handle, [1], key="k")
    assert bench.split("local", pair.handle, [1], key="k") == (given, kept)
    with pytest.raises(ConflictError, match="entangled"):
        bench.peek("local", given.handle)
    assert bench.measure("local", given.handle, {0: "Z"}) == bench.measure("local", kept.handle, {0: "Z"})
    with pytest.raises(ConflictError):
        bench.apply("local", pair.handle, FLIP)


def test_given_to_another_tenant(bench):
    handle = bench.prepare("local", ONE).handle
    given = bench.give("local", handle, "bob", key="k")
    assert bench.give("local", handle, "bob", key="k") == given
    assert bench.fidelity("bob", given.handle, ONE) > EXACT
    with pytest.raises(UnknownNameError):
        bench.measure("local", given.handle, {0: "Z"})
    with pytest.raises(UnknownNameError):
        bench.give("bob", given.handle, "nobody")


def test_discarded_for_ever(bench):
    handle = bench.prepare("local", ONE).handle
    assert not bench.discard("local", handle, key="k").live
    assert not bench.discard("local", handle, key="k").live
    with pytest.raises(ConflictError):
        bench.discard("local", handle)
    assert bench.registers("local") == []


def test_bad_requests(bench):
    handle = bench.prepare("local", BELL).handle
    for positions in ([], [2], [0, 0], [0, 1], [-1]):
        with pytest.raises(UsageError):
            bench.split("local", handle, positions)
    with pytest.raises(UsageError):
        bench.measure("local", handle, {2: "Z"})
    with pytest.raises(UsageError):
        bench.measure("local", handle, {0: "Q"})
    with pytest.raises(ProgramError):
        bench.apply("local", handle, "nonsense")
    with pytest.raises(UnknownNameError):
        bench.peek("local", "nothing")
    with pytest.raises(UsageError):
        bench.prepare("local", ONE, key="x" * 129)
    assert bench.fidelity("local", handle, BELL) > EXACT


def test_given_to_the_operator_who_is_in_no_list(bench):
    record = bench.prepare("local", Register.bloch(1.0, 2.0))
    given = bench.give("local", record.handle, "local")
    assert given.tenant == "local"
    assert not bench.register("local", record.handle).live
