"""The exhaustive search that finds the library of units.

A unit is a Clifford circuit on the couplers of a shape; one qubit of five is the input, the others start in |0>.
Local Cliffords between the gates cost nothing, so a gate is a controlled Pauli and a circuit acts on the classes of
`local_class`: with the reference there are six qubits and 760 classes. For every arrangement of gates in layers
the search follows the *set* of classes that some choice of letters reaches. What makes a class a unit is a matter
of entropies, so nothing is lost, and letters are worked out for the arrangements that succeed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import combinations, product
from types import MappingProxyType

import numpy as np

from ..core.types import BitArray
from .arrangement import Arrangement, Edge, Layer, chain_from, extensions, matchings, parts
from .letters import iter_letters, start_class
from .local_class import LocalClasses
from .unit import SCHEMA, SHAPES, Unit, count_units

__all__ = ["COMMAND", "LIMITS", "Bounds", "Limits", "find_bounds", "library_json", "search_units"]

COMMAND = "qloak units search --output units.json"
REFERENCE = 5
CLASSES = LocalClasses.of(6)
ALL_PAIRS = tuple(combinations(range(5), 2))


@dataclass(frozen=True, slots=True)
class Limits:
    """What is searched on a shape, and what of it is kept.

    Attributes:
        layers: arrangements of at most this many layers are tried,
        gates: and of at most this many gates.
        fewest_gates: units of so many gates are kept, fewer are not enough (see `find_bounds`),
        layers_of_input: and units that take at most this many layers once the input is there.
    """

    layers: int
    gates: int
    fewest_gates: int
    layers_of_input: int


LIMITS = MappingProxyType({"P5": Limits(5, 8, 6, 4), "T5": Limits(5, 8, 6, 4), "Q5": Limits(4, 6, 5, 2)})


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least that any encoder on a shape needs, whatever its gates; None for more than 5 layers or 8 gates.

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

    def __str__(self) -> str:
        """One line."""
        key = "adjacent key" if self.adjacent_key else "any key"
        return f"{self.shape}, input {self.input}, {key}: at least {self.layers} layers, at least {self.gates} gates"


def search_units(progress: Callable[[str], None] = lambda _: None) -> tuple[Unit, ...]:
    """All units that are worth having, one for each arrangement of gates, input, key and types of clones.

    All arrangements within LIMITS are tried. Those that LIMITS keeps are returned, but none that stays a unit, with the
    same types of clones, when gates are left out, and none whose clones are all of type B.

    Args:
        progress: called with a short line before each step.
    """
    units: list[Unit] = []
    for shape, source in product(SHAPES, range(5)):
        progress(f"{shape}, input {source}: {len(units)} units so far")
        goals, limits = _goals(SHAPES[shape]), LIMITS[shape]
        found: dict[tuple[Edge, str], list[Arrangement]] = {goal: [] for goal in goals}
        for arrangement, reached in _arrangements(shape, source):
            if _is_kept(arrangement, source, limits):
                for goal, target in goals.items():
                    if reached[target]:
                        found[goal].append(arrangement)
        for goal, several in found.items():
            known = set(several)
            best = [each for each in several if known.isdisjoint(parts(each, limits.fewest_gates))]
            units += [_unit(shape, source, goal, arrangement) for arrangement in best]
    return tuple(sorted(units, key=_rank))


def find_bounds() -> tuple[Bounds, ...]:
    """Fewest layers and fewest gates on each shape and input, key adjacent or anywhere.

    Every circuit is covered: any gates of any number in a layer, gates that do nothing included. The shape "K5"
    has all ten couplers, so what it needs every device needs; its positions are alike, input 0 stands for all.
    """
    cases = [*product(SHAPES, range(5), (True, False)), ("K5", 0, True)]
    return tuple(Bounds(*case, *_fewest(*case[:2], adjacent_key=case[2])) for case in cases)


def library_json(units: tuple[Unit, ...]) -> str:
    """The library file: the units, how many there are of each kind, the bounds, and the command that makes it."""
    head = {
        "schema": SCHEMA,
        "command": COMMAND,
        "limits": {shape: asdict(limits) for shape, limits in LIMITS.items()},
        "counts": count_units(units),
    }
    bounds = [json.dumps(asdict(each)) for each in find_bounds()]
    entries = [json.dumps(each.to_entry()) for each in units]
    lists = [
        f' "{name}": [\n  {joined}\n ]'
        for name, joined in (("bounds", ",\n  ".join(bounds)), ("units", ",\n  ".join(entries)))
    ]
    return ",\n".join([json.dumps(head, indent=1)[:-2], *lists]) + "\n}\n"


def _unit(shape: str, source: int, goal: tuple[Edge, str], arrangement: Arrangement) -> Unit:
    """The unit of an arrangement, with the letters that come first."""
    key, kinds = goal
    order = [edge for layer in arrangement for edge in layer]
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


def _start(source: int) -> BitArray:
    """Shape (classes,): only the class in which the reference and the input are entangled."""
    only: BitArray = np.arange(len(CLASSES)) == start_class(CLASSES, (source, REFERENCE))
    return only


def _arrangements(shape: str, source: int) -> Iterator[tuple[Arrangement, BitArray]]:
    """Every arrangement within the limits, once, with the classes that its letters reach.

    A gate that leaves the class as it is could be left out, so such letters are not followed.
    """
    layers, limits = matchings(SHAPES[shape]), LIMITS[shape]
    steps = {edge: CLASSES.changes(*edge) for edge in SHAPES[shape]}
    waiting: list[tuple[Arrangement, BitArray]] = [((), _start(source))]
    while waiting:
        arrangement, here = waiting.pop()
        yield arrangement, here
        left = limits.gates - _num_gates(arrangement)
        for layer in extensions(arrangement, layers) if len(arrangement) < limits.layers else ():
            reached = _after(here, layer, steps)
            if len(layer) <= left and reached.any():
                waiting.append(((*arrangement, layer), reached))


def _after(here: BitArray, layer: Layer, steps: Mapping[Edge, BitArray]) -> BitArray:
    """Shape (classes,): what is within reach of some classes by a layer."""
    for edge in layer:
        reached: BitArray = np.any(steps[edge][here], axis=0)
        here = reached
    return here


def _num_gates(arrangement: Arrangement) -> int:
    return sum(map(len, arrangement))


def _is_kept(arrangement: Arrangement, source: int, limits: Limits) -> bool:
    """Whether a unit of this arrangement is kept; leaving out gates never makes one that is into one that is not."""
    few = _num_gates(arrangement) <= limits.fewest_gates
    return few or chain_from(arrangement, source) <= limits.layers_of_input


def _fewest(shape: str, source: int, *, adjacent_key: bool) -> tuple[int | None, int | None]:
    """Fewest layers and fewest gates of a unit."""
    edges = SHAPES.get(shape, ALL_PAIRS)
    wanted = _unit_classes(edges if adjacent_key else ALL_PAIRS)
    steps = {edge: CLASSES.reached(*edge) | np.eye(len(CLASSES), dtype=np.bool_) for edge in edges}

    def count(choices: Sequence[tuple[Edge, ...]], limit: int) -> int | None:
        here = _start(source)
        for used in range(limit + 1):
            if (here & wanted).any():
                return used
            here = np.any([_after(here, choice, steps) for choice in choices], axis=0)
        return None

    return count(matchings(edges), 5), count([(edge,) for edge in edges], 8)


def _rank(unit: Unit) -> tuple[object, ...]:
    """The order of the library."""
    return (len(unit.gates), unit.depth, -unit.input_layer, unit.shape, unit.input, unit.key, unit.clones, unit.gates)
