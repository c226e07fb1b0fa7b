"""Groups of five qubits whose inputs are entangled: a tree of sources, each the input of a unit.

The inputs are to be the qubits of a GHZ state. Sources that are coupled are linked by one gate. Sources with a
qubit between them are linked through it, in one of two ways: "measured" parts entangle both with the qubit, which
is read at the end together with the key, and its record says whether one side of the tree needs a correction, so
all links form at once; "unitary" parts entangle one source with the other through the qubit and free it again, one
link after another, with a gate more and no record. All gates are controlled Paulis and all qubits begin in |0>.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .embedding import EmbeddedUnit
from .encoder import PauliGate

__all__ = ["Group", "GroupTree", "LinkKind"]

LinkKind: TypeAlias = Literal["measured", "unitary"]
"""How sources that are not coupled are linked."""

_Slotted: TypeAlias = tuple[int, PauliGate]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One qubit of the register: a source, its unit, and how the source is linked to an earlier one.

    Attributes:
        unit: on physical qubits; its input is the source.
        parent: source of the group that this one is linked to; -1 for the first group.
        via: the qubit between both sources; -1 if they are coupled.
    """

    unit: EmbeddedUnit
    parent: int = -1
    via: int = -1

    @property
    def source(self) -> int:
        """Physical qubit of the input."""
        return self.unit.input

    @property
    def used(self) -> int:
        """Bit mask of its qubits, the one in between included."""
        return self.unit.new | 1 << self.source | (1 << self.via if self.via >= 0 else 0)


class GroupTree:
    """Groups placed so far, parents before children.

    Attributes:
        groups: the groups.
        links: how sources that are not coupled are linked.
        used: bit mask of the qubits taken.
    """

    __slots__ = ("groups", "links", "used")

    def __init__(self, groups: Iterable[Group], links: LinkKind) -> None:
        """A tree of the given groups, parents first."""
        self.groups = list(groups)
        self.links = links
        self.used = 0
        for group in self.groups:
            self.used |= group.used

    def append(self, group: Group) -> None:
        """Place a group on free qubits, its parent placed before."""
        self.groups.append(group)
        self.used |= group.used

    def letters(self) -> dict[int, str]:
        """For each source the letter, X or Z, in which all sources agree; the other letter holds the phase.

        A source that begins a connected part of its own keeps its |0>, whose superposition is over X; a source
        that is entangled from another takes the value over in Z.
        """
        return {group.source: "Z" if self._follows(group) else "X" for group in self.groups}

    def preparation(self) -> list[_Slotted]:
        """The gates that entangle the sources, each with a layer that it can run in, in order of layers.

        Gates that link one source to others commute, except that a source which takes its value over does that
        first; so each link takes the first layer in which both its qubits are free.
        """
        letters = self.letters()
        slots = _Slots()
        frees = []
        for group in self._deepest_first():
            if group.parent < 0:
                continue
            parent, child, via = group.parent, group.source, group.via
            if via < 0:
                slots.link(parent, letters[parent], child, takes_over=True)
            elif self.links == "measured":
                slots.link(parent, letters[parent], via)
                slots.link(child, letters[child], via)
            else:
                slots.link(parent, letters[parent], via, takes_over=True)
                slots.link(via, "Z", child, takes_over=True)
                frees.append((parent, child, via))
        for parent, child, via in frees:
            near = min((parent, child), key=lambda source: slots.first(source, via))
            slots.link(near, letters[near], via)
        return sorted(slots.gates, key=lambda each: each[0])

    def ready(self) -> dict[int, int]:
        """For each source the layer until which the preparation keeps it busy."""
        busy = {group.source: 0 for group in self.groups}
        for layer, gate in self.preparation():
            for qubit in gate.qubits:
                if qubit in busy:
                    busy[qubit] = layer
        return busy

    def unit_gates(self) -> list[PauliGate]:
        """The gates of all units."""
        return [
            PauliGate(group.unit.qubits[a], group.unit.qubits[b], letters)
            for group in self.groups
            for a, b, letters in group.unit.unit.gates
        ]

    def subtree(self, index: int) -> set[int]:
        """Numbers of a group and of all groups that are linked to it later."""
        chosen, sources = {index}, {self.groups[index].source}
        for i in range(index + 1, len(self.groups)):
            if self.groups[i].parent in sources:
                sources.add(self.groups[i].source)
                chosen.add(i)
        return chosen

    def without(self, removed: set[int]) -> GroupTree:
        """A new tree without some groups, later ones of a removed group included."""
        return GroupTree((group for i, group in enumerate(self.groups) if i not in removed), self.links)

    def _follows(self, group: Group) -> bool:
        """Whether the source takes its value over from another."""
        return group.parent >= 0 and (group.via < 0 or self.links == "unitary")

    def _deepest_first(self) -> list[Group]:
        """The groups, parents first, and of a parent's children those first on which most depends."""
        height = dict.fromkeys((group.source for group in self.groups), 0)
        depth = {-1: -1}
        for group in self.groups:
            depth[group.source] = depth[group.parent] + 1
        for group in reversed(self.groups):
            if group.parent >= 0:
                height[group.parent] = max(height[group.parent], height[group.source] + 1)
        return sorted(self.groups, key=lambda group: (depth[group.source], -height[group.source]))


class _Slots:
    """Layers that are taken, by qubit, while links find theirs."""

    def __init__(self) -> None:
        self.gates: list[_Slotted] = []
        self._taken: dict[int, set[int]] = {}
        self._after: dict[int, int] = {}

    def first(self, a: int, b: int) -> int:
        """The first layer in which both qubits are free, and not before what they have to wait for."""
        layer = max(self._after.get(a, 0), self._after.get(b, 0)) + 1
        while layer in self._taken.get(a, ()) or layer in self._taken.get(b, ()):
            layer += 1
        return layer

    def link(self, source: int, letter: str, other: int, *, takes_over: bool = False) -> None:
        """The gate that adds a source's value to a qubit, X to Z; what follows on that qubit may have to wait."""
        layer = self.first(source, other)
        self.gates.append((layer, PauliGate(source, other, letter + "X")))
        for qubit in (source, other):
            self._taken.setdefault(qubit, set()).add(layer)
        if takes_over:
            self._after[other] = layer
