from __future__ import annotations

import itertools

import numpy as np
import pytest

from qloak.errors import UsageError
from qloak.noise import PauliNoise

ONE = np.array([[0], [3]])
TWO = np.array([[0, 1], [3, 2]])
# stim's order of the arguments of PAULI_CHANNEL_2.
PAIRS = ["".join(pair) for pair in itertools.product("IXYZ", repeat=2)][1:]


@pytest.mark.parametrize(("targets", "paulis"), [(ONE, 3), (TWO, 15)])
def test_depolarizing_spreads_its_strength_evenly(targets, paulis):
    noise = PauliNoise.depolarizing(targets, 0.3)
    assert noise.probabilities.shape == (1, paulis)
    assert np.allclose(noise.probabilities, 0.3 / paulis, rtol=1e-15)
    assert noise.strengths == pytest.approx([0.3], rel=1e-15)


def test_depolarizing_by_row():
    noise = PauliNoise.depolarizing(TWO, np.array([0.15, 0.0]))
    assert np.allclose(noise.probabilities, [[0.01] * 15, [0.0] * 15])
    assert noise.strengths == pytest.approx([0.15, 0.0])


def test_a_million_equal_rows_cost_one_row():
    assert PauliNoise.depolarizing(np.zeros((10**6, 2), dtype=np.int64), 0.1).probabilities.nbytes == 15 * 8


@pytest.mark.parametrize("name", PAIRS)
def test_two_qubit_paulis_are_ordered_as_in_stim(name):
    (row,) = PauliNoise.from_pauli(TWO, {name: 0.25}).probabilities
    assert row[PAIRS.index(name)] == 0.25
    assert row.sum() == 0.25


def test_one_qubit_paulis_are_ordered_as_in_stim():
    noise = PauliNoise.from_pauli(ONE, {"X": 0.1, "Y": 0.2, "Z": 0.3})
    assert noise.probabilities.tolist() == [[0.1, 0.2, 0.3]]


def test_strongest_channels_are_allowed():
    assert PauliNoise.depolarizing(ONE, 3 / 4).strengths == pytest.approx([3 / 4])
    assert PauliNoise.depolarizing(TWO, 15 / 16).strengths == pytest.approx([15 / 16])
    assert PauliNoise.from_pauli(ONE, {"X": 1.0}).strengths == [1.0]


@pytest.mark.parametrize("strength", [-1e-9, 0.7501, float("nan"), float("inf"), np.array([0.1, 0.8])])
def test_depolarizing_refuses_impossible_strengths(strength):
    with pytest.raises(UsageError, match=r"strength: got .*, expected a probability from 0 to 0\.75"):
        PauliNoise.depolarizing(ONE, strength)


def test_two_qubit_limit_is_another():
    PauliNoise.depolarizing(TWO, 0.9)
    with pytest.raises(UsageError, match=r"0\.9375"):
        PauliNoise.depolarizing(TWO, 0.94)


@pytest.mark.parametrize(
    ("targets", "probabilities", "message"),
    [
        (np.zeros((2, 3), dtype=np.int64), np.zeros((1, 3)), r"targets: got \(2, 3\)"),
        (np.zeros(2, dtype=np.int64), np.zeros((1, 3)), r"targets: got \(2,\)"),
        (ONE, np.zeros((1, 15)), r"expected shape \(1, 3\) or \(2, 3\)"),
        (ONE, np.zeros((3, 3)), r"expected shape \(1, 3\) or \(2, 3\)"),
        (ONE, np.array([[0.5, 0.4, 0.2]]), r"a total of at most 1"),
        (ONE, np.array([[0.5, -0.1, 0.2]]), r"got -0\.1, expected numbers from 0 to 1"),
        (ONE, np.array([[np.nan, 0.1, 0.2]]), r"got nan"),
    ],
)
def test_refuses_what_is_no_distribution(targets, probabilities, message):
    with pytest.raises(UsageError, match=message):
        PauliNoise(targets, probabilities)


@pytest.mark.parametrize("name", ["", "I", "XX", "Q", "x"])
def test_refuses_what_is_no_pauli(name):
    with pytest.raises(UsageError, match="letters out of I, X, Y, Z"):
        PauliNoise.from_pauli(ONE, {name: 0.1})


def test_no_rows_at_all():
    assert PauliNoise(np.zeros((0, 2), dtype=np.int64), np.zeros((0, 15))).strengths.shape == (0,)
