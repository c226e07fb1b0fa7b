"""How well objects would come back in the coming hours."""

from __future__ import annotations

import math

import pytest

from qloak.core import CustodyPolicy
from qloak.errors import UsageError
from qloak.storage.provider import Fault

LIFE = 20_000.0


def forecast(play, record, *, seconds=7200.0, points=5):
    return play.vault.forecast(record, seconds=seconds, points=points)


@pytest.mark.parametrize(("qubits", "clones"), [(1, 2), (2, 6)])
def test_closed_form(played, qubits, clones):
    """T1 = T2 shrinks each of the n + 1 qubits of a recovery set by e^(-t/T): F = ((1 + 3 e^(-(n+1)t/T))/4)^k."""
    play = played(t1_seconds=LIFE, t2_seconds=LIFE)
    seen = forecast(play, play.put(play.state(qubits), num_clones=clones))
    assert seen.seconds == (0.0, 1800.0, 3600.0, 5400.0, 7200.0)
    for seconds, best in zip(seen.seconds, seen.best, strict=True):
        one = (1 + 3 * math.exp(-seconds / LIFE) ** (clones + 1)) / 4
        assert best.entanglement_fidelity == pytest.approx(one**qubits, rel=1e-9)
        assert best.average_fidelity == pytest.approx((2**qubits * one**qubits + 1) / (2**qubits + 1), rel=1e-9)
    assert [each.parcel.clone for each in seen.clones] == [f"S{i}" for i in range(1, clones + 1)]
    for each in seen.clones:
        assert each.entanglement_fidelity == pytest.approx([b.entanglement_fidelity for b in seen.best], rel=1e-12)


def test_it_begins_with_the_health_of_now_and_passes_that_in_an_hour(played):
    play = played(t1_seconds=LIFE, t2_seconds=LIFE / 2)
    record = play.put(custody=CustodyPolicy.PAIRS)
    health, seen = play.vault.health(record), forecast(play, record, points=3)
    assert (seen.best[0], seen.best[1]) == (health.now, health.in_one_hour)


def test_only_clones_that_answer_count(play):
    record = play.put(num_clones=2)
    play.vault.fleet.rehearse(record.placements[0].provider, Fault.OFFLINE, 1)
    assert [each.parcel.clone for each in forecast(play, record).clones] == ["S2"]
    play.vault.fleet.rehearse(record.placements[1].provider, Fault.OFFLINE, 1)
    nothing = forecast(play, record)
    assert (nothing.best, nothing.clones) == ((), ())


def test_nothing_is_foretold_of_what_is_over(play):
    record = play.redeem(play.put())
    assert forecast(play, record).best == ()


def test_fewer_moments_for_very_many_clones(played):
    play = played(providers=[f"p{i}" for i in range(150)])
    seen = forecast(play, play.put(num_clones=150), points=200)
    assert len(seen.seconds) == len(seen.best) == 2_000_000 // 150**2


@pytest.mark.parametrize("asked", [{"seconds": 0.0}, {"seconds": math.inf}, {"points": 1}, {"points": 501}])
def test_bad_spans(play, asked):
    with pytest.raises(UsageError):
        forecast(play, play.put(), **asked)
