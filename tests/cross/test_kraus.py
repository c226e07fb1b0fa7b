"""Compiled circuits under the physical noise of a calibration, without twirling, against their exact Pauli channel.

Density matrices and readout errors in both directions are worked out exactly: no number here has a statistical error.
`python -m tests.cross.test_kraus` prints the table of the documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import stim

from qloak.compile import CompiledCircuit, compile_circuit
from qloak.experiments.engines import aer_program
from qloak.experiments.engines.aer_noise import Channels
from qloak.experiments.engines.software_frame import SoftwareFrame
from qloak.noise import load_device
from qloak.noise.gates import VIRTUAL_GATES

pytest.importorskip("qiskit_aer")

KINGSTON = load_device("kingston")


class DepolarizingGates(Channels):
    """Waits relax, but gates are depolarizing, as in the Pauli model."""

    def after(self, name, qubits):
        from qiskit_aer.noise import depolarizing_error

        if name not in VIRTUAL_GATES:
            strength = float(self._model.after(name, np.array([qubits])).strengths[0])
            parameter = strength / (1 - 0.25 ** len(qubits))
            yield depolarizing_error(parameter, len(qubits)), qubits


@contextmanager
def depolarizing_gates() -> Iterator[None]:
    aer_program.Channels = DepolarizingGates
    try:
        yield
    finally:
        aer_program.Channels = Channels


def reading(compiled: CompiledCircuit, basis: str) -> SoftwareFrame:
    """Native gates, the key's measurements, and reference and clone read in one basis, corrections in software."""
    circuit = stim.Circuit()
    for instruction in compiled.circuit:
        if instruction.name not in ("MPP", "OBSERVABLE_INCLUDE"):
            circuit.append(instruction)
    made, frame = circuit.num_measurements, compiled.trip.frame
    for gate, records in (("CX", frame.x_records), ("CZ", frame.z_records)):
        for record in records.tolist():
            circuit.append(gate, [stim.target_rec(record - made), compiled.qubit])
    circuit.append(basis, [compiled.trip.reference, compiled.qubit])
    return SoftwareFrame.of(circuit, (made, made + 1))


def parity(frame: SoftwareFrame) -> float:
    """The exact mean parity of the two wanted bits, readout errors included."""
    from qiskit_aer import AerSimulator

    noisy = aer_program.aer_program(frame.circuit, KINGSTON)
    assert noisy.terminal
    assert not noisy.inverted
    read = {
        noisy.program.find_bit(step.clbits[0]).index: noisy.program.find_bit(step.qubits[0]).index
        for step in noisy.program.data
        if step.operation.name == "measure"
    }
    bare = noisy.program.remove_final_measurements(inplace=False)
    bare.save_probabilities(list(range(bare.num_qubits)))
    result = AerSimulator(method="density_matrix", max_parallel_threads=1).run(bare).result()
    assert result.success, result.status
    mean = np.asarray(result.data(0)["probabilities"]).reshape((2,) * bare.num_qubits)
    wanted = {read[record] for record in set(frame.parities[0]) ^ set(frame.parities[1])}
    for place in reversed(range(bare.num_qubits)):  # the first axis is the last qubit
        one, zero = noisy.flips[place] if place in wanted else (0.0, 0.0)
        weights = np.array([1 - 2 * one, 2 * zero - 1]) if place in wanted else np.ones(2)
        mean = np.tensordot(weights, mean, axes=(0, 0))
    return float(mean) * (-1 if frame.inverted[0] ^ frame.inverted[1] else 1)


def physical_fidelity(compiled: CompiledCircuit) -> float:
    xx, yy, zz = (parity(reading(compiled, basis)) for basis in ("MX", "MY", "M"))
    return (1 + xx - yy + zz) / 4


@pytest.mark.parametrize("method", ["measured", "unitary"])
@pytest.mark.parametrize("n", [2, 3])
def test_twirling_waits_and_readout_costs_next_to_nothing(n, method):
    """What is left is of second order in differences of readout directions; bound as documented."""
    compiled = compile_circuit(n, KINGSTON, method=method)
    with depolarizing_gates():
        physical = physical_fidelity(compiled)
    assert physical == pytest.approx(compiled.fidelities[compiled.clone], abs=2e-5)


@pytest.mark.parametrize("method", ["measured", "unitary"])
def test_gates_that_relax_change_little(method):
    """Bound as documented; the sign is open, for some published errors are smaller than relaxation alone allows."""
    compiled = compile_circuit(2, KINGSTON, method=method)
    assert physical_fidelity(compiled) == pytest.approx(compiled.fidelities[compiled.clone], abs=4e-3)


def print_table() -> None:
    """The table of docs/theory/hardware.md."""
    print("| $n$ | decoder | qubits | $F_e$, Pauli model | physical waits, readout | physical gates too |")
    print("|---|---|---|---|---|---|")
    for method in ("measured", "unitary"):
        for n in (2, 3, 4, 5):
            compiled = compile_circuit(n, KINGSTON, method=method)
            pauli = compiled.fidelities[compiled.clone]
            with depolarizing_gates():
                waits = physical_fidelity(compiled) - pauli
            gates = physical_fidelity(compiled) - pauli
            print(
                f"| {n} | {method} | {compiled.device_qubits} | {pauli:.5f} | {waits:+.1e} | {gates:+.1e} |", flush=True
            )


if __name__ == "__main__":
    print_table()
