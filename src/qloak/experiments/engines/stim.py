"""Counts by sampling a circuit that holds its Pauli noise; any size, millions of shots.

The samples depend on the task alone, for one version of stim on one kind of processor: stim draws its random numbers
in vectors as wide as the processor has them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import stim

from ...core.types import BitArray
from ...errors import LimitError, UsageError
from ..task import Outcome, Task
from .exact import parsed

__all__ = ["MAX_SHOTS", "histogram", "run"]

MAX_SHOTS = 10**10

_BATCH_BITS = 2**27  # 128 MiB of records at a time
_SEEDS = 2**63


def run(task: Task) -> Outcome:
    """Evaluate a task of the engine "stim".

    Its quantity is "counts", of the records `record_bits` with feed-forward made by the circuit itself, or
    "observables", of the flips of all observables against the noiseless circuit, observable 0 first.

    Raises:
        UsageError: for another quantity, a record or observable that does not exist, or no shots.
        ProgramError: for what is no circuit, or has other gates than Clifford ones.
    """
    circuit = parsed(task.circuit)
    if task.shots < 1:
        raise UsageError.of("shots", task.shots, "at least 1, for the engine stim")
    if task.shots > MAX_SHOTS:
        raise LimitError.of("shots", task.shots, f"at most {MAX_SHOTS}")
    draw = _drawer(circuit, task)
    total: Counter[str] = Counter()
    batch = max(1, _BATCH_BITS // (circuit.num_measurements + 1))
    for first in range(0, task.shots, batch):
        total.update(histogram(draw(min(batch, task.shots - first))))
    return Outcome(task.id, dict(sorted(total.items())), {})


def histogram(bits: BitArray) -> dict[str, int]:
    """How often each row occurs, as a string of its bits, first bit first.

    Args:
        bits: shape (shots, width).
    """
    # Sorted as words of 64 bits, which is an order of magnitude faster than as rows of bits.
    packed = np.packbits(bits, axis=1)
    words = np.zeros((len(bits), 8 * -(-packed.shape[1] // 8)), dtype=np.uint8)
    words[:, : packed.shape[1]] = packed
    keys = words.view(np.uint64)
    _, first, counts = np.unique(
        keys[:, 0] if keys.shape[1] == 1 else keys, axis=0, return_index=True, return_counts=True
    )
    texts = (row.tobytes().decode() for row in bits[first] + np.uint8(ord("0")))
    return dict(zip(texts, counts.tolist(), strict=True))


def _drawer(circuit: stim.Circuit, task: Task) -> Callable[[int], BitArray]:
    """What draws the wanted bits, shape (shots, width), for so many shots."""
    seed = int(task.rng().integers(_SEEDS))
    if task.quantity == "observables":
        _expect(circuit.num_observables, task)
        flips = circuit.compile_detector_sampler(seed=seed)
        return lambda shots: flips.sample(shots, separate_observables=True)[1]
    if task.quantity == "counts":
        width = circuit.num_measurements
        _expect(width, task)
        wrong = [bit for bit in task.record_bits if not 0 <= bit < width]
        if wrong:
            raise UsageError.of("record_bits", wrong[0], f"a record from 0 to {width - 1}")
        wanted = list(task.record_bits or range(width))
        records = circuit.compile_sampler(seed=seed)
        return lambda shots: records.sample(shots)[:, wanted]
    raise UsageError.of("quantity", task.quantity, "counts or observables, for the engine stim")


def _expect(width: int, task: Task) -> None:
    if not width:
        what = "records" if task.quantity == "counts" else "observables"
        raise UsageError.of("circuit", task.circuit, f"a circuit with {what}")
