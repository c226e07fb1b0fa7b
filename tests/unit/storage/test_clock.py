"""The world's clock: forwards only."""

from __future__ import annotations

import math

import pytest

from qloak.errors import UsageError
from qloak.storage.clock import WorldClock


class Host:
    """A host's clock that a test turns."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def test_real_time_follows_the_host():
    host = Host()
    clock = WorldClock(host=host)
    host.now += 2.5
    assert clock.now() == 2.5


def test_accelerated_time_runs_faster():
    host = Host()
    clock = WorldClock(100.0, host=host)
    host.now += 2.5
    assert clock.now() == 250.0


def test_manual_time_waits():
    host = Host()
    clock = WorldClock(0.0, host=host)
    host.now += 1e6
    assert clock.now() == 0.0
    assert clock.advance(3.0) == 3.0


def test_a_host_that_goes_back_lets_no_time_pass():
    host = Host()
    clock = WorldClock(host=host)
    host.now = 1010.0
    assert clock.now() == 10.0
    host.now = 5.0
    assert clock.now() == 10.0
    host.now = 6.0
    assert clock.now() == 11.0


def test_it_goes_on_after_a_restart():
    host = Host()
    first = WorldClock(2.0, host=host)
    host.now += 5
    reading = first.reading()
    host.now += 7
    second = WorldClock(2.0, host=host)
    second.resume(*reading)
    assert second.now() == 24.0


def test_a_restart_on_a_host_that_went_back_loses_nothing():
    host = Host()
    first = WorldClock(host=host)
    host.now += 5
    reading = first.reading()
    host.now = 0.0
    second = WorldClock(host=host)
    second.resume(*reading)
    assert second.now() == 5.0


def test_resuming_never_goes_back():
    clock = WorldClock(0.0, host=Host())
    clock.advance(10.0)
    clock.resume(4.0, 1000.0)
    assert clock.now() == 10.0


@pytest.mark.parametrize("rate", (-1.0, math.nan, math.inf))
def test_rates_that_cannot_be(rate):
    with pytest.raises(UsageError, match="rate"):
        WorldClock(rate)


def test_real_time_cannot_be_hurried():
    with pytest.raises(UsageError, match="real"):
        WorldClock(host=Host()).advance(1.0)


@pytest.mark.parametrize("seconds", (-1.0, math.nan, math.inf))
def test_spans_that_cannot_be(seconds):
    with pytest.raises(UsageError, match="seconds"):
        WorldClock(0.0, host=Host()).advance(seconds)
