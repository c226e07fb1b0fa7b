"""What a unit costs each of its clones: the noise places that its decryption is sensitive to.

Decrypting a clone means reading two checks P and Q, and with them P Q, on reference, clone and key. An error
counts if it flips one of them. Propagated backwards through the unit, each check touches some of its gates; a
touched gate of depolarizing strength p multiplies that check by 1 - 16p/15. The entanglement fidelity is a
quarter of 1 + the three products, so to first order each touch costs (16/15) p/4. Child units start from the
checks of their input, whichever two they are, so costs add along the path from the source to the clone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..core.types import FloatArray
from .unit import Unit

__all__ = ["HORIZON", "UnitWeights", "busy_until", "needed_layers", "unit_weights"]

HORIZON = 33
"""Inputs that are ready in this layer or later are not considered."""

_LETTERS = {"X": (1, 0), "Y": (1, 1), "Z": (0, 1)}


@dataclass(frozen=True, slots=True, eq=False)
class UnitWeights:
    """Costs of one unit as weights of error strengths.

    Attributes:
        couplers: shape (3, edges): times touched (of the three checks, over 4) by clone and by coupler of the
            shape, the gate of a B-type decryption included.
        gates: number of two-qubit gates.
    """

    couplers: FloatArray
    gates: int


@cache
def unit_weights(unit: Unit) -> UnitWeights:
    """The weights of a unit, for its clones in order.

    Raises:
        StopIteration: never for a verified unit.
    """
    edges = {frozenset(edge): i for i, edge in enumerate(unit.edges)}
    couplers = np.zeros((len(unit.clones), len(edges)))
    gates = [_gate_masks(gate, unit.num_qubits + 1) for gate in unit.gates]
    checks = _checks(unit, gates)
    for row, (clone, kind) in enumerate(unit.clones):
        touched = _touches(unit, checks[clone], gates)
        for (a, b, _), times in zip(unit.gates, touched, strict=True):
            couplers[row, edges[frozenset((a, b))]] += times / 4
        if kind == "B":
            couplers[row, edges[frozenset(unit.key)]] += 3 / 4
    return UnitWeights(couplers, len(unit.gates))


@cache
def busy_until(unit: Unit) -> tuple[tuple[int, ...], ...]:
    """Per position the last layer in use, for an input that is busy until layer 0, 1, ... HORIZON - 1.

    The other qubits of a unit are fresh, so this is all that its surroundings have to say about its layers.
    """
    rows = []
    for ready in range(unit.depth + 2):
        busy = [0] * unit.num_qubits
        busy[unit.input] = ready
        for a, b, _ in unit.gates:
            busy[a] = busy[b] = max(busy[a], busy[b]) + 1
        rows.append(tuple(busy))
    # From there on whatever follows a gate of the input waits for the input alone, and nothing else for it.
    last, steps = rows[-1], [late - early for early, late in zip(*rows[-2:], strict=True)]
    rows += [
        tuple([q + more * s for q, s in zip(last, steps, strict=True)]) for more in range(1, HORIZON - len(rows) + 1)
    ]
    return tuple(rows)


@cache
def needed_layers(unit: Unit) -> tuple[int, ...]:
    """The layers that unit and decryption of each of its clones need, by the layer until which the input is busy."""
    reading = int(any(kind == "B" for _, kind in unit.clones))
    return tuple(max(*row, max(row[q] for q in unit.key) + reading) for row in busy_until(unit))


def _touches(unit: Unit, pair: tuple[int, int], gates: Sequence[tuple[int, int]]) -> list[int]:
    """For each gate how many of P, Q, PQ act on its qubits right after it."""
    size = unit.num_qubits + 1
    counts = []
    first, second = pair
    for (a, b, _), masks in zip(reversed(unit.gates), reversed(gates), strict=True):
        there = 1 << a | 1 << b | 1 << (a + size) | 1 << (b + size)
        parts = first & there, second & there
        counts.append((parts[0] != 0) + (parts[1] != 0) + (parts[0] != parts[1]))
        first, second = _through(first, masks, size), _through(second, masks, size)
    return counts[::-1]


def _checks(unit: Unit, gates: Sequence[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """By clone the two stabilizers on reference, clone and key only; bits are x of all qubits, then z."""
    size = unit.num_qubits + 1
    reference = size - 1
    logical = [1 << unit.input | 1 << reference, (1 << unit.input | 1 << reference) << size]
    fresh = [1 << (q + size) for q in range(unit.num_qubits) if q != unit.input]
    images = []
    for start in (*logical, *fresh):
        image = start
        for masks in gates:
            image = _through(image, masks, size)
        images.append(image)
    x, z, *others = images
    products = [0]
    for image in others:
        products += [each ^ image for each in products]
    found = {}
    for clone, _ in unit.clones:
        strangers = sum(1 << q | 1 << (q + size) for q, _ in unit.clones if q != clone)
        pair = [next(each ^ logical for each in products if not (each ^ logical) & strangers) for logical in (x, z)]
        found[clone] = pair[0], pair[1]
    return found


def _gate_masks(gate: tuple[int, int, str], size: int) -> tuple[int, int]:
    """P_a and Q_b of a gate as bits."""
    a, b, letters = gate
    masks = []
    for qubit, letter in ((a, letters[0]), (b, letters[1])):
        x, z = _LETTERS[letter]
        masks.append(x << qubit | z << (qubit + size))
    return masks[0], masks[1]


def _through(pauli: int, masks: tuple[int, int], size: int) -> int:
    """A Pauli conjugated by the controlled Pauli of two masks, sign left out."""
    first, second = masks
    # Halves exchanged, an even number of common bits means that two Paulis commute.
    exchanged = pauli >> size | (pauli & (1 << size) - 1) << size
    turned = pauli ^ second if (first & exchanged).bit_count() & 1 else pauli
    return turned ^ first if (second & exchanged).bit_count() & 1 else turned
