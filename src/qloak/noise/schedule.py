"""Schedules: when each operation runs, and how long qubits wait in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import stim

from ..core.types import FloatArray, IntArray
from ..errors import UsageError
from .channel import PauliNoise
from .device import Device
from .gates import MEASUREMENTS, RESETS
from .idle import idle_pauli
from .runs import disjoint_runs, equal_stretches
from .timing import Timing
from .write import noise_text

__all__ = ["IDLE_TAG", "Step", "schedule", "with_idle_noise"]

IDLE_TAG = "idle"
"""Tag of the noise instructions that stand for waiting."""

_SHORTEST_SECONDS = 1e-15


def _none() -> IntArray:
    """No qubits, no records."""
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Operations that touch no qubit twice, and when they run.

    Attributes:
        operation: one stim instruction.
        targets: shape (g, w), the qubits of each operation; empty for what takes no part in the schedule.
        begin_seconds: shape (g,), on a clock whose zero means nothing.
        end_seconds: shape (g,).
        waiting: qubits that have waited since their last operation, ascending.
        waiting_seconds: for how long.
    """

    operation: stim.CircuitInstruction
    targets: IntArray
    begin_seconds: FloatArray
    end_seconds: FloatArray
    waiting: IntArray
    waiting_seconds: FloatArray


def with_idle_noise(
    circuit: stim.Circuit,
    device: Device | Timing,
    *,
    policy: Literal["alap", "asap"] = "alap",
    feed_forward_seconds: float = 0.0,
) -> stim.Circuit:
    """The circuit with noise on waiting qubits, as PAULI_CHANNEL_1 tagged "idle".

    A qubit waits between its first and its last operation; before the first it is taken to be prepared just
    in time, after the last nobody needs it. Composite measurements (MPP) are checks, not operations. The
    noise stands in front of the operation that ends the wait.

    Args:
        circuit: on the device's qubits; repeated blocks are unrolled.
        device: durations and decay times; `Device.median_timing()` for a device of median qubits.
        policy: run every operation as late as possible, so that all qubits end together ("alap"), or as soon
            as possible ("asap").
        feed_forward_seconds: time from the end of a measurement to the gate that depends on it.

    Raises:
        UsageError: for an operation, qubit or coupler that the device does not have, or a waiting qubit
            whose T1 or T2 is unknown.
    """
    timing = device.timing() if isinstance(device, Device) else device
    out = stim.Circuit()
    for step in schedule(circuit, timing, policy=policy, feed_forward_seconds=feed_forward_seconds):
        if len(step.waiting):
            noise = idle_pauli(step.waiting_seconds, *timing.decay(step.waiting))
            out += stim.Circuit(noise_text(PauliNoise(step.waiting[:, None], noise), IDLE_TAG))
        out.append(step.operation)
    return out


def schedule(
    circuit: stim.Circuit,
    timing: Timing,
    *,
    policy: Literal["alap", "asap"] = "alap",
    feed_forward_seconds: float = 0.0,
) -> list[Step]:
    """The operations in the order of the circuit, with their times; arguments as for `with_idle_noise`."""
    if policy not in ("alap", "asap"):
        raise UsageError.of("policy", policy, "alap or asap")
    if not (np.isfinite(feed_forward_seconds) and feed_forward_seconds >= 0):
        raise UsageError.of("feed_forward_seconds", feed_forward_seconds, "a time of at least 0")
    pieces = list(_pieces(circuit, timing))
    ordered = pieces if policy == "asap" else pieces[::-1]
    begins = _begin_times(ordered, circuit, feed_forward_seconds, late=policy == "alap")
    if policy == "alap":
        begins.reverse()
    return _with_waits(pieces, begins, circuit.num_qubits)


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Part of an instruction that touches no qubit twice; no targets where it takes no part in the schedule."""

    operation: stim.CircuitInstruction
    targets: IntArray
    seconds: FloatArray
    reads: IntArray = field(default_factory=_none)
    makes: IntArray = field(default_factory=_none)


def _pieces(circuit: stim.Circuit, timing: Timing) -> Iterator[_Piece]:
    """The parts of a circuit, records numbered from its start."""
    measured = 0
    for instruction in circuit.flattened():
        name = instruction.name
        gate = stim.gate_data(name)
        timed = (gate.is_unitary and not gate.takes_pauli_targets) or name in MEASUREMENTS or name in RESETS
        if not timed and (gate.is_unitary or (gate.produces_measurements and gate.is_two_qubit_gate)):
            timing.seconds(name, np.zeros((0, 1), dtype=np.int64))  # raises: there is no such operation
        if timed:
            yield from _timed_pieces(instruction, timing, measured)
        else:
            yield _Piece(instruction, np.zeros((0, 1), dtype=np.int64), np.zeros(0))
        measured += instruction.num_measurements


def _timed_pieces(instruction: stim.CircuitInstruction, timing: Timing, measured: int) -> Iterator[_Piece]:
    """The parts of one instruction."""
    name = instruction.name
    groups = instruction.target_groups()
    classical = [any(not t.is_qubit_target and not t.is_inverted_result_target for t in group) for group in groups]
    qubits = [[t.value for t in group if t.is_qubit_target or t.is_inverted_result_target] for group in groups]
    for start, stop in equal_stretches(np.array(classical)):
        array = np.array(qubits[start:stop], dtype=np.int64)
        for first, end in disjoint_runs(array):
            part = groups[start + first : start + end]
            targets = array[first:end]
            operation = stim.CircuitInstruction(
                name, [t for group in part for t in group], instruction.gate_args_copy(), tag=instruction.tag
            )
            if classical[start]:
                reads = [measured + t.value for group in part for t in group if t.is_measurement_record_target]
                yield _Piece(operation, targets, _correction_seconds(name, targets, timing), reads=np.array(reads))
            else:
                makes = np.arange(first, end) + measured if name in MEASUREMENTS else _none()
                yield _Piece(operation, targets, timing.seconds(name, targets), makes=makes)


def _correction_seconds(name: str, targets: IntArray, timing: Timing) -> FloatArray:
    """A Pauli on condition takes the time of the Pauli."""
    pauli = {"CX": "X", "XCZ": "X", "CY": "Y", "YCZ": "Y"}.get(name, "Z")
    return timing.seconds(pauli, targets)


def _begin_times(pieces: list[_Piece], circuit: stim.Circuit, latency: float, *, late: bool) -> list[FloatArray]:
    """Begin of every operation, each as soon as its qubits and records allow; backwards in time where late.

    Backwards, the pieces come in reverse, a record is needed before it is made, and times are negated.
    """
    free = np.zeros(circuit.num_qubits)
    records = np.zeros(circuit.num_measurements)
    begins = []
    for piece in pieces:
        start = free[piece.targets].max(axis=1, initial=0.0)
        awaited = piece.makes if late else piece.reads
        if len(awaited):
            start = np.maximum(start, records[awaited])
        stop = start + piece.seconds
        free[piece.targets] = stop[:, None]
        announced = piece.reads if late else piece.makes
        if len(announced):
            np.maximum.at(records, announced, stop + latency)
        begins.append(-stop if late else start)
    return begins


def _with_waits(pieces: list[_Piece], begins: list[FloatArray], num_qubits: int) -> list[Step]:
    """Steps with the gaps between the operations on each qubit."""
    last = np.full(num_qubits, np.nan)
    steps = []
    for piece, begin in zip(pieces, begins, strict=True):
        end = begin + piece.seconds
        qubits = piece.targets.ravel()
        waits = np.repeat(begin, piece.targets.shape[1]) - last[qubits]
        waited = np.flatnonzero(waits > _SHORTEST_SECONDS)
        waited = waited[np.argsort(qubits[waited])]
        steps.append(Step(piece.operation, piece.targets, begin, end, qubits[waited], waits[waited]))
        last[qubits] = np.repeat(end, piece.targets.shape[1])
    return steps
