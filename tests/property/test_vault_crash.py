"""A process that dies between any two writes: nothing is lost, nothing is doubled, and the next one goes on.

Each scenario is run again and again, dying one step later every time, until it gets through.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
import stim

from qloak.core import CustodyPolicy
from qloak.errors import QloakError
from qloak.simulators import Register
from qloak.storage.ledger import ObjectState
from qloak.storage.provider import Fault
from qloak.storage.vault import Vault
from qloak.storage.vault.setup import open_parts
from tests.vaults import Bomb, Crash, Play, is_over, rigged

EXACT = 1 - 1e-9
BELL = Register.stabilizer(stim.Circuit("H 0\nCX 0 1"))
NAMES = ("aurora", "borealis", "cirrus")


@pytest.fixture
def play(tmp_path):
    played = Play(tmp_path / "vault", providers=NAMES)
    yield played
    played.vault.close()


def crash_everywhere(
    play: Play, scenario: Callable[[], Callable[[], object]], judge: Callable[[str], None], *, again: bool = False
) -> int:
    """Run a scenario until nothing dies any more; how many deaths there were.

    Args:
        play: the vault.
        scenario: prepares, and returns what is done while a bomb ticks.
        judge: looks at what is left after each death, given where it was.
        again: whether the process that takes over dies too, half way through.
    """
    deaths = 0
    while True:
        act = scenario()
        bomb = Bomb(deaths + 1)
        try:
            with rigged(play.vault, bomb):
                act()
        except Crash:
            deaths += 1
        except QloakError:
            return deaths
        else:
            if bomb.left > 0:
                return deaths
        if again:
            _die_in_replay(play, 1 + deaths % 7)
        play.reopen()
        judge(bomb.passed[-1])
        assert play.problems() == []
        assert all(is_over(record) for record in play.all())


def _die_in_replay(play: Play, count: int) -> None:
    play.vault.close()
    play.vault = Vault(*open_parts(play.folder), folder=play.folder)
    with contextlib.suppress(Crash), rigged(play.vault, Bomb(count)):
        play.vault.replay()


def newest(play: Play):
    return max(play.all(), key=lambda record: record.object_id, default=None)


@pytest.mark.parametrize(
    ("custody", "again"), [(CustodyPolicy.CLONES, True), (CustodyPolicy.PAIRS, False)], ids=["clones, twice", "pairs"]
)
def test_put_of_a_new_state(play, custody, again):
    """Stored whole, or not at all: a state that did not reach the world was never acknowledged."""
    register = play.state()
    seen: set[str] = set()

    def scenario():
        return lambda: play.put(register, num_clones=2, custody=custody)

    def judge(_where):
        record = newest(play)
        if record is None or record.object_id in seen:
            return
        seen.add(record.object_id)
        assert record.state in (ObjectState.STORED, ObjectState.ABORTED)
        if record.state is ObjectState.STORED:
            assert play.fidelity(play.redeem(record), register) > EXACT
        else:
            assert record.handle is None or play.fidelity(record, register) > EXACT

    deaths = crash_everywhere(play, scenario, judge, again=again)
    assert deaths > 15


def test_put_of_one_half_of_a_register(play):
    """Both halves are there whatever happens, and still entangled."""

    def scenario():
        pair = play.vault.workbench.prepare("local", BELL)
        return lambda: play.put(handle=pair.handle, positions=(1,), num_clones=2)

    def judge(_where):
        bench = play.vault.workbench
        record = newest(play)
        if record is not None and record.state is ObjectState.STORED:
            record = play.redeem(record)
        handles = [register.handle for register in bench.registers("local")]
        if len(handles) == 1:
            assert bench.fidelity("local", handles[0], BELL) > EXACT
        else:
            assert len(handles) == 2
            for letter in "ZX":
                outcomes = [bench.measure("local", handle, {0: letter}) for handle in handles]
                assert letter == "X" or outcomes[0] == outcomes[1]
        for handle in handles:
            bench.discard("local", handle)

    assert crash_everywhere(play, scenario, judge) > 15


def test_put_that_is_given_up(play):
    """One provider does not answer: the register comes back to the workbench, once."""
    play.vault.fleet.rehearse("cirrus", Fault.OFFLINE, 1)
    register = play.state()

    def scenario():
        handle = play.vault.workbench.prepare("local", register).handle
        return lambda: play.put(handle=handle, providers=NAMES)

    def judge(_where):
        (left,) = play.vault.workbench.registers("local")
        assert play.vault.workbench.fidelity("local", left.handle, register) > EXACT
        play.vault.workbench.discard("local", left.handle)

    assert crash_everywhere(play, scenario, judge) > 8


@pytest.mark.parametrize(("verify", "again"), [(1, False), (3, True)])
def test_redeem(play, verify, again):
    """One register, exactly once: now or when it is asked for again."""
    register = play.state()

    def scenario():
        record = play.put(register, num_clones=3)
        if verify == 3:
            play.vault.fleet.rehearse("aurora", Fault.TAMPERING, 1)
        return lambda: play.redeem(record, verify=verify, idempotency_key=record.object_id)

    def judge(_where):
        record = newest(play)
        assert record.state in (ObjectState.STORED, ObjectState.REDEEMED)
        done = play.redeem(record, verify=verify, idempotency_key=record.object_id)
        assert play.fidelity(done, register) > EXACT
        assert play.redeem(record, verify=verify, idempotency_key=record.object_id).handle == done.handle
        (live,) = play.vault.workbench.registers("local")
        assert live.handle == done.handle
        play.vault.workbench.discard("local", live.handle)
        play.vault.fleet.rehearse("aurora", Fault.TAMPERING, 0)

    assert crash_everywhere(play, scenario, judge, again=again) > 8


@pytest.mark.parametrize("again", [False, True])
def test_refresh(play, again):
    """One encrypted register, old or new, and no plain one."""
    register = play.state()

    def scenario():
        record = play.put(register, num_clones=2)
        return lambda: play.refresh(record)

    def judge(_where):
        record = newest(play)
        assert record.state is ObjectState.STORED
        assert play.vault.workbench.registers("local") == []
        done = play.redeem(record)
        assert play.fidelity(done, register) > EXACT
        play.vault.workbench.discard("local", done.handle)

    assert crash_everywhere(play, scenario, judge, again=again) > 20


@pytest.mark.parametrize("custody", [CustodyPolicy.CLONES, CustodyPolicy.PAIRS])
def test_remove(play, custody):
    """Once begun it is carried through."""

    def scenario():
        record = play.put(num_clones=2, custody=custody)
        return lambda: play.remove(record)

    def judge(where):
        record = newest(play)
        expected = {ObjectState.DELETED} if where != "before change" else {ObjectState.DELETED, ObjectState.STORED}
        assert record.state in expected

    assert crash_everywhere(play, scenario, judge) > 6


def test_workbench(play):
    """Splitting, giving and discarding: every qubit has exactly one owner afterwards."""
    play.vault.ledger.tenants.add("bob")

    def scenario():
        pair = play.vault.workbench.prepare("local", BELL)

        def act():
            bench = play.vault.workbench
            _, mine = bench.split("local", pair.handle, [1])
            bench.give("local", mine.handle, "bob")

        return act

    def judge(_where):
        bench = play.vault.workbench
        owned = [(tenant, r) for tenant in ("local", "bob") for r in bench.registers(tenant)]
        assert sum(r.num_qubits for _, r in owned) == 2
        outcomes = [bench.measure(t, r.handle, {q: "Z"}) for t, r in owned for q in range(r.num_qubits)]
        assert len(set(outcomes)) == 1
        for tenant, register in owned:
            bench.discard(tenant, register.handle)

    assert crash_everywhere(play, scenario, judge) > 6
