"""Device graphs: which pairs of qubits a circuit may couple, and how well."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from ..core.types import BitArray, FloatArray, IntArray
from ..errors import UsageError
from ..noise import Device

__all__ = ["DeviceGraph"]

_MAX_DEGREE = 4


@dataclass(frozen=True, eq=False)
class DeviceGraph:
    """The part of a device that circuits are placed on.

    Attributes:
        device: calibration of all qubits and couplers, those left out included.
        couplers: shape (c, 2), the couplers in use, smaller number first, ascending.
    """

    device: Device
    couplers: IntArray

    @classmethod
    def from_device(cls, device: Device) -> Self:
        """All that works: dead couplers and dead qubits left out."""
        return cls(device, device.working_couplers)

    @property
    def name(self) -> str:
        """Name of the device."""
        return self.device.name

    @property
    def num_qubits(self) -> int:
        """Qubits of the device; they are numbered from 0, those left out included."""
        return self.device.num_qubits

    @cached_property
    def neighbors(self) -> tuple[tuple[int, ...], ...]:
        """For each qubit those it is coupled to, ascending."""
        found: list[list[int]] = [[] for _ in range(self.num_qubits)]
        for a, b in self.couplers.tolist():
            found[a].append(b)
            found[b].append(a)
        return tuple(tuple(sorted(each)) for each in found)

    @cached_property
    def edges(self) -> frozenset[tuple[int, int]]:
        """The couplers in use as pairs, smaller number first."""
        return frozenset((a, b) for a, b in self.couplers.tolist())

    @cached_property
    def coupler_errors(self) -> FloatArray:
        """Shape (c,): published error of each coupler in use, average infidelity."""
        size = self.num_qubits
        keys, wanted = self.device.couplers @ [size, 1], self.couplers @ [size, 1]
        errors: FloatArray = self.device.two_qubit_errors[np.searchsorted(keys, wanted)]
        return errors

    @cached_property
    def pieces(self) -> tuple[tuple[int, ...], ...]:
        """Qubits of each connected piece of two qubits or more, the largest piece first."""
        seen: set[int] = set()
        pieces = []
        for start in range(self.num_qubits):
            if start not in seen and self.neighbors[start]:
                piece = self._reachable(start)
                seen |= piece
                pieces.append(tuple(sorted(piece)))
        return tuple(sorted(pieces, key=len, reverse=True))

    def couples(self, a: int, b: int) -> bool:
        """Whether a two-qubit gate on these qubits is possible."""
        return (min(a, b), max(a, b)) in self.edges

    def reliable(self, *, max_two_qubit_error: float = 0.01, max_readout_error: float = 0.04) -> Self:
        """Without couplers and qubits whose published errors are above a limit or unknown.

        Args:
            max_two_qubit_error: average infidelity of the two-qubit gate.
            max_readout_error: chance of a wrong record.
        """
        readable = self.device.readout_flips <= max_readout_error
        return self.keeping((self.coupler_errors <= max_two_qubit_error) & readable[self.couplers].all(axis=1))

    def largest_piece(self) -> Self:
        """The largest connected piece."""
        inside = np.zeros(self.num_qubits, dtype=bool)
        inside[list(self.pieces[0]) if self.pieces else []] = True
        return self.keeping(inside[self.couplers[:, 0]])

    def thinned(self) -> Self:
        """At most four couplers per qubit, the best and nearest first, as many pieces as before.

        Densely coupled devices have more embeddings of a unit than could be listed. A few couplers that
        keep the pieces connected may add to the four.
        """
        if max(map(len, self.neighbors), default=0) <= _MAX_DEGREE:
            return self
        pairs = self.couplers.tolist()
        order = sorted(range(len(pairs)), key=lambda i: (self.coupler_errors[i], pairs[i][1] - pairs[i][0], i))
        degree, root = [0] * self.num_qubits, list(range(self.num_qubits))
        keep = np.zeros(len(pairs), dtype=bool)
        for i in order:
            a, b = pairs[i]
            joins = _find(root, a) != _find(root, b)
            if joins or max(degree[a], degree[b]) < _MAX_DEGREE:
                keep[i] = True
                root[_find(root, a)] = _find(root, b)
                degree[a] += 1
                degree[b] += 1
        return self.keeping(keep)

    def keeping(self, chosen: BitArray) -> Self:
        """With some of the couplers only, shape (c,)."""
        return replace(self, couplers=self.couplers[chosen])

    def require(self, num_qubits: int, what: str) -> None:
        """Refuse a graph whose largest piece is too small.

        Args:
            num_qubits: needed in one connected piece.
            what: needs them, for the message.

        Raises:
            UsageError: with the sizes of the pieces.
        """
        sizes = [len(piece) for piece in self.pieces]
        if max(sizes, default=0) >= num_qubits:
            return
        shown = ", ".join(map(str, sizes[:8])) + (", …" if len(sizes) > 8 else "")
        hint = f"The connected pieces of the graph have {shown} qubits." if sizes else "The graph has no coupler."
        raise UsageError.of("device", self.name, f"at least {num_qubits} connected qubits for {what}", hint)

    def _reachable(self, start: int) -> set[int]:
        reached, frontier = {start}, [start]
        while frontier:
            for other in self.neighbors[frontier.pop()]:
                if other not in reached:
                    reached.add(other)
                    frontier.append(other)
        return reached


def _find(root: list[int], qubit: int) -> int:
    """Representative of the piece that a qubit is in so far."""
    while root[qubit] != qubit:
        root[qubit] = root[root[qubit]]
        qubit = root[qubit]
    return qubit
