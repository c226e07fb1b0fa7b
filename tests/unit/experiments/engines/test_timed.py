"""When qubits wait, TICK included."""

from __future__ import annotations

import pytest
import stim

from qloak.experiments.engines.timed import timed_steps
from qloak.noise import Timing

TIMING = Timing(1.0, 10.0, 100.0, 100.0, t1_seconds=1e6, t2_seconds=1e6)


def waits(text: str) -> list[tuple[str, dict[int, float]]]:
    found = timed_steps(stim.Circuit(text), TIMING)
    return [(str(step.operation), dict(step.waits)) for step in found if step.waits]


def test_without_ticks_as_the_schedule_says():
    # Qubit 1 has its pulse as late as possible; qubit 2 waits for the gate of 0 and 1.
    assert waits("CZ 1 2\nCZ 0 1\nCZ 1 2") == [("CZ 1 2", {2: 10.0})]


def test_all_wait_for_a_tick():
    assert waits("H 0\nM 1\nTICK\nH 0\nH 1") == []
    # In the second segment the pulse comes late, when the readout ends; qubit 0 has waited since the TICK.
    assert waits("H 0 1\nTICK\nM 1\nTICK\nH 0 1") == [("H 0 1", {0: 100.0})]
    assert waits("H 0 1\nTICK\nH 0\nM 1\nTICK\nH 0") == [("H 0", {0: 99.0})]


def test_waits_add_up_over_segments_without_the_qubit():
    assert waits("H 0\nTICK\nM 1\nTICK\nM 1\nTICK\nH 0") == [("H 0", {0: 200.0})]


def test_conditional_paulis_take_no_time_and_reach_over_ticks():
    steps = list(timed_steps(stim.Circuit("M 0\nTICK\nCX rec[-1] 1\nTICK\nM 1"), TIMING))
    assert [str(step.operation) for step in steps] == ["M 0", "CX rec[-1] 1", "M 1"]
    assert [step.targets for step in steps] == [[[0]], [], [[1]]]


@pytest.mark.parametrize("text", ["", "TICK", "TICK\nTICK", "DETECTOR"])
def test_nothing_takes_no_time(text):
    assert waits(text) == []
