"""Lowering to native gates, against stim."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.circuits.metrics import circuit_metrics
from qloak.compile.encoder import PauliGate, layers_of
from qloak.compile.lower import NATIVE_GATES, Lowering, NativeOperation, check_lowering, stim_of
from qloak.errors import IntegrityError, UsageError


def random_gates(rng: np.random.Generator, count: int, num_qubits: int = 5) -> list[PauliGate]:
    gates = []
    for _ in range(count):
        a, b = rng.choice(num_qubits, size=2, replace=False).tolist()
        gates.append(PauliGate(a, b, "".join(rng.choice(list("XYZ"), size=2))))
    return gates


def test_the_native_circuit_makes_the_same_state(rng: np.random.Generator):
    for count in range(30):
        gates = random_gates(rng, count)
        lowering = Lowering.of_gates(gates)
        check_lowering(gates, lowering)
        circuit = stim_of(lowering.operations)
        assert {instruction.name for instruction in circuit} <= NATIVE_GATES
        metrics = circuit_metrics(circuit)
        assert (metrics.two_qubit_gates, metrics.two_qubit_layers) == (count, max(layers_of(gates), default=0))


def test_at_most_one_pulse_a_qubit_and_gate(rng: np.random.Generator):
    gates = random_gates(rng, 40)
    names = [operation.name for operation in Lowering.of_gates(gates).operations]
    last: dict[int, str] = {}
    turns = 0
    for gate in gates:
        for qubit, letter in zip(gate.qubits, gate.letters, strict=True):
            turns += last.get(qubit, "Z") != letter
            last[qubit] = letter
    assert names.count("SQRT_X") == turns
    assert "X" not in names


def test_rotations_of_a_qubit_in_zero_are_left_out():
    names = [operation.name for operation in Lowering.of_gates([PauliGate(0, 1, "XY")]).operations]
    assert names == ["SQRT_X", "SQRT_X", "CZ"]


@pytest.mark.parametrize("place", range(5))
def test_a_lost_operation_is_noticed(place: int):
    gates = [PauliGate(0, 1, "XX"), PauliGate(1, 2, "YX")]
    lowering = Lowering.of_gates(gates)
    del lowering.operations[place]
    with pytest.raises(IntegrityError, match="do not stabilize"):
        check_lowering(gates, lowering)


@pytest.mark.parametrize("x", ["+X", "-X", "+Y", "-Y", "+Z", "-Z"])
@pytest.mark.parametrize("z", ["+X", "-X", "+Y", "-Y", "+Z", "-Z"])
def test_every_frame_can_be_settled(x: str, z: str):
    gates = [PauliGate(0, 1, "XX"), PauliGate(0, 2, "YX")]
    lowering = Lowering.of_gates(gates)
    if x[1] == z[1]:
        with pytest.raises(UsageError):
            lowering.settle(0, x, z)
        return
    before = len(lowering.operations)
    lowering.settle(0, x, z)
    assert (lowering.image(0, x), lowering.image(0, z)) == ("+X", "+Z")
    check_lowering(gates, lowering)
    added = [operation.name for operation in lowering.operations[before:]]
    assert sum(name in ("SQRT_X", "X") for name in added) <= 1


def test_without_signs_no_x_pulse_is_spent():
    for signs in ("++", "+-", "-+", "--"):
        lowering = Lowering.of_gates([PauliGate(0, 1, "XX")])
        lowering.settle(0, signs[0] + "X", signs[1] + "Z", exact=False)
        assert "X" not in [operation.name for operation in lowering.operations]


@pytest.mark.parametrize("letter", "XYZ")
@pytest.mark.parametrize("inverted", [False, True])
def test_a_record_is_the_sign_of_the_letter(letter: str, inverted: bool, rng: np.random.Generator):
    """On qubit 0 of random states in which the letter's value is determined."""
    for _ in range(60):
        gates = random_gates(rng, 4, num_qubits=3)
        wanted = stim.TableauSimulator()
        for gate in gates:
            wanted.do(stim.CircuitInstruction(gate.stim_name, gate.qubits))
        value = wanted.peek_observable_expectation(stim.PauliString(letter))
        if value:
            lowering = Lowering.of_gates(gates)
            lowering.measure(0, letter, inverted=inverted)
            assert stim_of(lowering.operations).reference_sample()[0] == ((value == -1) ^ inverted)


def test_a_fork_is_independent():
    lowering = Lowering.of_gates([PauliGate(0, 1, "XX")])
    fork = lowering.fork()
    fork.gate(PauliGate(0, 2, "YX"))
    check_lowering([PauliGate(0, 1, "XX")], lowering)
    check_lowering([PauliGate(0, 1, "XX"), PauliGate(0, 2, "YX")], fork)


def test_other_operations_are_refused():
    with pytest.raises(UsageError, match="H"):
        stim_of([NativeOperation("H", 0)])
