"""Qiskit's V2 sampler on a model of a processor, with each error once and where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import MissingExtraError
from ...noise import Device
from .aer_noise import Channels

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.primitives import PubResult
    from qiskit.transpiler import Target
    from qiskit_aer.noise import NoiseModel, QuantumError
    from qiskit_ibm_runtime import SamplerV2

__all__ = ["local_counts", "raw_counts", "sampler_class"]

_PULSES = {"sx": "SQRT_X", "x": "X"}
_NO_USE = frozenset({"barrier", "delay"})


def local_counts(circuit: QuantumCircuit, target: Target, device: Device, *, shots: int, seed: int) -> dict[str, int]:
    """Raw counts of one circuit, bit 0 first.

    Aer charges waiting only where there are delays, so the circuit is scheduled first, as late as possible. Readout
    errors are those of the calibration, direction by direction, and act once.

    Args:
        circuit: in the processor's instructions.
        target: of the processor.
        device: its calibration.
        shots: at least 1.
        seed: of the simulator.

    Raises:
        MissingExtraError: without qiskit-aer or qiskit-ibm-runtime.
    """
    try:
        from qiskit_aer import AerSimulator

        sampler = sampler_class()
    except ImportError:
        raise MissingExtraError.of("qiskit-aer or qiskit-ibm-runtime", "aer,ibm") from None
    used = sorted(
        {circuit.find_bit(q).index for step in circuit.data if step.operation.name not in _NO_USE for q in step.qubits}
    )
    waiting = _relaxed(_compact(_with_delays(circuit, target), used), device, used, target.dt)
    simulator = AerSimulator(noise_model=_noise_model(circuit, device, used), max_parallel_threads=1)
    (result,) = (
        sampler(mode=simulator, options={"simulator": {"seed_simulator": seed}}).run([(waiting, None, shots)]).result()
    )
    return raw_counts(result)


def raw_counts(result: PubResult) -> dict[str, int]:
    """Raw counts of one circuit, bit 0 first; Qiskit has it last."""
    (register,) = result.data.values()
    return {text[::-1]: int(number) for text, number in sorted(register.get_counts().items())}


def sampler_class() -> type[SamplerV2]:
    """The V2 sampler of qiskit-ibm-runtime: the newer one that prepares in the client, where there is one.

    Raises:
        ImportError: without qiskit-ibm-runtime.
    """
    try:
        from qiskit_ibm_runtime.executor_sampler import Sampler
    except ImportError:
        from qiskit_ibm_runtime import SamplerV2 as Sampler
    found: type[SamplerV2] = Sampler
    return found


def _with_delays(circuit: QuantumCircuit, target: Target) -> QuantumCircuit:
    """The circuit with a delay wherever a qubit waits."""
    from qiskit.transpiler import PassManager
    from qiskit_ibm_runtime.transpiler.passes.scheduling import ALAPScheduleAnalysis, PadDelay

    return PassManager([ALAPScheduleAnalysis(target=target), PadDelay(target=target)]).run(circuit)


def _compact(circuit: QuantumCircuit, used: list[int]) -> QuantumCircuit:
    """The circuit on the qubits in use alone."""
    from qiskit import QuantumCircuit

    place = {qubit: i for i, qubit in enumerate(used)}
    compact = QuantumCircuit(len(used))
    for register in circuit.cregs:
        compact.add_register(register)
    for step in circuit.data:
        places = [place[q] for q in (circuit.find_bit(each).index for each in step.qubits) if q in place]
        # Barriers and delays at the end may span qubits that do nothing.
        if step.operation.name != "barrier" and len(places) == len(step.qubits):
            compact.append(step.operation, places, step.clbits)
    return compact


def _relaxed(circuit: QuantumCircuit, device: Device, used: list[int], dt: float) -> QuantumCircuit:
    """The circuit with relaxation and dephasing behind each delay."""
    from qiskit.circuit import Delay
    from qiskit_aer.noise import RelaxationNoisePass

    times = (device.t1_seconds[used].tolist(), device.t2_seconds[used].tolist())
    return RelaxationNoisePass(*times, dt=dt, op_types=[Delay])(circuit)


def _noise_model(circuit: QuantumCircuit, device: Device, used: list[int]) -> NoiseModel:
    """Errors of the gates in use, and of reading."""
    from qiskit_aer.noise import NoiseModel, ReadoutError

    channels, model = Channels(device), NoiseModel()
    place = {qubit: i for i, qubit in enumerate(used)}
    for qubit in used:
        for gate, name in _PULSES.items():
            model.add_quantum_error(_whole(channels, name, (qubit,)), gate, [place[qubit]])
        one, zero = float(device.one_given_zero[qubit]), float(device.zero_given_one[qubit])
        model.add_readout_error(ReadoutError([[1 - one, one], [zero, 1 - zero]]), [place[qubit]])
    pairs = {
        tuple(circuit.find_bit(q).index for q in step.qubits)
        for step in circuit.data
        if step.operation.name == device.two_qubit_gate
    }
    for a, b in sorted(pairs):
        model.add_quantum_error(_whole(channels, "CZ", (a, b)), device.two_qubit_gate, [place[a], place[b]])
    return model


def _whole(channels: Channels, name: str, qubits: tuple[int, ...]) -> QuantumError:
    """All that follows one gate, as one error on its qubits in order."""
    from qiskit.quantum_info import Operator
    from qiskit_aer.noise import QuantumError

    total = QuantumError(Operator.from_label("I" * len(qubits)))
    for error, touched in channels.after(name, qubits):
        total = total.compose(error, [qubits.index(qubit) for qubit in touched])
    return total
