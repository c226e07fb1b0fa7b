"""The gate table against Qiskit's matrices and stim's tableaus."""

from __future__ import annotations

import numpy as np
import pytest
import stim
from qiskit.circuit.library import get_standard_gate_name_mapping

from qloak.circuits.formats import GATES

LIBRARIES = (
    "id x y z h s sdg t tdg sx sxdg p phase u1 u2 u3 U u rx ry rz cx CX cy cz cp cphase crx cry crz ch csx cu cu1 cu3 "
    "swap iswap ccx cswap rxx ryy rzz ecr"
)
NAMES = LIBRARIES.split()
QISKIT_NAMES = {"CX": "cx", "phase": "p", "U": "u", "cphase": "cp"}


def test_all_standard_gates_are_there():
    assert sorted(GATES) == sorted(NAMES)
    assert all(GATES[name].name == name for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_matrix_is_qiskits(name, rng):
    gate = GATES[name]
    angles = rng.uniform(-7, 7, gate.num_params)
    qiskit_gate = get_standard_gate_name_mapping()[QISKIT_NAMES.get(name, name)].base_class(*angles)
    unitary = gate.unitary(*angles)
    assert unitary.dtype == np.complex128
    assert unitary.shape == (2**gate.num_qubits, 2**gate.num_qubits)
    np.testing.assert_allclose(unitary, qiskit_gate.to_matrix(), atol=1e-12)


@pytest.mark.parametrize("name", [name for name in NAMES if GATES[name].stim_name])
def test_stim_name_is_the_same_gate(name):
    gate = GATES[name]
    tableau = stim.Tableau.from_unitary_matrix(gate.unitary(), endian="little")
    assert tableau == stim.gate_data(gate.stim_name).tableau


def test_first_operand_is_least_significant():
    control_set = np.zeros(4)
    control_set[0b01] = 1
    assert (GATES["cx"].unitary() @ control_set)[0b11] == 1


def test_matrices_are_not_shared():
    GATES["x"].unitary()[0, 0] = 7
    assert GATES["x"].unitary()[0, 0] == 0
