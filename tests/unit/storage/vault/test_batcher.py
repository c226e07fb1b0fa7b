"""Requests of many threads in few bulk calls."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from qloak.errors import ConflictError, KeyConsumedError, UnavailableError, UsageError
from qloak.simulators import Register
from qloak.storage.ledger import ObjectRecord
from qloak.storage.vault import PutRequest, RedeemRequest
from qloak.storage.vault.batcher import Batcher
from tests.vaults import Crash

STATE = Register.bloch(1.0, 0.5)


class SlowVault:
    """Notes the sizes of its bulk calls and answers when it is let."""

    def __init__(self):
        self.fleet = SimpleNamespace(has_remote=True)
        self.sizes: list[int] = []
        self.entered = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.raising: BaseException | None = None

    def put_many(self, requests):
        self.sizes.append(len(requests))
        self.entered.release()
        self.go.acquire()
        if self.raising is not None:
            raise self.raising
        return [UsageError("bad") if request.name == "bad" else request for request in requests]

    def redeem_receipts(self, requests):
        self.sizes.append(-len(requests))
        return [SimpleNamespace(record=request) for request in requests]


@pytest.fixture
def slow():
    vault = SlowVault()
    batcher = Batcher(vault)
    yield vault, batcher
    vault.go.release(1000)
    batcher.close()


def put(name: str = "") -> PutRequest:
    return PutRequest(register=STATE, name=name)


def test_what_comes_meanwhile_goes_together(slow):
    vault, batcher = slow
    with ThreadPoolExecutor(32) as pool:
        first = pool.submit(batcher.put, put("first"))
        assert vault.entered.acquire(timeout=10)
        others = [pool.submit(batcher.put, put(f"n{i}")) for i in range(20)]
        redeemed = batcher.redeem(RedeemRequest(object_id="now"))
        while len(batcher._puts._waiting) < 20:
            pass
        vault.go.release(2)
        assert first.result(10).name == "first"
        assert [future.result(10).name for future in others] == [f"n{i}" for i in range(20)]
    # Redemptions do not wait for puts.
    assert redeemed.object_id == "now"
    assert vault.sizes == [1, -1, 20]


def test_lanes_take_turns_where_nobody_is_far(slow):
    """What has come to either lane while the other was at work goes together, in the order of the turns."""
    vault, batcher = slow
    vault.fleet.has_remote = False
    with ThreadPoolExecutor(32) as pool:
        puts = [pool.submit(batcher.put, put())]
        assert vault.entered.acquire(timeout=10)
        redeems = [pool.submit(batcher.redeem, RedeemRequest(object_id=f"o{i}")) for i in range(3)]
        while len(batcher._redeems._waiting) < 3:
            pass
        puts += [pool.submit(batcher.put, put()) for _ in range(2)]
        while len(batcher._puts._waiting) < 2:
            pass
        assert vault.sizes == [1]
        vault.go.release(2)
        assert [future.result(10).object_id for future in redeems] == ["o0", "o1", "o2"]
        assert all(future.result(10) for future in puts)
    assert vault.sizes == [1, -3, 2]


def test_something_else_has_its_turn(slow):
    vault, batcher = slow
    vault.fleet.has_remote = False
    with ThreadPoolExecutor(1) as pool:
        with batcher.turn():
            waiting = pool.submit(batcher.redeem, RedeemRequest(object_id="later"))
            while not batcher._redeems._waiting:
                pass
            assert vault.sizes == []
        assert waiting.result(10).object_id == "later"


def test_a_failure_ends_the_turn(slow):
    vault, batcher = slow
    vault.fleet.has_remote = False
    vault.raising = ZeroDivisionError()
    vault.go.release(1)
    with pytest.raises(ZeroDivisionError):
        batcher.put(put())
    assert batcher.redeem(RedeemRequest(object_id="after")).object_id == "after"


def test_each_gets_its_own_error(slow):
    vault, batcher = slow
    vault.go.release(10)
    with pytest.raises(UsageError, match="bad"):
        batcher.put(put("bad"))
    assert batcher.put(put("good")).name == "good"


def test_a_bug_reaches_whoever_asked_and_nobody_else(slow):
    vault, batcher = slow
    vault.raising = ZeroDivisionError()
    vault.go.release(1)
    with pytest.raises(ZeroDivisionError):
        batcher.put(put())
    vault.raising = None
    vault.go.release(1)
    assert batcher.put(put("after")).name == "after"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_the_end_of_the_process_ends_it(slow):
    vault, batcher = slow
    vault.raising = Crash("here")
    vault.go.release(1)
    with pytest.raises(Crash):
        batcher.put(put())
    batcher.close()
    with pytest.raises(UnavailableError, match="closing"):
        batcher.put(put())


def test_too_many_are_sent_away(slow, monkeypatch):
    monkeypatch.setattr("qloak.storage.vault.batcher._MAX_WAITING", 2)
    vault, batcher = slow
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(batcher.put, put())]
        assert vault.entered.acquire(timeout=10)
        waiting += [pool.submit(batcher.put, put()) for _ in range(2)]
        while len(batcher._puts._waiting) < 2:
            pass
        with pytest.raises(UnavailableError, match="waiting"):
            batcher.put(put())
        vault.go.release(10)
        assert all(future.result(10) for future in waiting)


def test_closing_finishes_what_was_asked(slow):
    vault, batcher = slow
    with ThreadPoolExecutor(2) as pool:
        asked = pool.submit(batcher.put, put("last"))
        assert vault.entered.acquire(timeout=10)
        closing = pool.submit(batcher.close)
        vault.go.release(1)
        assert asked.result(10).name == "last"
        closing.result(10)


def test_many_threads_on_a_real_vault(play):
    batcher = Batcher(play.vault)
    try:
        with ThreadPoolExecutor(16) as pool:
            states = [play.state() for _ in range(40)]
            stored = list(pool.map(lambda state: batcher.put(PutRequest(register=state)), states))
            twice = [RedeemRequest(object_id=record.object_id) for record in stored for _ in range(2)]
            answers = list(pool.map(lambda request: _attempt(batcher, request), twice))
    finally:
        batcher.close()
    assert sum(isinstance(answer, ConflictError | KeyConsumedError) for answer in answers) == len(stored)
    redeemed = {answer.object_id: answer for answer in answers if isinstance(answer, ObjectRecord)}
    for record, state in zip(stored, states, strict=True):
        assert play.fidelity(redeemed[record.object_id], state) == pytest.approx(1, abs=1e-9)


def _attempt(batcher, request):
    try:
        return batcher.redeem(request)
    except (ConflictError, KeyConsumedError) as error:
        return error
