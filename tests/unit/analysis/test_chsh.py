"""The CHSH value on states whose correlations are known."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from qloak.analysis import chsh_value
from qloak.errors import UsageError
from tests.oracles import PAULIS, PHI, random_state


def correlations(state: np.ndarray) -> np.ndarray:
    """Mean values of (X, Y, Z) on the first qubit times (X, Y, Z) on the second."""
    return np.array([[np.vdot(state, np.kron(b, a) @ state).real for b in PAULIS[1:]] for a in PAULIS[1:]])


def test_a_bell_pair_reaches_the_quantum_bound():
    assert chsh_value(correlations(PHI)) == pytest.approx(2 * math.sqrt(2), abs=1e-14)


def test_the_definition():
    """S = <Z D+> + <X D+> + <Z D-> - <X D->, written out in matrices, first factor on the first qubit."""
    x, z = PAULIS[1], PAULIS[3]
    plus, minus = (z + x) / math.sqrt(2), (z - x) / math.sqrt(2)
    operator = np.kron(plus, z) + np.kron(plus, x) + np.kron(minus, z) - np.kron(minus, x)
    for seed in range(5):
        state = random_state(2, seed)
        assert chsh_value(correlations(state)) == pytest.approx(np.vdot(state, operator @ state).real, abs=1e-13)


@pytest.mark.parametrize("fidelity", (0.25, 0.5, 0.78, 1.0))
def test_isotropic_noise(fidelity):
    """S = 2 sqrt 2 (4 F - 1) / 3 for a Bell pair of entanglement fidelity F behind a depolarizing channel."""
    factor = (4 * fidelity - 1) / 3
    assert chsh_value(factor * np.diag([1, -1, 1])) == pytest.approx(2 * math.sqrt(2) * factor, abs=1e-14)


def test_local_strategies_stay_within_two():
    """Every assignment of definite values, of which all local models are mixtures."""
    signs = (-1, 1)
    values = [
        chsh_value(np.array([[x * c, 0, x * d], [0, 0, 0], [z * c, 0, z * d]]) / math.sqrt(2))
        for x, z, c, d in itertools.product(signs, repeat=4)
    ]
    assert max(map(abs, values)) <= 2 + 1e-14
    product = np.kron(random_state(1, 1), random_state(1, 2))
    assert abs(chsh_value(correlations(product))) <= 2


@pytest.mark.parametrize("shape", [(2, 2), (3,), (3, 3, 3), (0,)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(UsageError, match=r"correlations: got .*, expected the shape \(3, 3\)"):
        chsh_value(np.zeros(shape))
