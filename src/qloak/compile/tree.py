"""A tree of units on a device: what a placement search grows and prunes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .embedding import EmbeddedUnit, Embeddings
from .encoder import Encoder, PauliGate

__all__ = ["Leaf", "UnitTree"]

_READ_AND_COMPARE = 1.5
"""First-order infidelity per chance of a wrong record, when all three checks include the record."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A clone that no unit encrypts again.

    Attributes:
        qubit: physical qubit.
        infidelity: 1 - F_e of its decryption, estimated.
        layers: the last two-qubit layer that its decryption needs a key for; 0 if it needs no gate.
        gates: two-qubit gates that its decryption adds.
    """

    qubit: int
    infidelity: float
    layers: int
    gates: int


class UnitTree:
    """Units placed so far, each with its input on the source or on a clone of an earlier one.

    Attributes:
        reference: physical qubit.
        source: physical qubit.
        units: parents before children.
        used: bit mask of the qubits taken.
        open: clone -> first-order infidelity of its path, waiting and its own readout left out.
        busy: by physical qubit the last layer in which it is in use.
    """

    __slots__ = ("_embeddings", "busy", "open", "reference", "source", "units", "used")

    def __init__(self, embeddings: Embeddings, reference: int, source: int, units: Iterable[EmbeddedUnit] = ()) -> None:
        """A tree of the given units, parents first."""
        self._embeddings = embeddings
        self.reference, self.source = reference, source
        self.units: list[EmbeddedUnit] = []
        self.used = 1 << reference | 1 << source
        self.busy = [0] * embeddings.graph.num_qubits
        self.busy[reference] = self.busy[source] = 1
        pair = (min(reference, source), max(reference, source))
        first = 0.75 * embeddings.gate_errors[pair] + _READ_AND_COMPARE * embeddings.readout[reference]
        self.open: dict[int, float] = {source: first}
        for unit in units:
            self.append(unit)

    def append(self, unit: EmbeddedUnit) -> None:
        """Place a unit; its input is an open clone and its other qubits are free."""
        base = self.open.pop(unit.input)
        for clone, cost in zip(unit.clones, unit.costs, strict=True):
            self.open[clone] = base + cost
        self.used |= unit.new
        busy = self.busy
        for qubit, layer in zip(unit.qubits, unit.busy[busy[unit.input]], strict=True):
            busy[qubit] = layer
        self.units.append(unit)

    @property
    def encoder_layers(self) -> int:
        """Two-qubit depth, reference gate included."""
        return max(self.busy)

    @property
    def num_gates(self) -> int:
        """Two-qubit gates of the encoder, reference gate included."""
        return 1 + sum(len(unit.unit.gates) for unit in self.units)

    def leaves(self) -> list[Leaf]:
        """The clones with all that is known about them, in order of growth."""
        end = self.encoder_layers
        waiting, busy = self._embeddings.waiting, self.busy
        readout = self._embeddings.readout
        paths: dict[int, tuple[float, int, int]] = {self.source: (end * waiting[self.reference], 0, 0)}
        for unit in self.units:
            idle, layers, gates = paths.pop(unit.input)
            a, b = unit.key
            idle += (end - busy[a]) * waiting[a] + (end - busy[b]) * waiting[b]
            for clone, kind in zip(unit.clones, unit.kinds, strict=True):
                if kind == "B":
                    paths[clone] = (idle, max(layers, busy[a] + 1, busy[b] + 1), gates + 1)
                else:
                    paths[clone] = (idle, layers, gates)
        leaves = []
        for clone, (idle, layers, gates) in paths.items():
            cost = self.open[clone] + idle + (end - busy[clone]) * waiting[clone] + _READ_AND_COMPARE * readout[clone]
            leaves.append(Leaf(clone, 0.75 * (1 - math.exp(-4 / 3 * cost)), layers, gates))
        return leaves

    def subtree(self, index: int) -> set[int]:
        """Numbers of a unit and of all units that depend on it."""
        chosen, clones = {index}, set(self.units[index].clones)
        for i in range(index + 1, len(self.units)):
            if self.units[i].input in clones:
                clones.discard(self.units[i].input)
                clones.update(self.units[i].clones)
                chosen.add(i)
        return chosen

    def without(self, removed: set[int], *, reference: int | None = None) -> UnitTree:
        """A new tree without some units, and perhaps with another reference."""
        kept = (unit for i, unit in enumerate(self.units) if i not in removed)
        return UnitTree(self._embeddings, self.reference if reference is None else reference, self.source, kept)

    def layers(self, clones: Iterable[int]) -> int:
        """Two-qubit layers of the encoder and of the decryption of whichever of the clones needs most."""
        chosen = set(clones)
        return max(self.encoder_layers, *(leaf.layers for leaf in self.leaves() if leaf.qubit in chosen))

    def to_encoder(self, fidelities: Mapping[int, float] | None = None) -> Encoder:
        """The encoder, its clones in order of fidelity, the best first.

        Args:
            fidelities: of the clones by physical qubit; default: estimates to first order.
        """
        if fidelities is None:
            fidelities = {leaf.qubit: 1 - leaf.infidelity for leaf in self.leaves()}
        gates = [PauliGate(self.reference, self.source, "XX")]
        for unit in self.units:
            gates += [PauliGate(unit.qubits[a], unit.qubits[b], letters) for a, b, letters in unit.unit.gates]
        clones = tuple(sorted(self.open, key=lambda clone: (-fidelities[clone], clone)))
        key = tuple(q for unit in self.units for q in unit.key)
        return Encoder(self.reference, self.source, tuple(gates), clones, key)
