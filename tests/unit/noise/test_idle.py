from __future__ import annotations

import numpy as np
import pytest

from qloak.errors import UsageError
from qloak.noise import idle_pauli

PAULIS = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}


def relax(matrix: np.ndarray, duration: float, t1: float, t2: float) -> np.ndarray:
    """The solution of the Bloch equations for a qubit that decays to |0>."""
    kept, coherent = np.exp(-duration / t1), np.exp(-duration / t2)
    ((a, b), (c, d)) = matrix
    return np.array([[a + (1 - kept) * d, coherent * b], [coherent * c, kept * d]])


@pytest.mark.parametrize(
    ("duration", "t1", "t2"), [(1.0, 2.0, 3.0), (1.0, 2.0, 4.0), (0.3, 5.0, 1.0), (50.0, 1.0, 1.0), (0.0, 1.0, 1.0)]
)
def test_equals_the_twirl_of_the_relaxation_channel(duration, t1, t2):
    """Averaging over conjugation by Paulis keeps tr(P channel(P))/2 for each Pauli and nothing else."""
    factors = {name: np.trace(P @ relax(P, duration, t1, t2)).real / 2 for name, P in PAULIS.items() if name != "I"}
    expected = [
        (1 + factors["X"] - factors["Y"] - factors["Z"]) / 4,
        (1 - factors["X"] + factors["Y"] - factors["Z"]) / 4,
        (1 - factors["X"] - factors["Y"] + factors["Z"]) / 4,
    ]
    assert np.allclose(idle_pauli(duration, t1, t2), expected, rtol=0, atol=1e-15)


def test_infinite_times():
    assert idle_pauli(1.0, np.inf, np.inf).tolist() == [0, 0, 0]
    x, y, z = idle_pauli(1.0, np.inf, 2.0)
    assert (x, y) == (0, 0)
    assert z == pytest.approx((1 - np.exp(-0.5)) / 2, rel=1e-15)


def test_short_waits_keep_their_digits():
    x, y, z = idle_pauli(1e-9, 1e3, 2e3)
    assert x == y == pytest.approx(0.25e-12, rel=1e-12)
    # At T2 = 2 T1 the first order of p_Z cancels; the second is t^2 / (16 T1^2), 6e-26, below the rounding of the rest.
    assert 0 <= z < 1e-25


def test_arrays():
    found = idle_pauli(np.array([0.0, 1.0]), 2.0, np.array([1.0, 3.0]))
    assert found.shape == (2, 3)
    assert np.array_equal(found[1], idle_pauli(1.0, 2.0, 3.0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1.0, 1.0, 1.0), r"duration_seconds: got -1\.0"),
        ((np.nan, 1.0, 1.0), "duration_seconds: got nan"),
        ((np.inf, 1.0, 1.0), "duration_seconds: got inf"),
        ((1.0, 0.0, 1.0), r"T1: got 0\.0"),
        ((1.0, np.nan, 1.0), "T1: got nan"),
        ((1.0, 1.0, -2.0), r"T2: got -2\.0"),
        ((1.0, 1.0, 2.1), r"T2: got 2\.1, expected at most 2 T1 = 2 s"),
        ((1.0, 1.0, np.inf), "T2: got inf"),
        ((np.ones(2), np.array([2.0, 1.0]), np.array([4.0, 3.0])), r"T2: got 3\.0, expected at most 2 T1 = 2 s"),
    ],
)
def test_impossible_times_are_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        idle_pauli(*arguments)


@pytest.mark.parametrize("t1", [5e-324, 1e-300, 1e300, np.finfo(float).max])
@pytest.mark.parametrize("duration", [0.0, 5e-324, 1.0, 1e300])
def test_extreme_times_are_times(duration, t1):
    """Warnings are errors here: nothing overflows into one."""
    found = idle_pauli(duration, t1, np.minimum(t1, np.finfo(float).max / 2) * 2)
    assert np.isfinite(found).all()
    assert found.min() >= 0
    assert found.sum() <= 0.75 + 1e-12
    if duration == 0 or t1 >= 1e300 > duration:
        assert found.sum() < 1e-12
    if t1 < 1e-200 and duration >= 1:
        assert np.allclose(found, 0.25)
