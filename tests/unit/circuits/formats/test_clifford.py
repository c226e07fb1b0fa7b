"""Which gates with angles are Clifford, and as which stim gates."""

from __future__ import annotations

from math import pi

import pytest
import stim

from qloak.circuits.formats import GATES, Condition, Operation, Program
from qloak.circuits.formats.clifford import clifford_gates, to_circuit
from qloak.errors import ProgramError

from .same import same_instrument

ANGLED = sorted(name for name, gate in GATES.items() if gate.num_params)


@pytest.mark.parametrize("quarter", range(-4, 5))
@pytest.mark.parametrize("name", [name for name in ANGLED if GATES[name].num_params == 1])
def test_multiples_of_half_pi(name, quarter):
    """The tableau stim finds for the matrix is the tableau of the gates returned; no tableau, no gates."""
    angle = quarter * pi / 2
    try:
        expected = stim.Tableau.from_unitary_matrix(GATES[name].unitary(angle), endian="little")
    except ValueError:
        assert clifford_gates(name, (angle,)) is None
        return
    circuit = stim.Circuit(f"I {GATES[name].num_qubits - 1}")
    for gate, positions in clifford_gates(name, (angle,)):
        circuit.append(gate, positions)
    assert circuit.to_tableau() == expected


@pytest.mark.parametrize(
    ("name", "params", "gates"),
    [
        ("rz", (pi / 2,), (("S", (0,)),)),
        ("rz", (-pi / 2 + 1e-14,), (("S_DAG", (0,)),)),
        ("rx", (5 * pi,), (("X", (0,)),)),
        ("u", (pi / 2, 0, pi), (("H", (0,)),)),
        ("u2", (0, pi), (("H", (0,)),)),
        ("cp", (pi,), (("CZ", (0, 1)),)),
        ("crx", (2 * pi,), (("Z", (0,)),)),
        ("rzz", (pi / 2,), (("SQRT_ZZ", (0, 1)),)),
        ("cu", (pi, 0, pi, 0), (("CX", (0, 1)),)),
        ("sxdg", (), (("SQRT_X_DAG", (0,)),)),
    ],
)
def test_known_gates(name, params, gates):
    found = clifford_gates(name, params)
    circuits = [stim.Circuit("I 1"), stim.Circuit("I 1")]
    for circuit, choice in zip(circuits, (found, gates), strict=True):
        for gate, positions in choice:
            circuit.append(gate, positions)
    assert circuits[0].to_tableau() == circuits[1].to_tableau()


def test_two_qubit_gates_use_one_gate_where_stim_has_it():
    assert clifford_gates("cp", (pi,)) == (("CZ", (0, 1)),)
    assert len(clifford_gates("rxx", (-pi / 2,))) == 1


@pytest.mark.parametrize(
    ("name", "params"),
    [("t", ()), ("ccx", ()), ("csx", ()), ("ch", ()), ("rz", (pi / 2 + 1e-9,)), ("rx", (1e-10,)), ("cp", (pi / 2,))],
)
def test_not_clifford(name, params):
    assert clifford_gates(name, params) is None


def program(*operations: Operation) -> Program:
    return Program(3, 3, operations)


def test_bits_become_records():
    circuit = to_circuit(
        program(
            Operation("measure", (0,), bit=2),
            Operation("measure", (1,)),
            Operation("measure", (1,), bit=0),
            Operation("x", (0,), condition=Condition((2,), 1)),
            Operation("measure", (0,), bit=2),
            Operation("z", (1,), condition=Condition((2,), 0)),
            Operation("y", (2,), condition=Condition((0,), 1)),
            Operation("id", (2,), condition=Condition((0,), 1)),
        )
    )
    expected = stim.Circuit("M 0 1 1\nCX rec[-3] 0\nM 0\nCZ rec[-1] 1\nZ 1\nCY rec[-2] 2")
    assert same_instrument(circuit, expected)
    assert str(circuit) == str(expected)


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (Operation("t", (1,), line=7), "line 7: t is not a Clifford gate"),
        (Operation("rz", (1,), (0.25,)), r"qubits \[1\]: rz\(0.25\) is not a Clifford gate"),
        (Operation("h", (1,), condition=Condition((0,), 1)), "h inside an if; expected only the Pauli gates"),
        (Operation("reset", (1,), condition=Condition((0,), 1)), "reset inside an if"),
        (Operation("x", (1,), condition=Condition((0, 1), 1)), "a condition on several bits"),
        (Operation("x", (1,), condition=Condition((1,), 1)), "reads bit 1 before it is measured"),
    ],
)
def test_refusals(operation, message):
    with pytest.raises(ProgramError, match=message):
        to_circuit(program(Operation("measure", (0,), bit=0), operation))
