"""Failure rates, memories and what they come to at one time."""

from __future__ import annotations

import math

import pytest

from qloak.analysis.conditions import PERFECT, Conditions, Memory, Moment
from qloak.errors import UsageError
from qloak.noise.idle import idle_pauli


@pytest.mark.parametrize("seconds", [0.0, 1e-3, 0.7, 40.0])
def test_walsh_factors_are_those_of_the_twirled_channel(seconds):
    x, y, z = idle_pauli(seconds, 2.0, 3.0)
    factors = Memory(2.0, 3.0).walsh_factors(seconds)
    assert factors["I"] == 1
    assert factors["X"] == pytest.approx(1 - 2 * (y + z), abs=1e-14)
    assert factors["Y"] == pytest.approx(1 - 2 * (x + z), abs=1e-14)
    assert factors["Z"] == pytest.approx(1 - 2 * (x + y), abs=1e-14)


def test_a_moment():
    memory = Memory(20.0, 10.0, loss_per_second=0.02)
    moment = Conditions(50.0, 200.0, 1000.0, provider_memory=memory).at(5.0)
    assert moment.provider_lost == pytest.approx(1 - math.exp(-0.1))
    assert moment.owner_lost == pytest.approx(1 - math.exp(-0.025))
    assert moment.all_providers_lost == pytest.approx(1 - math.exp(-0.005))
    assert moment.stored_qubit_lost == pytest.approx(1 - math.exp(-0.1))
    assert moment.key_qubit_lost == 0
    assert moment.stored_walsh["X"] == pytest.approx(math.exp(-0.5))
    assert moment.key_walsh == PERFECT


def test_small_losses_keep_their_digits():
    assert Conditions(provider_mtbf_seconds=1e20).at(1.0).provider_lost == pytest.approx(1e-20, rel=1e-12)


def test_nothing_happens_in_no_time():
    assert Conditions(1.0, 1.0, 1.0, provider_memory=Memory(1.0, 1.0, 1.0)).at(0) == Moment()


def test_situations_are_exclusive_and_complete():
    moment = Moment(provider_lost=0.3, owner_lost=0.2, all_providers_lost=0.1, key_qubit_lost=0.4)
    cases = {
        (round(situation.key.success, 9), round(situation.provider.success, 9)): math.exp(weight)
        for weight, situation in moment.situations()
    }
    assert cases == pytest.approx({(0.6, 0.7): 0.8 * 0.9, (0.6, 0): 0.8 * 0.1, (0, 0.7): 0.2 * 0.9, (0, 0): 0.2 * 0.1})
    assert len(Moment().situations()) == 1


@pytest.mark.parametrize("bad", [-1.0, 0.0, math.nan])
def test_times_that_are_refused(bad):
    for name in ("provider_mtbf_seconds", "owner_mtbf_seconds", "common_mtbf_seconds"):
        with pytest.raises(UsageError, match=name):
            Conditions(**{name: bad})
    with pytest.raises(UsageError, match="T1"):
        Memory(bad, 1.0)
    with pytest.raises(UsageError, match="T2"):
        Memory(1.0, bad)


def test_t2_above_twice_t1_is_refused():
    with pytest.raises(UsageError, match=r"T2: got 2\.1, expected at most 2 T1"):
        Memory(1.0, 2.1)
    Memory(1.0, 2.0)


@pytest.mark.parametrize("bad", [-1e-9, math.inf, math.nan])
def test_rates_that_are_refused(bad):
    with pytest.raises(UsageError, match="loss_per_second"):
        Memory(loss_per_second=bad)


@pytest.mark.parametrize("bad", [-1.0, math.inf, math.nan])
def test_moments_that_are_refused(bad):
    with pytest.raises(UsageError, match="seconds"):
        Conditions().at(bad)


@pytest.mark.parametrize("bad", [-1e-9, 1.0000001, math.nan])
@pytest.mark.parametrize(
    "name", ["provider_lost", "stored_qubit_lost", "owner_lost", "key_qubit_lost", "all_providers_lost"]
)
def test_probabilities_that_are_refused(name, bad):
    with pytest.raises(UsageError, match=name):
        Moment(**{name: bad})


@pytest.mark.parametrize(
    "factors",
    [{}, {"X": 1.0, "Y": 1.0, "Z": 1.0}, PERFECT | {"Z": 0.9}, PERFECT | {"I": 0.5}, PERFECT | {"X": math.nan}],
)
def test_factors_of_no_channel_are_refused(factors):
    with pytest.raises(UsageError, match="key_walsh"):
        Moment(key_walsh=factors)
