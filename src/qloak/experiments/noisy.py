"""Noise of a device in an experiment's circuit, for each order in which the two ends can be read.

Pauli noise alone: depolarizing gates, twirled relaxation while waiting, symmetric readout errors. In this model an
echo does nothing, and twirling nothing: it holds no coherent error that they could average out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np
import stim

from ..compile.lower import stim_of
from ..compile.noisy import END_TAG
from ..core.types import FloatArray
from ..errors import UsageError
from ..noise import Device, PauliNoise, idle_pauli, schedule, with_idle_noise
from ..noise.schedule import IDLE_TAG
from ..noise.write import noise_text
from .physical import PhysicalCircuit

__all__ = ["ORDERS", "Order", "noisy_circuit", "noisy_operations", "scaled_device", "segments"]

Order: TypeAlias = Literal["together", "reference-first", "clone-first"]

ORDERS: tuple[Order, ...] = ("reference-first", "together", "clone-first")
"""Of reading the reference and the clone, as scenarios 2-1, 2-2 and 2-3 of [Yamaguchi2026hardware]."""


def noisy_circuit(physical: PhysicalCircuit, device: Device, *, order: Order = "together") -> stim.Circuit:
    """The circuit with the device's noise and noiseless checks at its end.

    Every operation runs as late as possible. With "reference-first" the reference is read between encryption and
    decryption, which waits for that; with "clone-first" it is read when the clone has been. The readout of an end
    is depolarizing noise of strength 3/2 e, which shrinks all its Paulis by 1 - 2 e as wrong records do.

    Raises:
        UsageError: if an order asks for two stages or two ends that the circuit does not have, or the circuit for
            qubits or couplers that the device does not have.
    """
    return noisy_operations(physical, device, order=order) + physical.check_circuit()


def noisy_operations(physical: PhysicalCircuit, device: Device, *, order: Order = "together") -> stim.Circuit:
    """`noisy_circuit` without the checks."""
    noisy = device.noise_model().noisy_circuit(_timed(segments(physical, order), device))
    circuit = stim.Circuit()
    for instruction in noisy:
        if instruction.tag == END_TAG and instruction.name == "M":
            (flip,) = instruction.gate_args_copy() or (0.0,)
            circuit.append("DEPOLARIZE1", instruction.targets_copy(), min(1.5 * flip, 0.75), tag=END_TAG)
        else:
            circuit.append(instruction)
    return circuit


def scaled_device(device: Device, scale: float) -> Device:
    """The device with all error probabilities and decay rates multiplied by a factor."""

    def more(errors: FloatArray) -> FloatArray:
        return np.minimum(errors * scale, 1.0)

    return replace(
        device,
        name=f"{device.name} x{scale:g}",
        t1_seconds=device.t1_seconds / scale,
        t2_seconds=device.t2_seconds / scale,
        one_qubit_errors=more(device.one_qubit_errors),
        two_qubit_errors=more(device.two_qubit_errors),
        one_given_zero=more(device.one_given_zero),
        zero_given_one=more(device.zero_given_one),
    )


def segments(physical: PhysicalCircuit, order: Order) -> list[stim.Circuit]:
    """Parts of the circuit between which everything waits, readout of the ends included."""
    if order not in ORDERS:
        raise UsageError.of("order", order, f"one of {', '.join(ORDERS)}")
    if order == "together":
        return [_read(stim_of(physical.operations), physical.ends)]
    if len(physical.ends) != 2:
        raise UsageError.of("order", order, "together, for this circuit has no reference and clone")
    reference, clone = physical.ends
    if order == "clone-first":
        return [_read(stim_of(physical.operations), [clone]), _read(stim.Circuit(), [reference])]
    if len(physical.stages) != 2:
        raise UsageError.of("order", order, "another one, for the stages of this circuit are not kept apart")
    first, second = map(stim_of, physical.stages)
    return [first, _read(stim.Circuit(), [reference]), _read(second, [clone])]


def _read(circuit: stim.Circuit, ends: Sequence[int]) -> stim.Circuit:
    circuit.append("M", ends, tag=END_TAG)
    return circuit


def _timed(segments: Sequence[stim.Circuit], device: Device) -> stim.Circuit:
    """The segments one after the other with noise on waiting qubits, across their borders too."""
    if len(segments) == 1:
        return with_idle_noise(segments[0], device)
    timing = device.timing()
    idle: dict[int, float] = {}  # qubit in use -> how long it has waited by the end of the segment
    out = stim.Circuit()
    for segment in segments:
        first, last = _busy(segment, device)
        start, stop = min(first.values()), max(last.values())
        waits = {q: idle[q] + first[q] - start for q in sorted(first) if q in idle}
        waits = {q: wait for q, wait in waits.items() if wait > 0}
        if waits:
            qubits = np.array(list(waits), dtype=np.int64)
            noise = idle_pauli(np.array(list(waits.values())), *timing.decay(qubits))
            out += stim.Circuit(noise_text(PauliNoise(qubits[:, None], noise), IDLE_TAG))
        out += with_idle_noise(segment, device)
        idle = {q: stop - last[q] if q in last else idle[q] + stop - start for q in {*idle, *last}}
    return out


def _busy(segment: stim.Circuit, device: Device) -> tuple[dict[int, float], dict[int, float]]:
    """When each qubit's first operation begins, and when its last one ends."""
    first: dict[int, float] = {}
    last: dict[int, float] = {}
    for step in schedule(segment, device.timing()):
        for row, begin, end in zip(step.targets.tolist(), step.begin_seconds, step.end_seconds, strict=True):
            for qubit in row:
                first.setdefault(qubit, float(begin))
                last[qubit] = float(end)
    return first, last
