"""The modifier rules against matrices."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

from qloak.circuits.formats import GATES, Operation
from qloak.circuits.formats.modifiers import GLOBAL_PHASE, controlled, inverted

from .same import on_qubits

UNCONTROLLED = {"u", "U", "u2", "u3", "iswap", "ecr", "rxx", "ryy", "rzz", "ccx", "cswap", "cy", "ch", "csx"}
UNCONTROLLED |= {"cp", "cphase", "cu1", "crx", "cry", "crz", "cu", "cu3"}


def product(operations: tuple[Operation, ...], num_qubits: int) -> np.ndarray:
    matrices = [on_qubits(op.unitary(), op.qubits, num_qubits) for op in operations]
    return reduce(lambda done, matrix: matrix @ done, matrices, np.eye(2**num_qubits))


def operation(name: str, rng, first: int = 0) -> Operation:
    gate = GATES[name]
    return Operation(name, tuple(range(first, first + gate.num_qubits)), tuple(rng.uniform(-7, 7, gate.num_params)))


@pytest.mark.parametrize("name", sorted(GATES))
def test_inverse_undoes_the_gate_phase_included(name, rng):
    op = operation(name, rng)
    size = GATES[name].num_qubits
    np.testing.assert_allclose(product((op, *inverted(op)), size), np.eye(2**size), atol=1e-12)


@pytest.mark.parametrize("name", sorted(set(GATES) - UNCONTROLLED))
def test_control_acts_as_a_control_phase_included(name, rng):
    op = operation(name, rng, first=1)
    size = GATES[name].num_qubits + 1
    off, on = np.diag([1, 0]), np.diag([0, 1])
    expected = np.kron(np.eye(2 ** (size - 1)), off) + np.kron(op.unitary(), on)
    np.testing.assert_allclose(product(controlled(op, 0), size), expected, atol=1e-12)


@pytest.mark.parametrize("name", sorted(UNCONTROLLED))
def test_the_rest_is_refused_a_control(name, rng):
    assert controlled(operation(name, rng, first=1), 0) is None


def test_global_phase():
    phase = Operation(GLOBAL_PHASE, (), (0.25,))
    assert inverted(phase) == (Operation(GLOBAL_PHASE, (), (-0.25,)),)
    assert controlled(phase, 3) == (Operation("p", (3,), (0.25,)),)
