"""What a Pauli error anywhere in a circuit does to two observables: one walk backwards, in arrays.

For every qubit two 2-bit numbers are kept: which of the observables 0 and 1 an X error there, and which a Z
error, would flip (bit b for observable b). Behind a Clifford gate they are linear combinations of what they
were in front of it, so the walk costs one array operation a layer. A Y error flips what X and Z flip
together.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
import stim
from numpy.typing import NDArray

from ..circuits.layers import FeedForward, Gates, Include, Layer, Measure, MeasureProducts, Noise, Reset
from ..core.types import IntArray

__all__ = ["FlipArray", "Sensitivity", "star_center"]

FlipArray: TypeAlias = NDArray[np.uint8]
"""2-bit sets of flipped observables."""

_BASIS = {"M": "Z", "MX": "X", "MY": "Y", "MR": "Z", "MRX": "X", "MRY": "Y", "R": "Z", "RX": "X", "RY": "Y"}
_CONTROLLED = {
    "CX": "ZX",
    "CY": "ZY",
    "CZ": "ZZ",
    "XCX": "XX",
    "XCY": "XY",
    "XCZ": "XZ",
    "YCX": "YX",
    "YCY": "YY",
    "YCZ": "YZ",
}
"""Gates (1 + P + Q - PQ)/2 by their P and Q: those with one P on one common qubit commute."""


class Sensitivity:
    """The walk's present position: behind the last layer at first, in front of the first in the end.

    Attributes:
        x: shape (num_qubits,), observables that an X error here flips.
        z: the same for a Z error.
        records: shape (num_measurements,), observables that a wrong record flips.
        determined: False once an observable met a measurement or reset that makes it random.
    """

    def __init__(self, num_qubits: int, num_measurements: int) -> None:
        self.x: FlipArray = np.zeros(num_qubits, dtype=np.uint8)
        self.z: FlipArray = np.zeros(num_qubits, dtype=np.uint8)
        self.records: FlipArray = np.zeros(num_measurements, dtype=np.uint8)
        self.determined = True
        self._measured = num_measurements

    def watch(self, observable: int, pauli: stim.PauliString) -> None:
        """Add a Pauli string, at the present position, to an observable."""
        xs, zs = pauli.to_numpy()
        bit = np.uint8(1 << observable)
        # X errors flip what has Z or Y there, Z errors what has X or Y.
        self.x[: len(zs)] ^= zs * bit
        self.z[: len(xs)] ^= xs * bit

    def at(self, qubits: IntArray) -> tuple[FlipArray, FlipArray]:
        """What X and Z errors on some qubits flip, in the shape of `qubits`."""
        return self.x[qubits], self.z[qubits]

    def step_back(self, layer: Layer) -> None:
        """Move in front of a layer. Gates that meet a qubit twice go through `step_back_star` or singly."""
        match layer:
            case Gates():
                self._gates(layer.name, layer.targets)
            case Measure():
                self._measure(layer)
            case Reset():
                self._reset(_BASIS[layer.name], layer.qubits)
            case FeedForward():
                source = {"CX": self.x, "CZ": self.z, "CY": self.x ^ self.z}[layer.name]
                np.bitwise_xor.at(self.records, layer.records, source[layer.qubits])
            case MeasureProducts():
                self._measured -= len(layer.products)
                for offset, product in reversed(list(enumerate(layer.products))):
                    xs, zs = product.to_numpy()
                    hit = np.bitwise_xor.reduce(np.concatenate([self.x[: len(xs)][xs], self.z[: len(zs)][zs]]))
                    self.determined &= not hit
                    effect = self.records[self._measured + offset]
                    self.x[: len(zs)] ^= zs * effect
                    self.z[: len(xs)] ^= xs * effect
            case Include():
                self.records[layer.records] ^= np.uint8(1 << layer.observable)
                self.watch(layer.observable, layer.pauli)
            case Noise():
                pass

    def record_range(self, count: int) -> slice:
        """The records of the measurement layer that comes next on the way back."""
        return slice(self._measured - count, self._measured)

    def star(self, gates: Gates, center: int) -> tuple[FlipArray, FlipArray]:
        """Flips of the central qubit of a star of controlled Paulis behind each of its gates, shape (g,).

        All gates of the star commute. Behind gate i, an error on the center that anticommutes with the
        center's Pauli has still to pass the gates after i and picks up what their leaves' Paulis flip.
        """
        letters = _CONTROLLED[gates.name]
        own = gates.targets[0, center]
        leaf = self._effect(letters[1 - center], gates.targets[:, 1 - center])
        later = np.zeros_like(leaf)
        later[:-1] = np.bitwise_xor.accumulate(leaf[::-1])[::-1][1:]
        x_turns, z_turns = letters[center] != "X", letters[center] != "Z"
        return self.x[own] ^ later * np.uint8(x_turns), self.z[own] ^ later * np.uint8(z_turns)

    def step_back_star(self, gates: Gates, center: int) -> None:
        """Move in front of a star of controlled Paulis."""
        letters = _CONTROLLED[gates.name]
        own, leaves = int(gates.targets[0, center]), gates.targets[:, 1 - center]
        total = np.bitwise_xor.reduce(self._effect(letters[1 - center], leaves))
        mine = self._effect(letters[center], np.array([own]))[0]
        for array, letter in ((self.x, "X"), (self.z, "Z")):
            if letter != letters[1 - center]:
                array[leaves] ^= mine
            if letter != letters[center]:
                array[own] ^= total

    def _effect(self, letter: str, qubits: IntArray) -> FlipArray:
        """What an error X, Y or Z on some qubits flips."""
        if letter == "Y":
            both: FlipArray = self.x[qubits] ^ self.z[qubits]
            return both
        return (self.x if letter == "X" else self.z)[qubits]

    def _gates(self, name: str, targets: IntArray) -> None:
        """Gates on distinct qubits."""
        columns = [targets[:, c] for c in range(targets.shape[1])]
        behind = [array[column] for column in columns for array in (self.x, self.z)]
        image = iter(_images(name))
        for column in columns:
            for array in (self.x, self.z):
                parts = [part for part, used in zip(behind, next(image), strict=True) if used]
                array[column] = np.bitwise_xor.reduce(parts)

    def _measure(self, layer: Measure) -> None:
        """Errors in front of a measurement flip the record and stay behind it, unless it resets."""
        effect = self.records[self.record_range(len(layer.qubits))]
        self._measured -= len(layer.qubits)
        basis = _BASIS[layer.name]
        if layer.name.startswith("MR"):
            self._reset(basis, layer.qubits)
        else:
            self.determined &= not self._effect(basis, layer.qubits).any()
        if basis != "X":
            self.x[layer.qubits] ^= effect
        if basis != "Z":
            self.z[layer.qubits] ^= effect

    def _reset(self, basis: str, qubits: IntArray) -> None:
        """Nothing in front of a reset matters; behind it only its own basis is determined."""
        self.determined &= not self._effect(basis, qubits).any()
        self.x[qubits] = 0
        self.z[qubits] = 0


def star_center(gates: Gates) -> int | None:
    """The column (0 or 1) that holds the same qubit in every one of commuting controlled Paulis, if any."""
    if gates.name not in _CONTROLLED or gates.targets.shape[1] != 2:
        return None
    for column in (0, 1):
        own = gates.targets[:, column]
        if (own == own[0]).all():
            return column
    return None


@lru_cache(maxsize=128)
def _images(name: str) -> tuple[tuple[bool, ...], ...]:
    """For X and Z on each target in front of a gate: which of (X_0, Z_0, X_1, Z_1) they are behind it."""
    tableau = stim.gate_data(name).tableau
    rows = []
    for target in range(len(tableau)):
        for image in (tableau.x_output(target), tableau.z_output(target)):
            xs, zs = image.to_numpy()
            rows.append(tuple(bool(bit) for pair in zip(xs, zs, strict=True) for bit in pair))
    return tuple(rows)
