"""Units: small encoders that turn one qubit into three encrypted clones and two adjacent key qubits.

The library `data/units.json` is the result of an exhaustive search; see `unit_search`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Self

from ..errors import IntegrityError, UnknownNameError, UsageError
from .encoder import PauliGate, layers_of

__all__ = ["SCHEMA", "SHAPES", "TREES", "Unit", "count_units", "load_units", "units_from_json"]

SCHEMA = "qloak.units/1"

SHAPES = MappingProxyType(
    {
        "P5": ((0, 1), (1, 2), (2, 3), (3, 4)),
        "T5": ((0, 2), (1, 2), (2, 3), (3, 4)),
        "Q5": ((0, 1), (0, 3), (0, 4), (1, 2), (2, 3)),
    }
)
"""Couplers of five-qubit pieces: the path P5, the star T5 of qubit 2 with the leaves 0 and 1 and the leg 2-3-4, and the
square Q5 = 0-1-2-3 with the tail 4 on qubit 0. A heavy-hex graph has P5 and T5 and no others, for it has no vertex of
degree 4 and no ring of five or fewer."""

TREES = ("P5", "T5")
"""The shapes without a ring."""

_GATE = re.compile(r"(\d)([XYZ])-(\d)([XYZ])@(\d{1,2})")
_CLONE = re.compile(r"(\d)([LB])")


@dataclass(frozen=True, slots=True)
class Unit:
    """An encoder on five neighbouring qubits, in local positions 0 .. 4 of a shape.

    It takes one qubit in any state at the position `input` and four qubits in |0>. Afterwards each of the three
    clones together with the key determines the input, and each alone, both others with it or the key alone
    know nothing of it. The input position may end up as a clone or as a key qubit.

    Positions of a shape are not unique: the mirror image of an embedding is an embedding too, and the library
    holds both images of every unit.

    Attributes:
        shape: "P5", "T5" or "Q5", see SHAPES.
        input: position of the qubit that is encrypted.
        key: positions of the two key qubits, neighbours, ascending.
        gates: (a, b, letters) in order of time, each the gate (1 + P_a + Q_b - P_a Q_b)/2 with letters "PQ".
        clones: (position, type), ascending. Type "L": the two key operators that the clone needs are compatible
            qubit by qubit, each key qubit is measured by itself. Type "B": they are not, one two-qubit gate on
            the key comes first.
        layers: two-qubit layer of each gate, from 1, each gate as early as possible.
        last_layer: for each position the last layer in which it takes part.
        input_layer: the first layer in which the input takes part.
    """

    shape: str
    input: int
    key: tuple[int, int]
    gates: tuple[tuple[int, int, str], ...]
    clones: tuple[tuple[int, str], ...]
    layers: tuple[int, ...] = field(init=False, compare=False)
    last_layer: tuple[int, ...] = field(init=False, compare=False)
    input_layer: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Check the parts against the shape and find the layers."""
        if self.shape not in SHAPES:
            raise UsageError.of("shape", self.shape, f"one of {', '.join(SHAPES)}")
        edges = SHAPES[self.shape]
        if self.key not in edges:
            raise UsageError.of("key", self.key, f"two neighbours of the shape: one of {edges}")
        if strangers := [gate for gate in self.gates if (*sorted(gate[:2]),) not in edges]:
            raise UsageError.of("gates", strangers[0], f"gates on couplers of the shape: {edges}")
        if [position for position, _ in self.clones] != [each for each in range(5) if each not in self.key]:
            raise UsageError.of("clones", self.clones, "the three positions that are not in the key, ascending")
        if any(kind not in ("L", "B") for _, kind in self.clones):
            raise UsageError.of("clones", self.clones, "types L or B")
        layers = layers_of(PauliGate(*gate) for gate in self.gates)
        busy: list[list[int]] = [[0] for _ in range(5)]
        for (a, b, _), layer in zip(self.gates, layers, strict=True):
            busy[a].append(layer)
            busy[b].append(layer)
        if not 0 <= self.input < 5 or len(busy[self.input]) == 1:
            raise UsageError.of("input", self.input, "a position that a gate acts on")
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "last_layer", tuple(max(each) for each in busy))
        object.__setattr__(self, "input_layer", busy[self.input][1])

    @property
    def num_qubits(self) -> int:
        """Five."""
        return 5

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """Couplers of the shape, also those that no gate uses."""
        return SHAPES[self.shape]

    @property
    def depth(self) -> int:
        """Number of two-qubit layers."""
        return max(self.layers)

    @classmethod
    def from_text(cls, place: tuple[str, int, tuple[int, int]], clones: str, gates: str) -> Self:
        """A unit from its text, such as "0L 3L 4B" and "1X-2X@1 3X-4X@1 ...".

        Args:
            place: shape, input and key.
            clones: position and type of each clone.
            gates: position and letter twice, and the layer.

        Raises:
            UsageError: for text of another form, or layers that are not those of the gates.
        """
        found = [_CLONE.fullmatch(word) for word in clones.split()]
        steps = [_GATE.fullmatch(word) for word in gates.split()]
        if None in found or not found:
            raise UsageError.of("clones", clones, "positions with their types, such as '0L 3L 4B'")
        if None in steps or not steps:
            raise UsageError.of("gates", gates, "gates such as '1X-2X@1 3X-4X@1'")
        unit = cls(
            *place,
            tuple((int(step[1]), int(step[3]), step[2] + step[4]) for step in steps if step),
            tuple((int(each[1]), each[2]) for each in found if each),
        )
        if unit.gates_text() != gates:
            raise UsageError.of("gates", gates, f"layers as early as possible: {unit.gates_text()!r}")
        return unit

    def to_entry(self) -> dict[str, object]:
        """The unit as an entry of the library file."""
        return {
            "shape": self.shape,
            "input": self.input,
            "key": list(self.key),
            "clones": self.clones_text(),
            "gates": self.gates_text(),
        }

    def clones_text(self) -> str:
        """The clones as text, such as "0L 3L 4B"."""
        return " ".join(f"{position}{kind}" for position, kind in self.clones)

    def gates_text(self) -> str:
        """The gates as text, such as "1X-2X@1 3X-4X@1 ..."."""
        steps = zip(self.gates, self.layers, strict=True)
        return " ".join(f"{a}{letters[0]}-{b}{letters[1]}@{layer}" for (a, b, letters), layer in steps)


@cache
def load_units(*shapes: str) -> tuple[Unit, ...]:
    """The library: fewest gates first, then fewest layers, then the input as late as possible.

    Args:
        shapes: names of SHAPES; none for the TREES, which fit on every kind of graph. An embedding of a shape with a
            ring has to have all of the shape's couplers.

    Raises:
        UnknownNameError: for a shape that does not exist.
        IntegrityError: if the file that comes with the package has been damaged.
    """
    if strangers := [shape for shape in shapes if shape not in SHAPES]:
        raise UnknownNameError.of("shape", strangers[0], f"one of {', '.join(SHAPES)}")
    return tuple(unit for unit in _library() if unit.shape in (shapes or TREES))


@cache
def _library() -> tuple[Unit, ...]:
    return units_from_json((resources.files(__package__) / "data" / "units.json").read_bytes())


def units_from_json(data: str | bytes) -> tuple[Unit, ...]:
    """The units of a library file, in its order.

    Raises:
        IntegrityError: for a file that is no library, or one whose parts contradict each other.
    """
    try:
        document = json.loads(data)
        if document["schema"] != SCHEMA:
            raise IntegrityError(f"unit library: got schema {document['schema']!r}, expected {SCHEMA!r}.")
        units = tuple(_unit(entry) for entry in document["units"])
        counted = {key: int(count) for key, count in document["counts"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(f"unit library: not readable ({type(error).__name__}: {error}).") from error
    except UsageError as error:
        raise IntegrityError(f"unit library: {error}") from error
    if counted != count_units(units):
        raise IntegrityError("unit library: the units are not those that the file counts.")
    return units


def count_units(units: tuple[Unit, ...]) -> dict[str, int]:
    """Number of units by shape, gates and layers, such as {"P5, 6 gates, 4 layers": 16}."""
    return dict(Counter(f"{each.shape}, {len(each.gates)} gates, {each.depth} layers" for each in units))


def _unit(entry: dict[str, Any]) -> Unit:
    low, high = entry["key"]
    return Unit.from_text((entry["shape"], entry["input"], (low, high)), entry["clones"], entry["gates"])
