"""From the logical X and Z on some qubits to a circuit that puts them on one qubit.

Two anticommuting Pauli operators meet each qubit in one of four ways: not at all, with one of the two
alone, with the same letter of both, or with different letters. The last kind, the crossings, are odd in
number, and one of them becomes the output. The others are taken in pairs: on a pair the two operators
commute, so one CX leaves X's part on one qubit and Z's part on the other. Then every qubit but the output
carries one letter, which is read off by a measurement or absorbed by one more gate.

With w qubits in all and 2m + 1 crossings that takes w - 1 + m two-qubit gates coherently, m of them in the
first layer and the rest as trees of logarithmic depth; or m two-qubit gates in one layer and w - 1
measurements, none of the gates on the output.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import stim

from ..core.types import IntArray
from ..errors import UsageError
from .frame import PauliFrame
from .layers import LayeredCircuit

__all__ = ["RecoveryPlan"]

_TO_X_AND_Z = {(1, 3): "", (3, 1): "H", (1, 2): "SQRT_X", (2, 3): "S_DAG", (2, 1): "C_ZYX", (3, 2): "C_XYZ"}
"""The Clifford that takes two letters (1 X, 2 Y, 3 Z) to X and Z, both signs kept."""

_TO_Z = {1: "H", 2: "SQRT_X", 3: ""}
"""The Clifford that takes a letter to Z, sign kept."""


@dataclass(frozen=True, slots=True, eq=False)
class RecoveryPlan:
    """A logical qubit that is spread over some qubits, sorted by how it meets each of them.

    Attributes:
        x: the physical operator that is the logical X, sign included.
        z: likewise Z; anticommutes with `x`.
        output: the crossing that becomes the output.
        crossings: all other qubits where `x` and `z` have different letters, ascending; even in number.
        lines: all qubits where only one has a letter or both have the same.
    """

    x: stim.PauliString
    z: stim.PauliString
    output: int
    crossings: IntArray
    lines: IntArray

    @classmethod
    def of(cls, x: stim.PauliString, z: stim.PauliString, *, output: int | None = None) -> Self:
        """Sort the qubits.

        Args:
            x: acts as the logical X.
            z: acts as the logical Z.
            output: a qubit on which their letters differ; default: the first.

        Raises:
            UsageError: if there is no such qubit, or the output is none.
        """
        on_x, on_z = _letters(x), _letters(z)
        crossing = np.flatnonzero((on_x != on_z) & (on_x > 0) & (on_z > 0))
        if len(crossing) % 2 == 0:
            raise UsageError.of("operators", f"{x} and {z}", "a logical X and Z, which anticommute")
        chosen = int(crossing[0]) if output is None else output
        if chosen not in crossing:
            some = ", ".join(map(str, crossing[:12].tolist())) + (", …" if len(crossing) > 12 else "")
            raise UsageError.of("output", chosen, f"one of the qubits {some}, where the logical X and Z differ")
        lines = np.flatnonzero((on_x > 0) | (on_z > 0))
        return cls(x, z, chosen, crossing[crossing != chosen], np.setdiff1d(lines, crossing, assume_unique=True))

    def unitary(self) -> LayeredCircuit:
        """A coherent circuit of w - 1 + m two-qubit gates."""
        circuit = LayeredCircuit()
        first, second = self._default_pairs()
        self._untangle(circuit, first, second)
        circuit.gate("H", first)
        on_x, on_z = _letters(self.x)[self.lines], _letters(self.z)[self.lines]
        for letter, gate in _TO_Z.items():
            if gate:
                circuit.gate(gate, self.lines[np.maximum(on_x, on_z) == letter])
        self._append_output_frame(circuit)
        # Every qubit left carries Z: of the logical X, of the logical Z, or of both.
        for gate, absorbed in (
            ("CZ", np.concatenate([self.lines[on_z == 0], first])),
            ("CX", np.concatenate([self.lines[on_x == 0], second])),
            ("CY", self.lines[on_x == on_z]),
        ):
            if len(absorbed):
                root = _append_parity_tree(circuit, absorbed)
                circuit.pairs(gate, root, np.array([self.output]))
        return circuit

    def measured(self, *, pairing: Sequence[tuple[int, int]] | None = None) -> tuple[LayeredCircuit, PauliFrame]:
        """A circuit of m two-qubit gates in one layer, then measurements of all qubits but the output.

        Args:
            pairing: disjoint pairs that cover the crossings, such as neighbours on a device; default:
                consecutive ones.

        Returns:
            The circuit, and the Pauli that the output still needs.

        Raises:
            UsageError: if the pairing does not cover each crossing once.
        """
        circuit = LayeredCircuit()
        first, second = self._default_pairs() if pairing is None else self._checked_pairs(pairing)
        self._untangle(circuit, first, second)
        on_x, on_z = _letters(self.x)[self.lines], _letters(self.z)[self.lines]
        ones, twos = np.ones_like(first), np.zeros_like(second)
        qubits = np.concatenate([self.lines, first, second])
        letters = np.concatenate([np.maximum(on_x, on_z), ones, twos + 3])
        in_x = np.concatenate([on_x > 0, ones > 0, twos > 0])
        in_z = np.concatenate([on_z > 0, ones == 0, twos == 0])
        order = np.argsort(letters, kind="stable")
        for letter, name in ((1, "MX"), (2, "MY"), (3, "M")):
            circuit.measure(name, qubits[order][letters[order] == letter])
        self._append_output_frame(circuit)
        # A minus on X asks for a Z, a minus on Z for an X.
        return circuit, PauliFrame(x_records=np.flatnonzero(in_z[order]), z_records=np.flatnonzero(in_x[order]))

    def _default_pairs(self) -> tuple[IntArray, IntArray]:
        """Crossings one after the other."""
        return self.crossings[0::2], self.crossings[1::2]

    def _checked_pairs(self, pairing: Sequence[tuple[int, int]]) -> tuple[IntArray, IntArray]:
        """Pairs that a caller chose."""
        pairs = np.array(list(pairing), dtype=np.int64).reshape(-1, 2)
        if not np.array_equal(np.sort(pairs, axis=None), self.crossings):
            raise UsageError.of("pairing", list(pairing), f"disjoint pairs that cover {self.crossings.tolist()}")
        return pairs[:, 0], pairs[:, 1]

    def _untangle(self, circuit: LayeredCircuit, first: IntArray, second: IntArray) -> None:
        """Leave of the logical X an X on `first`, of the logical Z a Z on `second`, and nothing else on the pairs."""
        on_x, on_z = _letters(self.x), _letters(self.z)
        for (letter_x, letter_z), gate in _TO_X_AND_Z.items():
            if gate:
                turned = (on_x[self.crossings] == letter_x) & (on_z[self.crossings] == letter_z)
                circuit.gate(gate, self.crossings[turned])
        circuit.pairs("CX", first, second)

    def _append_output_frame(self, circuit: LayeredCircuit) -> None:
        """Turn the output's letters to X and Z and make up for the signs of the logical operators."""
        output = np.array([self.output])
        if gate := _TO_X_AND_Z[self.x[self.output], self.z[self.output]]:
            circuit.gate(gate, output)
        for gate, operator in (("Z", self.x), ("X", self.z)):
            if operator.sign == -1:
                circuit.gate(gate, output)


def _letters(operator: stim.PauliString) -> IntArray:
    """0 I, 1 X, 2 Y, 3 Z for each qubit."""
    x, z = operator.to_numpy()
    letters: IntArray = np.array([0, 1, 3, 2])[x + 2 * z]
    return letters


def _append_parity_tree(circuit: LayeredCircuit, qubits: IntArray) -> int:
    """Gather the Z parity of some qubits on the first by a binary tree of CX; that qubit."""
    step = 1
    while step < len(qubits):
        children = qubits[step :: 2 * step]
        circuit.pairs("CX", children, qubits[:: 2 * step][: len(children)])
        step *= 2
    return int(qubits[0])
