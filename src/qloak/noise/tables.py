"""Numbers by qubit and by coupler, looked up for whole arrays of targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from ..core.types import FloatArray, IntArray
from ..errors import UsageError

__all__ = ["CouplerTable", "checked_probability", "look_up"]


@dataclass(frozen=True, slots=True, eq=False)
class CouplerTable:
    """One number for each unordered pair of qubits that a device couples.

    Attributes:
        couplers: shape (c, 2), each pair once, in either order.
        values: shape (c,); nan marks a dead coupler, which no circuit may use.
    """

    couplers: IntArray
    values: FloatArray

    def __post_init__(self) -> None:
        if self.couplers.ndim != 2 or self.couplers.shape[1] != 2 or self.values.shape != self.couplers.shape[:1]:
            shapes = (self.couplers.shape, self.values.shape)
            raise UsageError.of("couplers", shapes, "pairs of shape (c, 2) and values of shape (c,)")
        if self.couplers.size and self.couplers.min() < 0:
            raise UsageError.of("couplers", int(self.couplers.min()), "qubit numbers of at least 0")
        keys = _keys(self.couplers)
        order = np.argsort(keys)
        if (same := np.flatnonzero(np.diff(keys[order]) == 0)).size:
            pair = tuple(self.couplers[order[same[0]]].tolist())
            raise UsageError.of("couplers", pair, "each pair once, whatever its order")
        # Sorted once, so that looking up is a binary search.
        object.__setattr__(self, "couplers", self.couplers[order])
        object.__setattr__(self, "values", self.values[order])

    @classmethod
    def from_pairs(cls, numbers: Mapping[tuple[int, int], float]) -> Self:
        """From {(0, 1): 0.002, ...}."""
        couplers = np.array(list(numbers), dtype=np.int64).reshape(-1, 2)
        return cls(couplers, np.array(list(numbers.values()), dtype=np.float64))

    def of(self, targets: IntArray, what: str) -> FloatArray:
        """The numbers of many pairs.

        Args:
            targets: shape (g, 2), in any order.
            what: what the number is, for the message.

        Raises:
            UsageError: naming the first pair that is no coupler, or a dead one.
        """
        known, keys = _keys(self.couplers), _keys(targets)
        place = np.searchsorted(known, keys)
        found = place < len(known)
        found[found] = known[place[found]] == keys[found]
        if not found.all():
            pair = tuple(targets[np.argmin(found)].tolist())
            raise UsageError.of("qubits", pair, f"a coupler that has a {what}", "These two qubits are not coupled.")
        values: FloatArray = self.values[place]
        if (dead := np.isnan(values)).any():
            pair = tuple(targets[np.argmax(dead)].tolist())
            raise UsageError.of("qubits", pair, f"a coupler that works, with a known {what}", "This one is dead.")
        return values

    def __mul__(self, factor: float) -> Self:
        """All numbers times a factor, as for an array."""
        return type(self)(self.couplers, self.values * factor)


def look_up(numbers: float | FloatArray | CouplerTable, targets: IntArray, what: str) -> float | FloatArray:
    """The numbers of many targets: one float where it is the same for all, else shape (g,).

    Args:
        numbers: one for all; by qubit, shape (num_qubits,), nan where unknown or dead; or by coupler.
        targets: shape (g,), (g, 1) or, for couplers, (g, 2).
        what: what the number is, for the message.

    Raises:
        UsageError: naming the first qubit or pair that has none.
    """
    if isinstance(numbers, CouplerTable):
        return numbers.of(targets, what)
    if not isinstance(numbers, np.ndarray):
        return numbers
    qubits = targets.reshape(-1)
    if qubits.size and qubits.max() >= len(numbers):
        raise UsageError.of("qubit", int(qubits.max()), f"a qubit below {len(numbers)}, which have a {what}")
    values: FloatArray = numbers[qubits]
    if (unknown := np.isnan(values)).any():
        raise UsageError.of(
            "qubit",
            int(qubits[np.argmax(unknown)]),
            f"a qubit that works, with a known {what}",
            "Choose another qubit.",
        )
    return values


def checked_probability(argument: str, value: float | FloatArray, *, maximum: float = 1.0) -> float | FloatArray:
    """A probability, or an array of them in which nan stands for unknown, as float64.

    Raises:
        UsageError: if one is negative, above the maximum or, alone, not a number.
    """
    array = np.asarray(value, dtype=np.float64)
    outside = ~((array >= 0) & (array <= maximum))
    if array.ndim:
        outside &= ~np.isnan(array)
    if outside.any():
        worst = float(array[outside].ravel()[0])
        limit = "1" if maximum == 1 else f"{maximum:g}, beyond which the channel does not exist"
        raise UsageError.of(argument, worst, f"a probability from 0 to {limit}")
    return array if array.ndim else float(array)


def _keys(pairs: IntArray) -> IntArray:
    """One number for each unordered pair."""
    keys: IntArray = (pairs.min(axis=1) << 32) | pairs.max(axis=1)
    return keys
