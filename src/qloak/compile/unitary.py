"""Decoding by gates: the two operators of a clone are drawn together onto the clone, along a tree of couplers.

The operators that carry the input lie on clone and key. Every gate on an edge of a tree with the clone as its
root changes only what lies beyond that edge; when nothing lies beyond any edge, the clone alone holds the
input. How much lies beyond an edge is 0, 1 or 2: the number of independent operators there. A gate takes away
at most one, and only where the nearer qubit already holds a part of the operator; where it does not, a gate in
advance puts one there. Whatever state qubits on the way are in, the result is the same, so other clones' qubits
may be on it: they end scrambled with the key, which opens nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random

from ..errors import IntegrityError, UsageError
from .encoder import Encoder, PauliGate, layers_of
from .graph import DeviceGraph
from .operators import CloneOperators, clone_operators

__all__ = ["UnitaryDecoder", "unitary_decoder"]

_LETTERS = "IXZY"
_FILL = 0.3
"""Worth of preparing a qubit, relative to taking away an operator."""
_DEEPER = 0.02
"""Worth of one step of distance from the clone: what is far has the longest way to go."""
_NOISE = 0.15
_MAX_LAYERS = 200
_PAIRS = tuple((a, b) for a in (1, 2, 3) for b in (1, 2, 3))


@dataclass(frozen=True, slots=True)
class UnitaryDecoder:
    """Gates that bring the input onto one clone.

    Attributes:
        clone: physical qubit.
        gates: in order, to follow the encoder's.
        x_letter: Pauli of the clone behind them that goes with X of the input.
        z_letter: the one that goes with Z.
        layers: two-qubit layers of encoder and decoder together.
    """

    clone: int
    gates: tuple[PauliGate, ...]
    x_letter: str
    z_letter: str
    layers: int


def unitary_decoder(
    encoder: Encoder, clone: int, graph: DeviceGraph, *, trials: int = 15, seed: int = 0
) -> UnitaryDecoder:
    """The shallowest decoder of some random attempts, the one with the fewest gates among equals.

    Args:
        encoder: the encoder.
        clone: physical qubit of the clone.
        graph: couplers that may be used.
        trials: attempts, each about 10 ms.
        seed: of the attempts.

    Raises:
        UsageError: if the couplers do not connect clone and key without the reference, or for no clone at all.
    """
    if clone not in encoder.clones:
        raise UsageError.of("clone", clone, f"one of {encoder.clones}")
    if trials < 1:
        raise UsageError.of("trials", trials, "at least 1")
    operators = clone_operators(encoder)[clone]
    random = Random(seed)
    busy = dict.fromkeys(range(graph.num_qubits), 0)
    for gate, layer in zip(encoder.gates, encoder.layers, strict=True):
        busy[gate.a] = busy[gate.b] = layer
    found = []
    for _ in range(trials):
        tree = _Tree.spanning(operators, graph, encoder.reference, random)
        drawn = _Drawing(tree, operators).run([busy[qubit] for qubit in tree.qubits], random)
        if drawn is not None:
            gates, letters = drawn
            found.append(UnitaryDecoder(clone, gates, *letters, max(layers_of([*encoder.gates, *gates]))))
    if not found:
        raise IntegrityError(f"decoder: no way found to draw the input onto qubit {clone} in {trials} attempts.")
    return min(found, key=lambda decoder: (decoder.layers, len(decoder.gates)))


@dataclass(frozen=True, slots=True)
class _Tree:
    """A tree of couplers, the clone at its root.

    Attributes:
        qubits: physical qubits by node; node 0 is the clone.
        parents: parent of each node, the root its own; parents come before children.
        beyond: for each node the set, as bits, of all nodes from it on outwards.
        children: of each node.
        distances: from the root.
    """

    qubits: tuple[int, ...]
    parents: tuple[int, ...]
    beyond: tuple[int, ...]
    children: tuple[tuple[int, ...], ...]
    distances: tuple[int, ...]

    @classmethod
    def spanning(cls, operators: CloneOperators, graph: DeviceGraph, reference: int, random: Random) -> _Tree:
        """Shortest ways from the clone to all its key qubits, ties and small detours by chance."""
        before = _shortest_ways(operators.clone, graph, reference, random)
        used = {operators.clone}
        for key_qubit in operators.key_qubits:
            if key_qubit not in before:
                hint = "Without the reference they are not connected."
                raise UsageError.of("clone", operators.clone, f"couplers from it to its key qubit {key_qubit}", hint)
            way = key_qubit
            while way not in used:
                used.add(way)
                way = before[way]
        order = [qubit for qubit in before if qubit in used]
        node = {qubit: number for number, qubit in enumerate(order)}
        parents = [node[before[qubit]] for qubit in order]
        beyond, distances = [1 << number for number in range(len(order))], [0] * len(order)
        children: list[list[int]] = [[] for _ in order]
        for number in range(len(order) - 1, 0, -1):
            beyond[parents[number]] |= beyond[number]
            children[parents[number]].append(number)
        for number in range(1, len(order)):
            distances[number] = distances[parents[number]] + 1
        return cls(tuple(order), tuple(parents), tuple(beyond), tuple(map(tuple, children)), tuple(distances))


def _shortest_ways(start: int, graph: DeviceGraph, avoid: int, random: Random) -> dict[int, int]:
    """For each qubit, in order of distance, the one before it on the way from the start."""
    before: dict[int, int] = {}
    queue = [(0.0, start, start)]
    while queue:
        length, qubit, previous = heappop(queue)
        if qubit not in before:
            before[qubit] = previous
            for other in graph.neighbors[qubit]:
                if other != avoid and other not in before:
                    heappush(queue, (length + 1 + 0.2 * random.random(), other, qubit))
    return before


class _Drawing:
    """Two operators on the nodes of a tree, as they are drawn to the root.

    Letters are numbers: 0 for none, 1 for X, 2 for Z, 3 for Y; products are XOR.
    """

    def __init__(self, tree: _Tree, operators: CloneOperators) -> None:
        self.tree = tree
        x_key = {**operators.x_key, operators.clone: operators.x_letter}
        z_key = {**operators.z_key, operators.clone: operators.z_letter}
        self.a = [_LETTERS.index(x_key.get(qubit, "I")) for qubit in tree.qubits]
        self.b = [_LETTERS.index(z_key.get(qubit, "I")) for qubit in tree.qubits]
        self.held = [0, 0, 0]
        for node in range(len(tree.qubits)):
            self._note(node)

    def run(self, busy: Sequence[int], random: Random) -> tuple[tuple[PauliGate, ...], tuple[str, str]] | None:
        """Draw everything to the root, layer by layer.

        Args:
            busy: for each node the last layer in which it is still in use.
            random: decides between gates of almost equal worth.

        Returns:
            The gates, and the letters at the root; None if it got stuck.
        """
        gates: list[PauliGate] = []
        for layer in range(1, _MAX_LAYERS):
            if not any(self._beyond(node) for node in range(1, len(self.a))):
                return tuple(gates), (_LETTERS[self.a[0]], _LETTERS[self.b[0]])
            used = {node for node, last in enumerate(busy) if last >= layer}
            idle = not used
            for _, node, letters in sorted(self._choices(used, random), reverse=True):
                parent = self.tree.parents[node]
                if node not in used and parent not in used and self._gain(node, letters) > 0:
                    used |= {node, parent}
                    idle = False
                    self._apply(node, letters)
                    pair = self.tree.qubits[node], self.tree.qubits[parent]
                    gates.append(PauliGate(*pair, "".join(_LETTERS[letter] for letter in letters)))
            if idle:
                return None
        return None

    def _choices(self, used: set[int], random: Random) -> Iterator[tuple[float, int, tuple[int, int]]]:
        """Gates on free edges that are worth something: (worth, farther node, letters)."""
        for node in range(1, len(self.a)):
            if node in used or self.tree.parents[node] in used or not self._beyond(node):
                continue
            for letters in _PAIRS:
                gain = self._gain(node, letters)
                if gain > 0:
                    yield gain + _DEEPER * self.tree.distances[node] + _NOISE * random.random(), node, letters

    def _gain(self, node: int, letters: tuple[int, int]) -> float:
        """What a gate improves."""
        parent = self.tree.parents[node]
        edges = [node, *self.tree.children[node], *(c for c in self.tree.children[parent] if c != node)]
        saved = self.a[node], self.b[node], self.a[parent], self.b[parent]
        before = self._cost(node, edges)
        self._apply(node, letters)
        after = self._cost(node, edges)
        self.a[node], self.b[node], self.a[parent], self.b[parent] = saved
        self._note(node)
        self._note(parent)
        return before - after

    def _cost(self, node: int, edges: Sequence[int]) -> float:
        """Operators beyond one edge, and unprepared edges among some."""
        return self._beyond(node) + _FILL * sum(self._unprepared(edge) for edge in edges)

    def _apply(self, node: int, letters: tuple[int, int]) -> None:
        """A controlled Pauli on a node and its parent."""
        parent = self.tree.parents[node]
        mine, its = letters
        for operator in (self.a, self.b):
            far, near = operator[node], operator[parent]
            if near and near != its:
                operator[node] ^= mine
            if far and far != mine:
                operator[parent] ^= its
        self._note(node)
        self._note(parent)

    def _note(self, node: int) -> None:
        """Keep the sets of nodes that the operators and their product hold."""
        bit = 1 << node
        for which, letter in enumerate((self.a[node], self.b[node], self.a[node] ^ self.b[node])):
            self.held[which] = self.held[which] | bit if letter else self.held[which] & ~bit

    def _beyond(self, node: int) -> int:
        """Number of independent operators on a node and outwards."""
        mask = self.tree.beyond[node]
        nonzero = sum(1 for held in self.held if held & mask)
        return (nonzero + 1) // 2 if nonzero else 0

    def _unprepared(self, node: int) -> bool:
        """Whether something lies beyond an edge that a gate on it could not take away, for lack of letters nearby."""
        mask = self.tree.beyond[node]
        present = [bool(held & mask) for held in self.held]
        parent = self.tree.parents[node]
        near = (self.a[parent], self.b[parent], self.a[parent] ^ self.b[parent])
        if all(present):
            return not any(near)
        if not any(present):
            return False
        # One operator is absent: a letter nearby must tell the other two from it.
        absent = present.index(False)
        return not all(letter for which, letter in enumerate(near) if which != absent)
