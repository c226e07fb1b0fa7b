"""Aer with physical noise against closed forms, and with Pauli noise against the exact channel.

Statistical tests: the mean of N independent variables within a range R misses by t or more with probability at most
2 exp(-2 N t^2/R^2) (Hoeffding). All bounds here are set for a total below 1e-9.
"""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
import stim

from qloak.compile import compile_circuit
from qloak.errors import LimitError, MissingExtraError, ProgramError, UsageError
from qloak.experiments.engines import aer, aer_mps
from qloak.experiments.engines.aer_noise import Channels, depolarizing_remainder, nearly_depolarizing
from qloak.experiments.engines.aer_program import aer_program
from qloak.experiments.estimators import chsh_from_settings, fidelity_from_correlators
from qloak.experiments.task import Task
from qloak.noise import load_device

pytest.importorskip("qiskit_aer")

KINGSTON = load_device("kingston")
WORKING = np.flatnonzero(np.isfinite(KINGSTON.one_given_zero)).tolist()
FALSE_ALARM = 1e-10


def tolerance(shots: int, span: float = 1.0) -> float:
    return span * math.sqrt(math.log(2 / FALSE_ALARM) / (2 * shots))


def task(circuit: str | stim.Circuit, shots: int, *bits: int, device: str = "", **point) -> Task:
    engine = point.pop("engine", "aer")
    return Task("test", point, engine, str(circuit), "counts", device=device, record_bits=bits, shots=shots)


def ones(counts) -> float:
    """How often the only bit is one."""
    return counts.get("1", 0) / sum(counts.values())


# --- physical noise ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prepared", [0, 1])
def test_readout_errors_have_a_direction_and_act_once(prepared):
    qubit = 1  # one of the worst, and very unequal
    assert abs(KINGSTON.one_given_zero[qubit] - KINGSTON.zero_given_one[qubit]) > 0.1
    circuit = f"{'X' if prepared else 'I'} {qubit}\nM {qubit}"
    found = ones(aer.run(task(circuit, 20_000, device="kingston")).counts)
    # The pulse before it adds its own error, at most twice the published one.
    expected = 1 - KINGSTON.zero_given_one[qubit] if prepared else KINGSTON.one_given_zero[qubit]
    slack = 2 * KINGSTON.one_qubit_errors[qubit] if prepared else 0.0
    assert abs(found - expected) < tolerance(20_000) + slack


def test_waiting_relaxes():
    qubit, seconds = 20, 2e-4
    circuit = f"X {qubit}\nI[WAIT(seconds={seconds})] {qubit}\nM {qubit}"
    alive = math.exp(-seconds / KINGSTON.t1_seconds[qubit])
    one, zero = KINGSTON.one_given_zero[qubit], KINGSTON.zero_given_one[qubit]
    found = ones(aer.run(task(circuit, 20_000, device="kingston")).counts)
    assert (
        abs(found - (alive * (1 - zero) + (1 - alive) * one)) < tolerance(20_000) + 2 * KINGSTON.one_qubit_errors[qubit]
    )


def test_waiting_dephases_where_the_schedule_has_a_gap():
    """A qubit in |+> waits, over a TICK, for another one's readouts."""
    qubit, other, times = 20, 22, 20
    body = f"M {other}\nTICK\n" * times
    circuit = stim.Circuit(f"H {qubit}\nTICK\n{body}H {qubit}\nM {qubit}")
    seconds = times * KINGSTON.readout_seconds[other]
    kept = math.exp(-seconds / KINGSTON.t2_seconds[qubit])
    one, zero = KINGSTON.one_given_zero[qubit], KINGSTON.zero_given_one[qubit]
    wrong = (1 - kept) / 2
    found = ones(aer.run(task(circuit, 10_000, times, device="kingston")).counts)
    assert 0.05 < wrong < 0.45
    assert (
        abs(found - (wrong * (1 - zero) + (1 - wrong) * one)) < tolerance(10_000) + 4 * KINGSTON.one_qubit_errors[qubit]
    )


@pytest.mark.parametrize(("name", "qubits"), [("SQRT_X", (24,)), ("CZ", (20, 21))])
def test_a_gate_has_its_published_infidelity(name, qubits):
    from qiskit.quantum_info import SuperOp, average_gate_fidelity

    total = SuperOp(np.eye(4 ** len(qubits)))
    for error, touched in Channels(KINGSTON).after(name, qubits):
        total = total.compose(error.to_quantumchannel(), [qubits.index(qubit) for qubit in touched])
    pair = np.flatnonzero((KINGSTON.couplers == qubits).all(axis=1)) if len(qubits) == 2 else None
    published = KINGSTON.one_qubit_errors[qubits[0]] if pair is None else KINGSTON.two_qubit_errors[pair[0]]
    assert 1 - average_gate_fidelity(total) == pytest.approx(published, rel=1e-9)


def test_relaxation_beyond_the_published_error_leaves_no_depolarizing_part():
    assert depolarizing_remainder(1e-6, 1e-6, [(1e-4, 1e-4)]) == 0.0
    assert depolarizing_remainder(0.3, 0.0, [(1e-4, 1e-4)]) == pytest.approx(0.4)


@pytest.mark.parametrize("width", [1, 2])
def test_nearly_depolarizing_channels_have_their_fidelity(width):
    from qiskit.quantum_info import process_fidelity

    q = 0.0188
    channel = nearly_depolarizing(q, width).to_quantumchannel()
    assert process_fidelity(channel) == pytest.approx(1 - q * (1 - 0.25**width), rel=1e-12)


def test_trajectories_take_relaxation_together_with_depolarizing_gates():
    """A T2 above T1 makes Aer use Kraus operators for everything; equal eigenvalues were its undoing."""
    from qiskit import QuantumCircuit
    from qiskit_aer import AerSimulator
    from qiskit_aer.noise import thermal_relaxation_error

    program = QuantumCircuit(3, 3)
    program.append(thermal_relaxation_error(342e-6, 353e-6, 6.8e-8), [0])
    for q in np.linspace(1e-3, 1e-1, 40).tolist():
        program.append(nearly_depolarizing(q, 2), [1, 2])
        program.append(nearly_depolarizing(q, 1), [0])
    program.measure(range(3), range(3))
    assert AerSimulator(method="statevector", max_parallel_threads=1).run(program, shots=5).result().success


def test_rotations_about_the_end_of_the_circuit_show_all_of_chsh():
    """A perfect Bell pair: each of the four means is known, so the sum of four misses by four times the bound."""
    shots = 4000
    head = "H 0\nCX 0 1\n"
    read_z, read_x = "M 0\n", "MX 0\n"
    plus, minus = "I[R_Y(theta=-0.25*pi)] 1\nM 1", "I[R_Y(theta=0.25*pi)] 1\nM 1"
    settings = [head + a + b for a, b in ((read_z, plus), (read_x, plus), (read_z, minus), (read_x, minus))]
    found = chsh_from_settings([aer.run(task(each, shots, 0, 1)).counts for each in settings])
    assert abs(found.value - 2 * math.sqrt(2)) < 4 * tolerance(shots, 2.0)
    assert found.low > 2.4


# --- Pauli noise -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["Y_ERROR(0.2) 0", "PAULI_CHANNEL_1(0.1, 0.2, 0.3) 0", "DEPOLARIZE1(0.3) 0"])
def test_channels_on_one_qubit(line):
    circuit = stim.Circuit(f"{line}\nM 0")
    expected = {"Y": 0.2, "P": 0.3, "D": 0.2}[line[0]]
    assert abs(ones(aer.run(task(circuit, 20_000)).counts) - expected) < tolerance(20_000)


def test_channels_on_two_qubits_keep_their_order():
    """XZ on qubits 0 and 1: only qubit 0 is seen flipped in the Z basis."""
    paulis = ["IX", "IY", "IZ", "XI", "XX", "XY", "XZ", "YI", "YX", "YY", "YZ", "ZI", "ZX", "ZY", "ZZ"]
    chances = ", ".join("1" if each == "XZ" else "0" for each in paulis)
    assert aer.run(task(f"PAULI_CHANNEL_2({chances}) 3 5\nM 3 5", 100)).counts == {"10": 100}


@pytest.mark.parametrize("method", ["measured", "unitary"])
def test_compiled_circuit_has_its_exact_fidelity(method):
    """The fidelity is a sum of 3 N independent terms, each of range 1/(2 N): P(miss t) <= 2 exp(-8 N t^2/3)."""
    shots = 20_000
    compiled = compile_circuit(2, KINGSTON, method=method)
    noisy = compiled.noisy()
    body = stim.Circuit()
    for instruction in noisy:
        if instruction.name not in ("MPP", "OBSERVABLE_INCLUDE"):
            body.append(instruction)
    frame, pair, made = compiled.trip.frame, (compiled.trip.reference, compiled.qubit), noisy.num_measurements - 2
    for record in frame.x_records.tolist():
        body.append("CX", [stim.target_rec(record - made), pair[1]])
    for record in frame.z_records.tolist():
        body.append("CZ", [stim.target_rec(record - made), pair[1]])
    histograms = []
    for basis in ("MX", "MY", "M"):
        circuit = body.copy()
        circuit.append(basis, pair)
        histograms.append(aer.run(task(circuit, shots, made, made + 1)).counts)
    found = fidelity_from_correlators(*histograms)
    expected = compiled.fidelities[compiled.clone]
    bound = math.sqrt(math.log(2 / FALSE_ALARM) * 3 / (8 * shots))
    assert abs(found.value - expected) < bound
    assert found.value > 0.9


def test_products_are_read_perfectly_on_noisy_qubits():
    circuit = stim.Circuit("H 0\nCX 0 1\nM(0.5) 2\nMPP X0*X1 !Z0*Z1 Y0*Y1\nMZZ 0 1")
    assert aer.run(task(circuit, 300, 1, 2, 3, 4)).counts == {"0110": 300}


# --- methods -----------------------------------------------------------------------------------------------------


def test_methods_agree():
    """Same circuit by density matrix (many shots) and state vectors (few): one outcome's chance, both bounded."""
    circuit = stim.Circuit("H 0\nCX 0 1 1 2\nDEPOLARIZE2(0.3) 0 1\nDEPOLARIZE1(0.2) 2\nM 0 1 2")
    dense = aer.run_with(task(circuit, 20_000), "density_matrix").counts
    vectors = aer.run_with(task(circuit, 4000), "statevector").counts
    for outcome in ("000", "111"):
        apart = dense[outcome] / 20_000 - vectors[outcome] / 4000
        assert abs(apart) < tolerance(20_000) + tolerance(4000)


def test_feed_forward_is_possible_before_rotations():
    circuit = "H 0\nM 0\nCX rec[-1] 1\nI[R_Y(theta=1*pi)] 1\nM 1"
    counts = aer.run(task(circuit, 400)).counts
    assert set(counts) == {"01", "10"}
    inverted = "H 0\nM !0\nCX rec[-1] 1\nI[R_Y(theta=1*pi)] 1\nM 1"
    assert set(aer.run(task(inverted, 400)).counts) == {"01", "10"}


def test_measurement_with_reset_and_in_the_middle():
    circuit = "X 0\nMR 0\nM 0\nX 0\nM 0\nRX 0\nMX 0"
    assert aer.run(task(circuit, 50)).counts == {"1010": 50}


def test_the_same_task_gives_the_same_counts():
    noisy = task("H 0\nDEPOLARIZE1(0.3) 0\nM 0", 999)
    assert aer.run(noisy) == aer.run(noisy)
    assert aer.run(noisy).task == noisy.id


def test_matrix_product_states_converge_in_the_bond():
    """A Bell pair needs bond 2; with bond 1 its parities are lost."""
    circuit = "H 0\nCX 0 1\nM 0 1"
    full = aer_mps.run(task(circuit, 200, engine="aer-mps", bond=2)).counts
    assert set(full) == {"00", "11"}
    assert aer_mps.run(task(circuit, 200, engine="aer-mps")).counts.keys() == full.keys()
    assert len(aer_mps.run(task(circuit, 200, engine="aer-mps", bond=1)).counts) == 1
    for bond in (0, 5000, True, "many"):
        with pytest.raises(UsageError, match="bond: got "):
            aer_mps.run(task(circuit, 200, engine="aer-mps", bond=bond))


def test_order_of_the_qubits():
    program = aer_program(stim.Circuit("X 7\nM 3 7"), None, order=(9, 7, 3))
    assert program.qubits == (7, 3)
    with pytest.raises(ProgramError, match="missing in the order"):
        aer_program(stim.Circuit("M 3 7"), None, order=(7,))


# --- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("circuit", "error", "message"),
    [
        ("MPAD 0\nM 0", ProgramError, "MPAD"),
        ("M(0.1) 0\nM(0.2) 0", ProgramError, "two different errors"),
        ("MPP(0.1) X0*X1", ProgramError, "exact products"),
        ("CORRELATED_ERROR(0.1) X0 X1\nM 0", ProgramError, "Pauli channel"),
        ("I[nonsense] 0\nM 0", ProgramError, "tag"),
    ],
)
def test_circuits_that_aer_cannot_run(circuit, error, message):
    with pytest.raises(error, match=message):
        aer.run(task(circuit, 10))


def test_circuits_that_are_too_large():
    """All of 40 qubits are read; and 20 of them by so many shots that nobody would wait."""
    everything = " ".join(str(qubit) for qubit in range(20, 24))
    assert aer.run(task(f"M {everything}", 10, device="kingston")).counts
    with pytest.raises(LimitError, match=r"40 qubits at a time.*at most 28"):
        aer.run(task("M " + " ".join(map(str, WORKING[:40])), 10, device="kingston"))
    with pytest.raises(LimitError, match=r"1e\+14, about a day"):
        aer.run(task("M " + " ".join(map(str, WORKING[:25])), 10**9, device="kingston"))


def test_pauli_noise_on_many_qubits_takes_stabilizer_states():
    """A GHZ state of 40 qubits, each flipped with chance 0.01: no ones at all in half of what is left."""
    chain = "\n".join(f"CX {i} {i + 1}" for i in range(39))
    everything = " ".join(map(str, range(40)))
    circuit = f"H 0\n{chain}\nX_ERROR(0.01) {everything}\nM {everything}"
    counts = aer.run(task(circuit, 1000)).counts
    assert abs(counts["0" * 40] / 1000 - 0.99**40 / 2) < tolerance(1000)


def test_flips_of_observables():
    """Of ZZ and XX of a Bell pair after X on one qubit with chance 0.2; their signs without noise are no flips."""
    checks = "MPP Z0*Z1\nOBSERVABLE_INCLUDE(0) rec[-1]\nMPP !X0*X1\nOBSERVABLE_INCLUDE(1) rec[-1]"
    circuit = f"H 0\nCX 0 1\nX 0\nX_ERROR(0.2) 1\n{checks}"
    shots = 20_000
    counts = aer.run(Task("test", {}, "aer", circuit, "observables", shots=shots)).counts
    assert set(counts) == {"00", "10"}
    assert abs(counts["10"] / shots - 0.2) < tolerance(shots)
    with pytest.raises(UsageError, match="observables"):
        aer.run(Task("test", {}, "aer", "M 0", "observables", shots=5))
    with pytest.raises(ProgramError, match="observables of records"):
        aer.run(Task("test", {}, "aer", "OBSERVABLE_INCLUDE(0) Z0\nM 0", "observables", shots=5))


def test_devices_that_the_circuit_does_not_fit():
    with pytest.raises(UsageError, match="coupler"):
        aer.run(task("CZ 0 40\nM 0", 10, device="kingston"))
    with pytest.raises(UsageError, match="qubit"):
        aer.run(task("X 400\nM 400", 10, device="kingston"))
    with pytest.raises(ProgramError, match="noise of its own"):
        aer_program(stim.Circuit("X_ERROR(0.1) 0"), KINGSTON)


def test_other_quantities_and_no_shots():
    with pytest.raises(UsageError, match="quantity: got 'channel'"):
        aer.run(Task("test", {}, "aer", "M 0", "channel", shots=5))
    with pytest.raises(UsageError, match="shots: got 0"):
        aer.run(task("M 0", 0))


def test_without_aer(monkeypatch):
    monkeypatch.setitem(sys.modules, "qiskit_aer", None)
    with pytest.raises(MissingExtraError, match=r"qloak\[aer\]"):
        aer.run(task("M 0", 10))
