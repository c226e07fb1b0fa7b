"""When operations run and how long qubits wait, with TICK as the border that everything waits for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import stim

from ...noise import Timing, schedule
from .unfused import is_conditional, unfused

__all__ = ["TimedStep", "timed_steps"]


@dataclass(frozen=True, slots=True, eq=False)
class TimedStep:
    """One instruction, and who has waited before it.

    Attributes:
        waits: qubits and for how many seconds each has waited since its last operation.
        operation: the instruction; it touches no qubit twice.
        targets: the qubits of each of its gates; none for what takes no time.
    """

    waits: tuple[tuple[int, float], ...]
    operation: stim.CircuitInstruction
    targets: list[list[int]]


def timed_steps(circuit: stim.Circuit, timing: Timing) -> Iterator[TimedStep]:
    """The operations of a circuit in its order.

    Between two TICKs every operation runs as late as possible. Feed-forward takes no time: its Paulis are virtual.

    Args:
        circuit: flattened, on the qubits of the device.
        timing: of the device.

    Raises:
        UsageError: for operations, qubits or couplers that the device does not have.
    """
    idle: dict[int, float] = {}  # qubit in use -> how long it has waited by the end of the segment
    for segment, conditional in _segments(circuit):
        steps = schedule(segment, timing)
        begins = [float(step.begin_seconds.min()) for step in steps if len(step.targets)]
        ends = [float(step.end_seconds.max()) for step in steps if len(step.targets)]
        start, stop = min(begins, default=0.0), max(ends, default=0.0)
        last: dict[int, float] = {}
        for step in steps:
            rows = step.targets.tolist()
            waits = dict(zip(step.waiting.tolist(), step.waiting_seconds.tolist(), strict=True))
            for row, begin, end in zip(rows, step.begin_seconds.tolist(), step.end_seconds.tolist(), strict=True):
                for qubit in row:
                    if qubit not in last and qubit in idle and (wait := idle[qubit] + begin - start) > 0:
                        waits[qubit] = wait
                    last[qubit] = end
            tag = step.operation.tag
            if tag in conditional:
                yield TimedStep(tuple(sorted(waits.items())), conditional[tag], [])
            else:
                yield TimedStep(tuple(sorted(waits.items())), step.operation, rows)
        idle = {q: stop - last[q] if q in last else idle[q] + stop - start for q in idle.keys() | last.keys()}


def _segments(circuit: stim.Circuit) -> Iterator[tuple[stim.Circuit, dict[str, stim.CircuitInstruction]]]:
    """The parts between TICKs, with a tagged Z for each conditional Pauli, and what each tag stands for.

    A record of an earlier part has no number in a later one.
    """
    segment, conditional = stim.Circuit(), dict[str, stim.CircuitInstruction]()
    for number, instruction in enumerate(unfused(circuit)):
        if instruction.name == "TICK":
            yield segment, conditional
            segment, conditional = stim.Circuit(), {}
        elif is_conditional(instruction):
            for place, group in enumerate(instruction.target_groups()):
                tag = f"conditional {number} {place}"
                conditional[tag] = stim.CircuitInstruction(instruction.name, group)
                segment.append("Z", [each.value for each in group if each.is_qubit_target], tag=tag)
        else:
            segment.append(instruction)
    yield segment, conditional
