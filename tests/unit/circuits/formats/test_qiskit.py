"""Qiskit circuits and QPY, in both directions."""

from __future__ import annotations

import numpy as np
import pytest
import stim
from qiskit import qpy
from qiskit.circuit import Gate, Parameter, QuantumCircuit
from qiskit.circuit.classical import expr
from qiskit.quantum_info import Operator

from qloak.circuits import roundtrip_circuit
from qloak.circuits.formats import from_qiskit, from_qpy, qiskit, to_qiskit, to_qpy
from qloak.core import EncryptedCloning
from qloak.errors import LimitError, MissingExtraError, ProgramError

from .same import same_instrument, same_up_to_phase

FED_FORWARD = roundtrip_circuit(EncryptedCloning(3), "S2", method="measured")


def test_native_gates_stay_and_feed_forward_is_if_test():
    circuit = to_qiskit(stim.Circuit("ISWAP 0 1\nSQRT_X_DAG 1\nSWAP 1 2\nM 0\nCZ rec[-1] 2\nTICK\nR 0"))
    names = [item.operation.name for item in circuit.data]
    assert names == ["iswap", "sxdg", "swap", "measure", "if_else", "barrier", "reset"]
    condition = circuit.data[4].operation.condition
    assert condition == (circuit.clbits[0], 1)
    assert (circuit.num_qubits, circuit.num_clbits) == (3, 1)


def test_unitary_is_the_same():
    circuit = stim.Tableau.random(4).to_circuit("elimination") + stim.Circuit("YCX 0 2\nSQRT_YY_DAG 3 1\nCZSWAP 0 1")
    expected = circuit.to_tableau().to_unitary_matrix(endian="little")
    assert same_up_to_phase(Operator(to_qiskit(circuit)).data, expected)


def test_round_trips():
    assert same_instrument(from_qiskit(to_qiskit(FED_FORWARD)), FED_FORWARD)
    assert same_instrument(from_qpy(to_qpy(FED_FORWARD)), FED_FORWARD)
    assert from_qiskit(to_qiskit(stim.Circuit())) == stim.Circuit()


def test_gates_defined_by_standard_gates():
    inner = QuantumCircuit(2, name="inner")
    inner.h(1)
    inner.dcx(1, 0)
    circuit = QuantumCircuit(3)
    circuit.append(inner.to_gate(), [2, 0])
    circuit.append(inner.to_gate().inverse(), [1, 2])
    circuit.cx(0, 1, ctrl_state=0)
    circuit.rzx(np.pi / 2, 0, 2)
    expected = Operator(circuit).data
    found = from_qiskit(circuit).to_tableau().to_unitary_matrix(endian="little")
    assert same_up_to_phase(found, expected)


def test_else_and_inner_bit_order():
    circuit = QuantumCircuit(3, 2)
    circuit.h([0, 1])
    circuit.measure(1, 0)
    circuit.measure(0, 1)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.x(2)
    with otherwise:
        circuit.z(2)
    expected = stim.Circuit("H 0 1\nM 1 0\nCX rec[-2] 2\nCZ rec[-2] 2\nZ 2")
    assert same_instrument(from_qiskit(circuit), expected)


def measured() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2)
    circuit.measure([0, 1], [0, 1])
    return circuit


def test_refusals():
    namesake, unbound, infinite, opaque, loop = (QuantumCircuit(2) for _ in range(5))
    namesake.append(Gate("h", 1, []), [0])
    unbound.rz(Parameter("t"), 0)
    infinite.rz(float("inf"), 0)
    opaque.delay(100, 0)
    with loop.for_loop(range(3)):
        loop.x(0)
    expression, register, inside, non_pauli = (measured() for _ in range(4))
    with expression.if_test(expr.bit_not(expression.clbits[0])):
        expression.x(0)
    with register.if_test((register.cregs[0], 1)):
        register.x(0)
    with inside.if_test((inside.clbits[0], 1)):
        inside.measure(0, 0)
    with non_pauli.if_test((non_pauli.clbits[0], 1)):
        non_pauli.h(0)
    non_clifford = QuantumCircuit(1)
    non_clifford.t(0)
    reasons = {
        "'h' is not accepted": namesake,
        "rz has a parameter without a value": unbound,
        "expected finite angles": infinite,
        "'delay' is not accepted": opaque,
        "'for_loop' is not accepted": loop,
        "a condition that is an expression": expression,
        "a condition on several bits": register,
        "expected only gates inside if_test": inside,
        "h inside an if": non_pauli,
        "t is not a Clifford gate": non_clifford,
    }
    for reason, circuit in reasons.items():
        with pytest.raises(ProgramError, match=reason):
            from_qiskit(circuit)


def test_register_else_is_refused():
    circuit = measured()
    with circuit.if_test((circuit.cregs[0], 1)) as otherwise:
        circuit.x(0)
    with otherwise:
        circuit.z(0)
    with pytest.raises(ProgramError, match="else is accepted after a condition on one bit only"):
        from_qiskit(circuit)


def test_definitions_of_definitions_end():
    circuit = QuantumCircuit(1)
    circuit.h(0)
    for _ in range(40):
        outer = QuantumCircuit(1)
        outer.append(circuit.to_gate(), [0])
        circuit = outer
    with pytest.raises(ProgramError, match="levels deep"):
        from_qiskit(circuit)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        *[(b"", "expected a file of format 13"), (b"QISKIT", "expected a file"), (b"\x93NUMPY" * 9, "expected a file")],
        (b"QISKIT\x0c" + bytes(60), "expected a file of format 13"),
        (to_qpy(FED_FORWARD)[:-40], "cannot read this file"),
        (b"QISKIT\x0d", "expected a file"),
    ],
)
def test_damaged_qpy(data, message):
    with pytest.raises(ProgramError, match=message):
        from_qpy(data)


def test_qpy_of_two_circuits(tmp_path):
    with (tmp_path / "two.qpy").open("wb") as file:
        qpy.dump([QuantumCircuit(1), QuantumCircuit(1)], file)
    with pytest.raises(ProgramError, match="got 2 circuits, expected exactly 1"):
        from_qpy((tmp_path / "two.qpy").read_bytes())


def test_qpy_of_a_non_clifford_circuit(tmp_path):
    circuit = QuantumCircuit(1)
    circuit.t(0)
    with (tmp_path / "t.qpy").open("wb") as file:
        qpy.dump(circuit, file)
    with pytest.raises(ProgramError, match="t is not a Clifford gate"):
        from_qpy((tmp_path / "t.qpy").read_bytes())


def test_large_qpy_is_refused_unread():
    with pytest.raises(LimitError, match="expected at most 16777216"):
        from_qpy(bytes(2**24 + 1))


@pytest.mark.parametrize("call", [lambda: to_qiskit(FED_FORWARD), lambda: from_qpy(b""), lambda: to_qpy(FED_FORWARD)])
def test_without_qiskit(call, monkeypatch):
    monkeypatch.setattr(qiskit, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'qloak\[qiskit\]'"):
        call()


def test_noise():
    noisy = stim.Circuit("H 0\nX_ERROR(0.1) 0")
    with pytest.raises(ProgramError, match="carries noise"):
        to_qiskit(noisy)
    assert [item.operation.name for item in to_qiskit(noisy, without_noise=True).data] == ["h"]
