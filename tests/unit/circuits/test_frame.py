"""Pauli frames: how corrections pass through Cliffords, add up, and are read off outcomes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import stim

from qloak.circuits import PauliFrame

CLIFFORDS = [
    gate.name
    for gate in stim.gate_data().values()
    if gate.is_unitary and gate.is_single_qubit_gate and gate.name != "I"
]


def frame(x: list[int], z: list[int]) -> PauliFrame:
    return PauliFrame(np.array(x, dtype=np.int64), np.array(z, dtype=np.int64))


def due(made: PauliFrame, outcomes: tuple[bool, ...]) -> stim.PauliString:
    """The correction as a Pauli, sign plus."""
    x, z = made.corrections(np.array(outcomes))
    return stim.PauliString.from_numpy(xs=np.array([x]), zs=np.array([z]))


@pytest.mark.parametrize("clifford", CLIFFORDS)
@pytest.mark.parametrize("before", [frame([0], [1]), frame([0, 2], [0, 1]), frame([], [2]), frame([1], [1])])
def test_behind_a_clifford_the_correction_is_conjugated(clifford, before):
    """C P = (C P C^-1) C, whatever the outcomes."""
    behind = before.after_clifford(clifford)
    for outcomes in itertools.product((False, True), repeat=3):
        expected = due(before, outcomes).after(stim.Circuit(f"{clifford} 0"))
        assert str(due(behind, outcomes))[1:] == str(expected)[1:]


@pytest.mark.parametrize(("first", "second"), list(itertools.product(["H", "S", "C_XYZ", "SQRT_Y", "X"], repeat=2)))
def test_cliffords_one_after_the_other(first, second):
    one_by_one = frame([0, 1], [1, 2]).after_clifford(first).after_clifford(second)
    both = stim.Circuit(f"{first} 0\n{second} 0")
    for outcomes in itertools.product((False, True), repeat=3):
        expected = due(frame([0, 1], [1, 2]), outcomes).after(both)
        assert str(due(one_by_one, outcomes))[1:] == str(expected)[1:]


def test_records_stay_ascending():
    behind = frame([5, 7], [2, 9]).after_clifford("S")
    assert (behind.x_records.tolist(), behind.z_records.tolist()) == ([5, 7], [2, 5, 7, 9])


def test_combined_corrections_cancel_in_pairs():
    both = frame([0, 1], [2]).combined(frame([1, 3], [2]))
    assert (both.x_records.tolist(), both.z_records.tolist()) == ([0, 3], [])


def test_shifted():
    later = frame([0, 1], [2]).shifted(10)
    assert (later.x_records.tolist(), later.z_records.tolist()) == ([10, 11], [12])


def test_empty():
    nothing = PauliFrame.empty()
    assert nothing.after_clifford("H").x_records.tolist() == []
    assert [bool(c) for c in nothing.corrections(np.array([True, True]))] == [False, False]
    assert frame([1], [2]).combined(nothing).x_records.tolist() == [1]


def test_many_shots_at_once():
    outcomes = np.array([[[0, 0, 1], [1, 0, 1]], [[1, 1, 0], [1, 1, 1]]], dtype=bool)
    x, z = frame([0, 2], [1]).corrections(outcomes)
    assert x.tolist() == [[True, False], [True, False]]
    assert z.tolist() == [[False, False], [True, True]]
    assert x.dtype == z.dtype == np.bool_
