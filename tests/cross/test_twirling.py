"""What the Pauli model of a device neglects, measured against Aer's density matrices, which are exact.

`python -m tests.cross.test_twirling` prints the tables of the documentation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import stim

from qloak.analysis import pauli_channel
from qloak.circuits import decryption, encryption_circuit
from qloak.circuits.formats.qiskit import to_qiskit
from qloak.core import EncryptedCloning
from qloak.core.types import FloatArray
from qloak.noise import (
    NoiseModel,
    OnReadout,
    PauliNoise,
    Timing,
    idle_pauli,
    load_device,
    noiseless,
    schedule,
    symmetric_flip,
    with_idle_noise,
)
from qloak.noise.gates import VIRTUAL_GATES
from qloak.noise.write import noise_text

pytest.importorskip("qiskit_aer")

KINGSTON = load_device("kingston")
TIMING = KINGSTON.median_timing()
MEDIANS = KINGSTON.medians()
OUTPUT = 1  # S1


@dataclass
class Physical:
    """Gates with physical noise on a density matrix; the reference is the qubit after the scheme's."""

    num_clones: int
    timing: Timing

    def __post_init__(self) -> None:
        from qiskit import QuantumCircuit

        self.reference = 2 * self.num_clones + 1
        self.program = QuantumCircuit(self.reference + 1)
        self.program.h(self.reference)
        self.program.cx(self.reference, 0)

    def gate(self, operation: stim.CircuitInstruction) -> None:
        circuit = stim.Circuit()
        circuit.append(operation)
        converted = to_qiskit(circuit)
        self.program.compose(converted, range(converted.num_qubits), inplace=True)

    def channel(self, channel, qubits: list[int]) -> None:
        self.program.append(channel, qubits)

    def wait(self, qubit: int, seconds: float) -> None:
        """Relaxation and dephasing as they are."""
        from qiskit_aer.noise import thermal_relaxation_error

        t1, t2 = self.timing.decay(np.array([qubit]))
        self.channel(thermal_relaxation_error(t1[0], t2[0], seconds), [qubit])

    def steps(self, circuit: stim.Circuit, after_gate) -> None:
        """A scheduled circuit: waits as they are, each operation, and what follows it."""
        for step in schedule(circuit, self.timing):
            for qubit, seconds in zip(step.waiting.tolist(), step.waiting_seconds.tolist(), strict=True):
                self.wait(qubit, seconds)
            self.gate(step.operation)
            for row in step.targets.tolist():
                after_gate(self, step.operation.name, row)

    def entanglement_fidelity(self) -> float:
        """Overlap of reference and output with the Bell state."""
        from qiskit_aer import AerSimulator

        self.program.save_density_matrix([OUTPUT, self.reference])
        result = AerSimulator(method="density_matrix").run(self.program).result()
        assert result.success, result.status
        rho = np.asarray(result.data(0)["density_matrix"])
        return float(rho[np.ix_([0, 3], [0, 3])].sum().real / 2)


def depolarizing(physical: Physical, name: str, qubits: list[int]) -> None:
    """Behind each gate the depolarizing channel with the published infidelity, as in Qloak's model."""
    from qiskit_aer.noise import depolarizing_error

    if name in VIRTUAL_GATES:
        return
    infidelity = MEDIANS.two_qubit_error if len(qubits) == 2 else MEDIANS.one_qubit_error
    dimension = 2 ** len(qubits)
    # Aer's parameter: the chance to be replaced by the maximally mixed state. 1 - F_avg = parameter (d - 1)/d.
    physical.channel(depolarizing_error(infidelity * dimension / (dimension - 1), len(qubits)), qubits)


def relaxing(physical: Physical, name: str, qubits: list[int]) -> None:
    """Behind each gate relaxation for its duration, and depolarizing for the rest of the published infidelity."""
    from qiskit.quantum_info import average_gate_fidelity
    from qiskit_aer.noise import depolarizing_error, thermal_relaxation_error

    if name in VIRTUAL_GATES:
        return
    two = len(qubits) == 2
    infidelity = MEDIANS.two_qubit_error if two else MEDIANS.one_qubit_error
    seconds = MEDIANS.two_qubit_seconds if two else MEDIANS.one_qubit_seconds
    relaxation = thermal_relaxation_error(MEDIANS.t1_seconds, MEDIANS.t2_seconds, seconds)
    if two:
        relaxation = relaxation.expand(relaxation)
    fidelity = average_gate_fidelity(relaxation.to_quantumchannel())
    # F_avg is linear in the parameter, and 1/d where the state is replaced altogether.
    parameter = (fidelity - (1 - infidelity)) / (fidelity - 1 / 2 ** len(qubits))
    physical.channel(relaxation, qubits)
    physical.channel(depolarizing_error(parameter, len(qubits)), qubits)


def nothing(physical: Physical, name: str, qubits: list[int]) -> None:
    """Perfect gates."""


def physical_fidelity(n: int, stored_seconds: float, after_gate, timing: Timing = TIMING) -> float:
    """F_e of encrypting, storing all qubits and decrypting S1, with physical waits."""
    physical = Physical(n, timing)
    physical.steps(encryption_circuit(EncryptedCloning(n)), after_gate)
    for qubit in range(2 * n + 1):
        physical.wait(qubit, stored_seconds)
    physical.steps(decryption(EncryptedCloning(n), "S1").circuit, after_gate)
    return physical.entanglement_fidelity()


def twirled_fidelity(n: int, stored_seconds: float, model: NoiseModel, timing: Timing = TIMING) -> float:
    """The same in Qloak's model of independent Pauli channels."""
    stored = np.arange(2 * n + 1)
    waiting = PauliNoise(stored[:, None], idle_pauli(stored_seconds, *timing.decay(stored)))
    circuit = with_idle_noise(encryption_circuit(EncryptedCloning(n)), timing)
    circuit += stim.Circuit(noise_text(waiting))
    circuit += with_idle_noise(decryption(EncryptedCloning(n), "S1").circuit, timing)
    return pauli_channel(circuit, model, output=OUTPUT).entanglement_fidelity


def read_out(physical: Physical, circuit: stim.Circuit, wrong: FloatArray, after_gate) -> None:
    """A measured decryption with its measurements deferred: a noisy record is a dephased qubit that may jump.

    Args:
        wrong: shape (num_qubits, 2), chance that the record of each qubit is wrong where it is 0 and where 1.
    """
    from qiskit.quantum_info import Kraus

    measured: list[int] = []
    for instruction in circuit:
        for group in instruction.target_groups():
            qubits = [target.value for target in group]
            if instruction.name in ("M", "MX", "MY"):
                if instruction.name == "MY":
                    physical.program.sdg(qubits[0])
                if instruction.name != "M":
                    physical.program.h(qubits[0])
                jumps = []
                for bit in (0, 1):
                    for record in (0, 1):
                        jump = np.zeros((2, 2))
                        chance = wrong[qubits[0], bit]
                        jump[record, bit] = np.sqrt(chance if record != bit else 1 - chance)
                        jumps.append(jump)
                physical.channel(Kraus(jumps), qubits)
                measured.append(qubits[0])
            elif group[0].is_measurement_record_target:
                control = measured[group[0].value]
                {"CX": physical.program.cx, "CZ": physical.program.cz}[instruction.name](control, qubits[1])
            else:
                physical.gate(stim.CircuitInstruction(instruction.name, group))
                after_gate(physical, instruction.name, qubits)


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("microseconds", [10, 100])
def test_storage_alone_is_twirled_without_error(n, microseconds):
    """No product of the Z that the checks have on stored qubits is a stabilizer, so relaxation leaves no trace."""
    instant = Timing(0.0, 0.0, 0.0, 0.0, t1_seconds=TIMING.t1_seconds, t2_seconds=TIMING.t2_seconds)
    seconds = 1e-6 * microseconds
    twirled = twirled_fidelity(n, seconds, noiseless(), instant)
    assert physical_fidelity(n, seconds, nothing, instant) == pytest.approx(twirled, abs=1e-12)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_circuits_with_waits_are_twirled_almost_without_error(n):
    """Depolarizing gates, 30 us of storage and the waits inside the circuits; bound as documented."""
    twirled = twirled_fidelity(n, 30e-6, KINGSTON.median_model())
    assert physical_fidelity(n, 30e-6, depolarizing) == pytest.approx(twirled, abs=2e-5)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_depolarizing_gates_are_a_little_pessimistic(n):
    """Against gates that relax for their duration and have the same infidelity; bound as documented."""
    twirled = twirled_fidelity(n, 0.0, KINGSTON.median_model())
    assert 0 < physical_fidelity(n, 0.0, relaxing) - twirled < 1e-3


@pytest.mark.parametrize("n", [2, 3, 4])
def test_directional_readout_of_the_key_acts_as_its_mean(n):
    """Exactly, whatever other noise there is: very unequal directions, and noisy gates."""
    rng = np.random.default_rng(n)
    wrong = rng.uniform(0, 0.4, size=(2 * n + 1, 2))
    circuit = decryption(EncryptedCloning(n), "S1", method="measured").circuit
    physical = Physical(n, TIMING)
    read_out(physical, encryption_circuit(EncryptedCloning(n)), wrong, depolarizing)
    read_out(physical, circuit, wrong, depolarizing)
    model = KINGSTON.median_model()
    flips = OnReadout(symmetric_flip(wrong[:, 0], wrong[:, 1]))
    model = model.with_edits(rules=(flips, *model.rules))
    expected = pauli_channel(EncryptedCloning(n), model, method="measured").entanglement_fidelity
    assert physical.entanglement_fidelity() == pytest.approx(expected, abs=1e-12)


def print_tables() -> None:
    """The tables of docs/theory/noise.md."""
    model = KINGSTON.median_model()
    print("| n | stored, us | F_e, Qloak | physical waits | physical waits and gates |")
    print("|---|---|---|---|---|")
    for n in (2, 3, 4):
        for microseconds in (0, 10, 30, 100):
            seconds = 1e-6 * microseconds
            twirled = twirled_fidelity(n, seconds, model)
            errors = [physical_fidelity(n, seconds, each) - twirled for each in (depolarizing, relaxing)]
            waits, gates = (f"{error:+.1e}" if abs(error) > 1e-12 else "0" for error in errors)
            print(f"| {n} | {microseconds} | {twirled:.6f} | {waits} | {gates} |")


if __name__ == "__main__":
    print_tables()
