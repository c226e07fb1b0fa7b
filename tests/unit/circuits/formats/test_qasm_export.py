"""OpenQASM 2 and 3 out, read back by us and by Qiskit."""

from __future__ import annotations

import numpy as np
import pytest
import qiskit.qasm2
import qiskit.qasm3
import stim
from qiskit.quantum_info import Operator

from qloak.circuits import Method, decryption, encryption_circuit, roundtrip_circuit
from qloak.circuits.formats import from_qasm, from_qiskit, to_qasm2, to_qasm3
from qloak.core import EncryptedCloning
from qloak.errors import ProgramError

from .same import same_instrument, same_up_to_phase

COMPOSITE = stim.Circuit("""
    H 0\nCX 0 1\nISWAP 1 2\nC_XYZ 2\nSQRT_XX 0 2\nMPP X0*Y1*Z2 !Z1\nMR 0\nMRX !1\nSPP Y0*X2\nTICK
    CX rec[-1] 2 rec[-3] 0\nCZ 1 rec[-2]\nMYY !0 2\nSQRT_X_DAG 1\nSWAP 0 2\nXCY 0 1\nRY 2\nM !2 0
""")


def random_unitary_circuit(num_qubits: int, seed: int) -> stim.Circuit:
    names = [name for name, data in stim.gate_data().items() if data.is_unitary and not data.takes_pauli_targets]
    rng = np.random.default_rng(seed)
    circuit = stim.Circuit()
    for name in rng.permutation(sorted(names)):
        circuit.append(name, rng.permutation(num_qubits)[: 1 + stim.gate_data(name).is_two_qubit_gate])
    return circuit


def test_the_text_of_a_small_circuit():
    circuit = stim.Circuit("H 0\nCX 0 1\nM 0\nCX rec[-1] 1\nTICK\nR 0")
    assert to_qasm3(circuit).splitlines() == [
        "OPENQASM 3.0;",
        'include "stdgates.inc";',
        "qubit[2] q;",
        "bit[1] c;",
        "h q[0];",
        "cx q[0], q[1];",
        "c[0] = measure q[0];",
        "if (c[0]) { x q[1]; }",
        "barrier q;",
        "reset q[0];",
    ]
    assert to_qasm2(circuit[:3]).splitlines() == [
        "OPENQASM 2.0;",
        'include "qelib1.inc";',
        "qreg q[2];",
        "creg c[1];",
        "h q[0];",
        "cx q[0],q[1];",
        "measure q[0] -> c[0];",
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("write", "load"), [(to_qasm3, qiskit.qasm3.loads), (to_qasm2, qiskit.qasm2.loads)], ids=["qasm3", "qasm2"]
)
def test_qiskit_reads_the_same_unitary(write, load, seed):
    circuit = random_unitary_circuit(4, seed)
    expected = circuit.to_tableau().to_unitary_matrix(endian="little")
    assert same_up_to_phase(Operator(load(write(circuit))).data, expected)


def test_qiskit_reads_the_same_instrument():
    assert same_instrument(from_qiskit(qiskit.qasm3.loads(to_qasm3(COMPOSITE))), COMPOSITE)


def test_we_read_the_same_instrument():
    assert same_instrument(from_qasm(to_qasm3(COMPOSITE)), COMPOSITE)
    without_feed_forward = stim.Circuit(str(COMPOSITE).replace("CX rec[-1] 2 rec[-3] 0\nCZ 1 rec[-2]\n", ""))
    assert same_instrument(from_qasm(to_qasm2(without_feed_forward)), without_feed_forward)


def test_a_second_export_is_the_first():
    text = to_qasm3(COMPOSITE)
    assert to_qasm3(from_qasm(text)).replace("barrier q;\n", "") == text.replace("barrier q;\n", "")


@pytest.mark.parametrize("num_clones", [2, 3, 4])
@pytest.mark.parametrize("method", list(Method))
def test_encrypted_cloning_survives_the_journey(num_clones, method):
    circuit = roundtrip_circuit(EncryptedCloning(num_clones), "S1", method=method)
    text = to_qasm3(circuit)
    assert same_instrument(from_qasm(text), circuit)
    assert same_instrument(from_qiskit(qiskit.qasm3.loads(text)), circuit)


@pytest.mark.parametrize("num_clones", [2, 5, 40])
def test_gate_budgets_survive_the_export(num_clones):
    """Encryption 4n two-qubit gates and n for the Bell pairs; decryption 2n + 1, or n // 2 on the key."""
    scheme = EncryptedCloning(num_clones)
    budgets = [
        (encryption_circuit(scheme), 5 * num_clones),
        (decryption(scheme, "S1", method="unitary").circuit, 2 * num_clones + 1),
        (decryption(scheme, "S1", method="measured", frame="recorded").circuit, num_clones // 2),
    ]
    for circuit, budget in budgets:
        for text in (to_qasm3(circuit), to_qasm2(circuit)):
            assert sum(line.count("q[") == 2 for line in text.splitlines()) == budget


def test_feed_forward_is_refused_by_version_2():
    with pytest.raises(ProgramError, match="has feed-forward, which OpenQASM 2 cannot express"):
        to_qasm2(stim.Circuit("M 0\nCX rec[-1] 1"))


@pytest.mark.parametrize("write", [to_qasm3, to_qasm2])
def test_noise(write):
    noisy = stim.Circuit("H 0\nDEPOLARIZE1(0.01) 0\nM(0.01) 0")
    with pytest.raises(ProgramError, match="carries noise"):
        write(noisy)
    assert write(noisy, without_noise=True) == write(noisy.without_noise())


@pytest.mark.parametrize("write", [to_qasm3, to_qasm2])
def test_empty_circuit(write):
    assert write(stim.Circuit()).count("\n") == 2


def test_a_large_circuit_is_all_there():
    scheme = EncryptedCloning(2_000)
    text = to_qasm3(roundtrip_circuit(scheme, "S7", method="measured"))
    assert text.startswith('OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[4001] q;\nbit[2000] c;\n')
    assert text.count("cx ") + text.count("cz ") == 5 * 2_000 + 1_000
