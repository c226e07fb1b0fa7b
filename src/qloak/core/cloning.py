"""Encrypted cloning [YamaguchiKempf2026]: one unit, and the canonical scheme made of one unit.

A unit takes a source qubit A and n Bell pairs (S_i, N_i) and applies

    U_enc = exp(-i pi/4 X_A X_S1 ... X_Sn) exp(-i pi/4 Z_A Z_S1 ... Z_Sn)      (the Z factor first)

to A and the signal halves. The noise halves never meet the data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from ..errors import LimitError, UnknownNameError, UsageError
from .paulis import PauliTable
from .qubits import CanonicalQubits, Qubits, qubit_index
from .scheme import StabilizerCode, check_code_size
from .types import IntArray

__all__ = ["MAX_CLONES", "CloningScheme", "CloningUnit", "EncryptedCloning", "Step", "check_num_clones", "cloning_code"]

MAX_CLONES = 10_000_000
"""Largest number of signal qubits, and of clones in a tree."""


@dataclass(frozen=True, slots=True, eq=False)
class CloningUnit:
    """One application of U_enc.

    Attributes:
        source: number of the qubit that is encrypted.
        signals: numbers of S_1 .. S_n.
        noises: numbers of N_1 .. N_n, the partners in the same order.
    """

    source: int
    signals: IntArray
    noises: IntArray

    @property
    def num_pairs(self) -> int:
        """Number n of Bell pairs."""
        return len(self.signals)

    @property
    def carriers(self) -> IntArray:
        """The clones: all signal qubits, and the source too where n is even."""
        if self.num_pairs % 2:
            return self.signals
        return np.concatenate([[self.source], self.signals])


@dataclass(frozen=True, slots=True)
class Step:
    """One round to undo on the way from a clone back to the input.

    Attributes:
        unit: the unit to undo.
        slot: 0 where the clone is the unit's source (even n only), j >= 1 where it is S_j.
    """

    unit: CloningUnit
    slot: int


@runtime_checkable
class CloningScheme(Protocol):
    """A scheme built of encrypted-cloning units, round after round."""

    @property
    def name(self) -> str:
        """Short description."""
        ...

    @property
    def qubits(self) -> Qubits:
        """The physical qubits."""
        ...

    @property
    def code(self) -> StabilizerCode:
        """The code, written out."""
        ...

    @property
    def clones(self) -> IntArray:
        """Numbers of the qubits that are encrypted clones."""
        ...

    @property
    def rounds(self) -> tuple[tuple[CloningUnit, ...], ...]:
        """The units of each round; the units of one round act on disjoint qubits."""
        ...

    def clone_index(self, clone: str | int) -> int:
        """Number of the qubit of a clone given by name or number.

        Raises:
            UnknownNameError: if there is no such qubit or it is not a clone.
        """
        ...

    def steps(self, clone: str | int) -> tuple[Step, ...]:
        """The units between a clone and the input, innermost (last applied) first.

        Raises:
            UnknownNameError: if there is no such qubit or it is not a clone.
        """
        ...


@dataclass(frozen=True, slots=True)
class EncryptedCloning:
    """The canonical scheme: one input qubit A, n encrypted clones S_1 .. S_n, key N_1 .. N_n.

    For even n the source qubit A is a clone as well. Everything is computed when asked for, so a
    million clones cost nothing until their circuits are built.

    Attributes:
        num_clones: the papers' n, from 2 to MAX_CLONES.

    Raises:
        UsageError: below 2, because a single clone is not encrypted: S_1 would show the Y component.

    Examples:
        >>> EncryptedCloning(6).qubits.name(7)
        'N1'

    References:
        [YamaguchiKempf2026]
    """

    num_clones: int

    def __post_init__(self) -> None:
        """Check the number of clones."""
        check_num_clones(self.num_clones)
        # Powers of two of a fixed-width numpy integer would wrap around.
        object.__setattr__(self, "num_clones", int(self.num_clones))

    @property
    def name(self) -> str:
        """Short description."""
        return f"encrypted cloning, n = {self.num_clones}"

    @property
    def qubits(self) -> CanonicalQubits:
        """A, S1 .. Sn, N1 .. Nn."""
        return CanonicalQubits(self.num_clones)

    @property
    def unit(self) -> CloningUnit:
        """The one unit."""
        n = self.num_clones
        return CloningUnit(0, np.arange(1, n + 1), np.arange(n + 1, 2 * n + 1))

    @property
    def rounds(self) -> tuple[tuple[CloningUnit, ...], ...]:
        """One round of one unit."""
        return ((self.unit,),)

    @property
    def clones(self) -> IntArray:
        """S_1 .. S_n, and A first where n is even."""
        return self.unit.carriers

    @property
    def code(self) -> StabilizerCode:
        """The [[2n+1, 1]] code, distance 3 for every n >= 2."""
        return cloning_code(len(self.qubits), self.rounds)

    def steps(self, clone: str | int) -> tuple[Step, ...]:
        """The one step back from a clone."""
        return (Step(self.unit, self.clone_index(clone)),)

    def clone_index(self, clone: str | int) -> int:
        """Number of the qubit of a clone given by name or number."""
        index = qubit_index(self.qubits, clone)
        if 1 <= index <= self.num_clones or (index == 0 and self.num_clones % 2 == 0):
            return index
        n = self.num_clones
        hint = "For odd n the source qubit is not a clone." if index == 0 else ""
        clones = f"S1 to S{n}" if n % 2 else f"A or S1 to S{n}"
        raise UnknownNameError.of("clone", clone, f"one of the clones {clones}", hint)


def check_num_clones(num_clones: object, *, argument: str = "num_clones") -> None:
    """Refuse a number of clones that is not usable.

    Args:
        num_clones: anything.
        argument: its name in messages.

    Raises:
        UsageError: if not an integer, or below 2.
        LimitError: above MAX_CLONES.
    """
    whole = f"a whole number from 2 to {MAX_CLONES}"
    if not isinstance(num_clones, int | np.integer) or isinstance(num_clones, bool):
        raise UsageError.of(argument, num_clones, whole)
    if num_clones == 1:
        hint = "A single clone is not encrypted: it would show the Y component of the state to its holder."
        raise UsageError.of(argument, 1, whole, hint)
    if num_clones < 2:
        raise UsageError.of(argument, num_clones, whole)
    if num_clones > MAX_CLONES:
        raise LimitError.of(argument, num_clones, whole)


def cloning_code(num_qubits: int, rounds: Iterable[Iterable[CloningUnit]]) -> StabilizerCode:
    """The code of a sequence of units on Bell pairs, the input on qubit 0.

    The tables start as X_A, Z_A and X X, Z Z on every pair, and each unit conjugates them by its two
    quarter rotations.

    Raises:
        LimitError: above MAX_CODE_QUBITS qubits.
    """
    check_code_size(num_qubits)
    units = [unit for layer in rounds for unit in layer]
    pairs = np.vstack([np.column_stack([unit.signals, unit.noises]) for unit in units])
    source = np.array([0])
    table = PauliTable.from_letters(num_qubits, [("X", source)], rows=1).stacked(
        PauliTable.from_letters(num_qubits, [("Z", source)], rows=1),
        PauliTable.from_letters(num_qubits, [("X", pairs)], rows=len(pairs)),
        PauliTable.from_letters(num_qubits, [("Z", pairs)], rows=len(pairs)),
    )
    for unit in units:
        support = np.concatenate([[unit.source], unit.signals])
        for letter in "ZX":
            table = table.quarter_rotated(PauliTable.from_letters(num_qubits, [(letter, support)], rows=1))
    return StabilizerCode(stabilizers=table[2:], logical_x=table[0:1], logical_z=table[1:2])
