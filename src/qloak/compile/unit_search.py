"""The exhaustive search that finds the library of units.

A unit is a Clifford circuit on the couplers of a shape; one qubit of five is the input, the others start in |0>.
Local Cliffords between the gates cost nothing, so a gate is a controlled Pauli and a circuit acts on the classes of
`local_class`: with the reference there are six qubits and 760 classes. For every arrangement of gates in layers
the search follows the *set* of classes that some choice of letters reaches. What makes a class a unit is a matter
of entropies, so nothing is lost, and letters are worked out for the arrangements that succeed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import combinations, product
from typing import TypeAlias

import numpy as np

from ..core.types import BitArray
from .letters import iter_letters, start_class
from .local_class import LocalClasses
from .unit import SCHEMA, SHAPES, Unit, count_units

__all__ = ["COMMAND", "Bounds", "find_bounds", "library_json", "search_units"]

COMMAND = "qloak units search --output units.json"
MAX_LAYERS = 5
MAX_GATES = 8
LAYERS_OF_INPUT = 4
"""At most this many layers once the input is there, unless the unit has the fewest gates."""
FEWEST_GATES = 6

REFERENCE = 5
CLASSES = LocalClasses.of(6)

Edge: TypeAlias = tuple[int, int]
Skeleton: TypeAlias = tuple[tuple[Edge, ...], ...]
"""Which couplers are used in which layer, every gate as early as possible."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least that any encoder on a shape needs, whatever its gates; None where not even MAX_LAYERS do.

    Attributes:
        shape: the shape.
        input: position of the input.
        adjacent_key: whether the key qubits are asked to be neighbours.
        layers: fewest two-qubit layers, with any number of gates.
        gates: fewest two-qubit gates, in any number of layers.
    """

    shape: str
    input: int
    adjacent_key: bool
    layers: int | None
    gates: int | None


def search_units(progress: Callable[[str], None] = lambda _: None) -> tuple[Unit, ...]:
    """All units that are worth having, one for each arrangement of gates, input, key and types of clones.

    All arrangements of at most 8 gates in at most 5 layers are tried. Kept are those with six gates (fewer are
    not enough, see `find_bounds`), and those with at most four layers for an input that comes late; but
    none that stays a unit, with the same types of clones, when gates are left out, and none whose clones are all of
    type B.

    Args:
        progress: called with a short line before each step.
    """
    units: list[Unit] = []
    for shape, source in product(SHAPES, range(5)):
        progress(f"{shape}, input {source}: {len(units)} units so far")
        goals = _goals(SHAPES[shape])
        found: dict[tuple[Edge, str], list[Skeleton]] = {goal: [] for goal in goals}
        for skeleton, reached in _arrangements(SHAPES[shape], source):
            if _worth(skeleton, source):
                for goal, target in goals.items():
                    if reached[target]:
                        found[goal].append(skeleton)
        for goal, skeletons in found.items():
            units += [_unit(shape, source, goal, skeleton) for skeleton in _irredundant(skeletons)]
    return tuple(sorted(units, key=_rank))


def find_bounds() -> tuple[Bounds, ...]:
    """Fewest layers and fewest gates on each shape and input, key adjacent or anywhere.

    Every circuit is covered: any gates of any number in a layer, gates that do nothing included.
    """
    return tuple(
        Bounds(shape, source, adjacent, *_fewest(SHAPES[shape], source, adjacent_key=adjacent))
        for shape, source, adjacent in product(SHAPES, range(5), (True, False))
    )


def library_json(units: tuple[Unit, ...]) -> str:
    """The library file: the units, how many there are of each kind, the bounds, and the command that makes it."""
    head = {
        "schema": SCHEMA,
        "command": COMMAND,
        "searched": {"layers": MAX_LAYERS, "gates": MAX_GATES, "layers_from_input": LAYERS_OF_INPUT},
        "counts": count_units(units),
    }
    bounds = [json.dumps(asdict(each)) for each in find_bounds()]
    entries = [json.dumps(each.to_entry()) for each in units]
    lists = [f' "{name}": [\n  {joined}\n ]' for name, joined in (("bounds", ",\n  ".join(bounds)), ("units", ",\n  ".join(entries)))]
    return ",\n".join([json.dumps(head, indent=1)[:-2], *lists]) + "\n}\n"


def _unit(shape: str, source: int, goal: tuple[Edge, str], skeleton: Skeleton) -> Unit:
    """The unit of an arrangement, with the letters that come first."""
    key, kinds = goal
    order = [edge for layer in skeleton for edge in layer]
    gates = min(iter_letters(CLASSES, order, start=(source, REFERENCE), target=_goals(SHAPES[shape])[goal]))
    clones = [position for position in range(5) if position not in key]
    return Unit(shape, source, key, gates, tuple(zip(clones, kinds, strict=True)))


@cache
def _goals(edges: tuple[Edge, ...]) -> dict[tuple[Edge, str], int]:
    """By adjacent key and types of the clones the class of a unit; there is one, as the Mermin square has it."""
    goals = {}
    for key in edges:
        for index in np.flatnonzero(_unit_classes([key])).tolist():
            clones = [position for position in range(5) if position not in key]
            # The stabilizers on reference, clone and key show two letters on a key qubit, or all four.
            letters = [CLASSES.letters_on(index, key[0], (REFERENCE, clone, *key)) for clone in clones]
            kinds = "".join("B" if each == 4 else "L" for each in letters)
            if "L" in kinds:
                goals[key, kinds] = index
    return goals


def _unit_classes(keys: Sequence[Edge]) -> BitArray:
    """Shape (classes,): whether the class is that of a unit with one of the keys."""
    return np.array([any(_is_unit(index, key) for key in keys) for index in range(len(CLASSES))])


@cache
def _is_unit(index: int, key: Edge) -> bool:
    """The defining conditions: the key is random and knows nothing, and opens every clone.

    That a clone, or both others, know nothing alone follows, for I(R:C) + I(R:rest) = 2 in a pure state.
    """
    return (
        CLASSES.information(index, [REFERENCE], key) == 0
        and CLASSES.entropy(index, key) == 2
        and all(CLASSES.information(index, [REFERENCE], [clone, *key]) == 2 for clone in range(5) if clone not in key)
    )


def _matchings(edges: tuple[Edge, ...]) -> list[tuple[Edge, ...]]:
    """All layers: sets of couplers without a common qubit."""
    sets = [choice for size in (1, 2) for choice in combinations(edges, size)]
    return [choice for choice in sets if len({qubit for edge in choice for qubit in edge}) == 2 * len(choice)]


def _start(source: int) -> BitArray:
    """Shape (classes,): only the class in which the reference and the input are entangled."""
    return np.arange(len(CLASSES)) == start_class(CLASSES, (source, REFERENCE))


def _after(here: BitArray, gates: Iterable[Edge], steps: Mapping[Edge, BitArray]) -> BitArray:
    """The classes within reach of some classes by given gates."""
    for edge in gates:
        here = steps[edge][here].any(axis=0)
    return here


def _arrangements(edges: tuple[Edge, ...], source: int) -> Iterator[tuple[Skeleton, BitArray]]:
    """Every arrangement within the limits, once, with the classes that its letters reach.

    A gate that leaves the class as it is could be left out, so such letters are not followed.
    """
    layers = _matchings(edges)
    steps = {edge: CLASSES.changes(*edge) for edge in edges}
    waiting: list[tuple[Skeleton, BitArray]] = [((), _start(source))]
    while waiting:
        skeleton, here = waiting.pop()
        yield skeleton, here
        used = {qubit for edge in skeleton[-1] for qubit in edge} if skeleton else set(range(5))
        for layer in layers if len(skeleton) < MAX_LAYERS else []:
            # A gate on qubits that were both idle before would be in an earlier layer.
            asap = all(used & set(edge) for edge in layer)
            if asap and sum(map(len, skeleton)) + len(layer) <= MAX_GATES:
                reached = _after(here, layer, steps)
                if reached.any():
                    waiting.append(((*skeleton, layer), reached))


def _worth(skeleton: Skeleton, source: int) -> bool:
    """Whether a unit of this arrangement is kept: six gates, or few layers once the input is there.

    Leaving out gates never makes an arrangement that is kept one that is not.
    """
    return sum(map(len, skeleton)) <= FEWEST_GATES or _layers_of_input(skeleton, source) <= LAYERS_OF_INPUT


def _layers_of_input(skeleton: Skeleton, source: int) -> int:
    """Length of the longest chain of gates that starts on the input, each gate after one it shares a qubit with."""
    chain = {source: 0}
    for layer in skeleton:
        for edge in layer:
            if chain.keys() & set(edge):
                longest = max(chain.get(qubit, 0) for qubit in edge) + 1
                chain |= dict.fromkeys(edge, longest)
    return max(chain.values())


def _irredundant(skeletons: Iterable[Skeleton]) -> list[Skeleton]:
    """Those from which no gates can be left out with another of them remaining."""
    known = set(skeletons)
    return [each for each in known if known.isdisjoint(_parts(each))]


def _parts(skeleton: Skeleton) -> Iterator[Skeleton]:
    """The arrangements with some gates left out, at least six remaining, each moved up as far as it goes."""
    order = [edge for layer in skeleton for edge in layer]
    for size in range(FEWEST_GATES, len(order)):
        for rest in combinations(order, size):
            layers: list[list[Edge]] = []
            free = dict.fromkeys(range(5), 0)
            for a, b in rest:
                layer = max(free[a], free[b])
                layers += [[]] if layer == len(layers) else []
                layers[layer].append((a, b))
                free[a] = free[b] = layer + 1
            yield tuple(tuple(sorted(layer)) for layer in layers)


def _fewest(edges: tuple[Edge, ...], source: int, *, adjacent_key: bool) -> tuple[int | None, int | None]:
    """Fewest layers and fewest gates of a unit."""
    wanted = _unit_classes(edges if adjacent_key else tuple(combinations(range(5), 2)))
    steps = {edge: CLASSES.reached(*edge) | np.eye(len(CLASSES), dtype=np.bool_) for edge in edges}

    def count(choices: Sequence[tuple[Edge, ...]], limit: int) -> int | None:
        here = _start(source)
        for used in range(limit + 1):
            if (here & wanted).any():
                return used
            here = np.any([_after(here, choice, steps) for choice in choices], axis=0)
        return None

    return count(_matchings(edges), MAX_LAYERS), count([(edge,) for edge in edges], MAX_GATES)


def _rank(unit: Unit) -> tuple[object, ...]:
    """The order of the library."""
    return (len(unit.gates), unit.depth, -unit.input_layer, unit.shape, unit.input, unit.key, unit.clones, unit.gates)
