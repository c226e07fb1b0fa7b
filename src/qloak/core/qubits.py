"""Named qubits: which number a name has, and what part the qubit plays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np

from ..errors import UnknownNameError, UsageError
from .types import IntArray

__all__ = ["CanonicalQubits", "NamedQubits", "Qubits", "Role", "parse_holding", "qubit_index"]


class Role(StrEnum):
    """The part a qubit plays in a scheme."""

    SOURCE = "source"
    SIGNAL = "signal"
    NOISE = "noise"


class Qubits(Protocol):
    """The qubits of a scheme, numbered 0 .. len - 1, each with a name and a role."""

    def __len__(self) -> int:
        """Number of qubits."""
        ...

    def name(self, index: int) -> str:
        """Name of one qubit."""
        ...

    def indices(self, names: Iterable[str]) -> IntArray:
        """Numbers of the named qubits, in the given order.

        Raises:
            UnknownNameError: for a name that no qubit has.
        """
        ...

    def of_role(self, role: Role) -> IntArray:
        """Numbers of all qubits with this role, ascending."""
        ...


@dataclass(frozen=True, slots=True)
class CanonicalQubits:
    """A, S1 .. Sn, N1 .. Nn: A is 0, S_i is i, N_i is n + i. Names are computed, never stored.

    Attributes:
        num_clones: n, the number of pairs.
    """

    num_clones: int

    def __len__(self) -> int:
        """2n + 1."""
        return 2 * self.num_clones + 1

    def name(self, index: int) -> str:
        """Name of one qubit."""
        if not 0 <= index < len(self):
            raise UnknownNameError.of("qubit", index, f"a number from 0 to {len(self) - 1}")
        if index == 0:
            return "A"
        return f"S{index}" if index <= self.num_clones else f"N{index - self.num_clones}"

    def indices(self, names: Iterable[str]) -> IntArray:
        """Numbers of the named qubits, in the given order."""
        n = self.num_clones
        offsets = {"S": 0, "N": n}
        out: list[int] = []
        for name in names:
            digits = name[1:]
            # isdecimal alone would accept other scripts' digits and leading zeros.
            if name == "A":
                out.append(0)
            elif (
                name[:1] in offsets
                and digits.isascii()
                and digits.isdecimal()
                and digits[0] != "0"
                and len(digits) <= len(str(n))
                and int(digits) <= n
            ):
                out.append(offsets[name[0]] + int(digits))
            else:
                raise UnknownNameError.of("qubit", name, f"A, S1 to S{n} or N1 to N{n}")
        return np.array(out, dtype=np.int64)

    def of_role(self, role: Role) -> IntArray:
        """Numbers of all qubits with this role, ascending."""
        n = self.num_clones
        first, last = {Role.SOURCE: (0, 0), Role.SIGNAL: (1, n), Role.NOISE: (n + 1, 2 * n)}[role]
        return np.arange(first, last + 1)


@dataclass(frozen=True, slots=True)
class NamedQubits:
    """Qubits with names given one by one.

    Attributes:
        names: the names, in order of their numbers; all different.
        roles: the role of each, same length.
    """

    names: tuple[str, ...]
    roles: tuple[Role, ...]
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check lengths and uniqueness."""
        if len(self.names) != len(self.roles):
            raise UsageError.of("roles", len(self.roles), f"one role for each of {len(self.names)} names")
        object.__setattr__(self, "_index", {name: i for i, name in enumerate(self.names)})
        if len(self._index) != len(self.names):
            raise UsageError.of("names", len(self.names), "names that all differ")

    def __len__(self) -> int:
        """Number of qubits."""
        return len(self.names)

    def name(self, index: int) -> str:
        """Name of one qubit."""
        if not 0 <= index < len(self):
            raise UnknownNameError.of("qubit", index, f"a number from 0 to {len(self) - 1}")
        return self.names[index]

    def indices(self, names: Iterable[str]) -> IntArray:
        """Numbers of the named qubits, in the given order."""
        try:
            return np.array([self._index[name] for name in names], dtype=np.int64)
        except KeyError as error:
            some = ", ".join(self.names[:8]) + (", …" if len(self.names) > 8 else "")
            raise UnknownNameError.of("qubit", error.args[0], f"one of {some}") from None

    def of_role(self, role: Role) -> IntArray:
        """Numbers of all qubits with this role, ascending."""
        return np.array([i for i, r in enumerate(self.roles) if r is role], dtype=np.int64)


def qubit_index(qubits: Qubits, qubit: str | int) -> int:
    """Number of one qubit given by name or number.

    Raises:
        UnknownNameError: if there is no such qubit.
        UsageError: for what is neither a name nor a number.
    """
    if isinstance(qubit, str):
        return int(qubits.indices([qubit])[0])
    if isinstance(qubit, bool) or not isinstance(qubit, int | np.integer):
        raise UsageError.of("qubit", qubit, "a name or a number")
    if not 0 <= qubit < len(qubits):
        raise UnknownNameError.of("qubit", int(qubit), f"a number from 0 to {len(qubits) - 1}")
    return int(qubit)


def parse_holding(qubits: Qubits, holding: str | Iterable[str] | Sequence[int] | IntArray) -> IntArray:
    """A set of qubits as ascending numbers.

    Args:
        qubits: whose names are meant.
        holding: names separated by commas or white space ("S1,N2,N3"), or names one by one, or qubit
            numbers. `S*` and `N*` stand for all signal and all noise qubits.

    Raises:
        UnknownNameError: for a qubit that does not exist.
        UsageError: for a qubit given twice, or what is neither names nor numbers.
    """
    if isinstance(holding, np.ndarray):
        if holding.ndim != 1 or (holding.size and holding.dtype.kind not in "iu"):
            raise UsageError.of("holding", holding, "a flat array of qubit numbers")
        indices = holding.astype(np.int64)
    elif not isinstance(holding, Iterable):
        raise UsageError.of("holding", holding, "names or numbers of qubits")
    else:
        items = holding.replace(",", " ").split() if isinstance(holding, str) else list(holding)
        wildcards = {"S*": Role.SIGNAL, "N*": Role.NOISE}
        names = [item for item in items if isinstance(item, str)]
        groups = [qubits.of_role(wildcards[name]) for name in names if name in wildcards]
        numbers = [qubit_index(qubits, item) for item in items if not isinstance(item, str)]
        named = qubits.indices(name for name in names if name not in wildcards)
        indices = np.concatenate([*groups, named, np.array(numbers, dtype=np.int64)])
    outside = indices[(indices < 0) | (indices >= len(qubits))]
    if len(outside):
        raise UnknownNameError.of("qubit", int(outside[0]), f"a number from 0 to {len(qubits) - 1}")
    unique, counts = np.unique(indices, return_counts=True)
    if len(unique) != len(indices):
        raise UsageError.of("holding", qubits.name(int(unique[counts > 1][0])), "each qubit at most once")
    return unique
