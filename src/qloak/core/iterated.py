"""Iterated cloning: every clone is encrypted again, level after level [YamaguchiKempf2026]."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..errors import LimitError, UnknownNameError, UsageError
from .cloning import MAX_CLONES, CloningUnit, Step, check_num_clones, cloning_code
from .qubits import NamedQubits, Role, qubit_index
from .scheme import StabilizerCode
from .types import IntArray

__all__ = ["IteratedCloning"]

_MAX_TREE_QUBITS = 2_000_000


@dataclass(frozen=True, slots=True)
class IteratedCloning:
    """The full tree of encrypted cloning; level 0 is one round.

    Each further level encrypts every current clone with n fresh Bell pairs of its own. Even n gives
    (n+1)^(levels+1) clones, odd n n^(levels+1). Opening one clone takes the n noise qubits of each of
    the levels + 1 encryptions on its path and no others.

    Qubits are named by where they were made: A, S1, N1 in round 0; the unit that encrypts S1 in round 1
    makes S1.S1, S1.N1, …; a source that is encrypted again stays the same qubit, and the units on its
    way are named with A, as in A.S2 (round 1) or S1.A.S2 (round 2). A clone may be named by its qubit or
    by its full path: S1 and S1.A are the same clone of two rounds.

    Attributes:
        num_clones: n, Bell pairs in each unit, at least 2.
        levels: number of times the clones are encrypted again, at least 0.

    Examples:
        >>> IteratedCloning(2, 2).num_leaves
        27

    References:
        [YamaguchiKempf2026]
    """

    num_clones: int
    levels: int
    rounds: tuple[tuple[CloningUnit, ...], ...] = field(init=False, repr=False, compare=False)
    qubits: NamedQubits = field(init=False, repr=False, compare=False)
    _paths: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the sizes and lay out the tree."""
        check_num_clones(self.num_clones)
        levels: object = self.levels  # whatever a caller passed
        if not isinstance(levels, int | np.integer) or isinstance(levels, bool) or levels < 0:
            raise UsageError.of("levels", levels, "a whole number of at least 0")
        # n >= 2 more than doubles the clones with each level, so 40 levels are past every limit.
        leaves = (self.num_clones + 1 - self.num_clones % 2) ** min(int(self.levels) + 1, 40)
        if leaves > min(MAX_CLONES, _MAX_TREE_QUBITS // 2):
            raise LimitError.of(
                "levels", self.levels, f"a tree of at most {_MAX_TREE_QUBITS // 2} clones for n = {self.num_clones}"
            )
        object.__setattr__(self, "num_clones", int(self.num_clones))
        object.__setattr__(self, "levels", int(self.levels))
        names, roles, rounds, paths = _grow(self.num_clones, self.levels)
        object.__setattr__(self, "rounds", rounds)
        object.__setattr__(self, "qubits", NamedQubits(tuple(names), tuple(roles)))
        object.__setattr__(self, "_paths", paths)

    @property
    def name(self) -> str:
        """Short description."""
        return f"iterated encrypted cloning, n = {self.num_clones}, {self.levels} further levels"

    @property
    def num_leaves(self) -> int:
        """Number of clones."""
        return len(self._paths)

    @property
    def clones(self) -> IntArray:
        """Numbers of the qubits that are clones after the last round, in path order."""
        return np.fromiter(self._paths.values(), dtype=np.int64)

    @property
    def clone_paths(self) -> tuple[str, ...]:
        """Full paths of the clones, such as S1.A, in the order of `clones`."""
        return tuple(self._paths)

    @property
    def code(self) -> StabilizerCode:
        """The code, written out."""
        return cloning_code(len(self.qubits), self.rounds)

    def steps(self, clone: str | int) -> tuple[Step, ...]:
        """The units between a clone and the input, innermost first."""
        index = self.clone_index(clone)
        steps: list[Step] = []
        for layer in reversed(self.rounds):
            # Units of a round are few against the qubits; the one that made or re-used this carrier is the
            # one that lists it.
            unit = next(unit for unit in layer if index in unit.carriers)
            slot = int(np.flatnonzero(unit.carriers == index)[0]) + self.num_clones % 2
            steps.append(Step(unit, slot))
            index = unit.source
        return tuple(steps)

    def clone_index(self, clone: str | int) -> int:
        """Number of the qubit of a clone given by path, qubit name or number.

        Raises:
            UnknownNameError: if there is no such qubit or it is not a clone.
        """
        if isinstance(clone, str) and clone in self._paths:
            return self._paths[clone]
        index = qubit_index(self.qubits, clone)
        if index in self._paths.values():
            return index
        some = ", ".join(self.clone_paths[:6]) + (", …" if self.num_leaves > 6 else "")
        raise UnknownNameError.of("clone", clone, f"one of the {self.num_leaves} clones {some}")


def _grow(
    num_pairs: int, levels: int
) -> tuple[list[str], list[Role], tuple[tuple[CloningUnit, ...], ...], dict[str, int]]:
    """Names, roles, units by round, and clone paths of the full tree."""
    names, roles = ["A"], [Role.SOURCE]
    rounds: list[tuple[CloningUnit, ...]] = []
    carriers = {"": 0}
    for _ in range(levels + 1):
        units: list[CloningUnit] = []
        grown: dict[str, int] = {}
        for path, source in carriers.items():
            prefix = f"{path}." if path else ""
            first = len(names)
            names += [f"{prefix}{letter}{i}" for letter in "SN" for i in range(1, num_pairs + 1)]
            roles += [Role.SIGNAL] * num_pairs + [Role.NOISE] * num_pairs
            signals = np.arange(first, first + num_pairs)
            unit = CloningUnit(source, signals, signals + num_pairs)
            units.append(unit)
            labels = [] if num_pairs % 2 else ["A"]
            labels += [f"S{i}" for i in range(1, num_pairs + 1)]
            grown |= {prefix + label: int(q) for label, q in zip(labels, unit.carriers, strict=True)}
        rounds.append(tuple(units))
        carriers = grown
    return names, roles, tuple(rounds), carriers
