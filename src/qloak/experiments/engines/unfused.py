"""Instructions that are either gates or feed-forward: stim joins both where they have one name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import stim

__all__ = ["is_conditional", "unfused"]


def unfused(circuit: stim.Circuit) -> Iterator[stim.CircuitInstruction]:
    """The instructions of a circuit without repeats, "CX rec[-1] 1 1 2" as two of them."""
    for instruction in circuit:
        if not is_conditional(instruction):
            yield instruction
            continue
        for _, groups in groupby(instruction.target_groups(), lambda g: any(t.is_measurement_record_target for t in g)):
            targets = [target for group in groups for target in group]
            yield stim.CircuitInstruction(instruction.name, targets, instruction.gate_args_copy(), tag=instruction.tag)


def is_conditional(instruction: stim.CircuitInstruction) -> bool:
    """Whether some of its gates depend on records."""
    return stim.gate_data(instruction.name).is_unitary and any(
        target.is_measurement_record_target for target in instruction.targets_copy()
    )
