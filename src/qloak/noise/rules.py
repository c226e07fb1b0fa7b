"""Rules that say which operation has which noise; a model is a list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self, TypeAlias

import numpy as np

from ..core.types import FloatArray, IntArray
from ..errors import UsageError
from .channel import MAX_DEPOLARIZING, PauliNoise, check_distribution
from .gates import MEASUREMENTS, ONE_QUBIT_GATES, RESETS, TWO_QUBIT_GATES, flip_of_reset
from .tables import CouplerTable, checked_probability, look_up

__all__ = [
    "AfterGate",
    "AfterOneQubit",
    "AfterTwoQubit",
    "BeforeMeasurement",
    "Idle",
    "OnReadout",
    "OnReset",
    "Rule",
]


@dataclass(frozen=True, slots=True, eq=False)
class _Depolarizing:
    """Depolarizing noise at some operations.

    Attributes:
        strength: total probability of non-identity Paulis, at most 3/4 on one qubit and 15/16 on two: one
            for all; by qubit, shape (num_qubits,), nan for qubits that do not work; or by coupler.
        gates: stim names of the operations.
    """

    strength: float | FloatArray | CouplerTable
    gates: frozenset[str]

    width: ClassVar[int] = 1
    what: ClassVar[str]

    def __post_init__(self) -> None:
        values = self.strength.values if isinstance(self.strength, CouplerTable) else self.strength
        checked_probability(self.what, values, maximum=MAX_DEPOLARIZING[self.width])

    def noise(self, targets: IntArray) -> PauliNoise:
        """The noise of one operation on each row of targets, shape (g, width)."""
        return PauliNoise.depolarizing(targets, look_up(self.strength, targets, self.what))

    def scaled(self, factor: float) -> Self:
        """The same rule with all strengths times a factor."""
        return type(self)(self.strength * factor, self.gates)


@dataclass(frozen=True, slots=True, eq=False)
class AfterTwoQubit(_Depolarizing):
    """Depolarizing noise after two-qubit gates; by default after every two-qubit Clifford gate."""

    strength: float | CouplerTable
    gates: frozenset[str] = TWO_QUBIT_GATES

    width: ClassVar[int] = 2
    what: ClassVar[str] = "two-qubit error"


@dataclass(frozen=True, slots=True, eq=False)
class AfterOneQubit(_Depolarizing):
    """Depolarizing noise after one-qubit gates; by default after every one but I, which is waiting."""

    strength: float | FloatArray
    gates: frozenset[str] = ONE_QUBIT_GATES

    what: ClassVar[str] = "one-qubit error"


@dataclass(frozen=True, slots=True, eq=False)
class BeforeMeasurement(_Depolarizing):
    """Depolarizing noise on the qubit just before it is measured; by default at every one-qubit measurement."""

    strength: float | FloatArray
    gates: frozenset[str] = MEASUREMENTS

    what: ClassVar[str] = "error before measurement"


@dataclass(frozen=True, slots=True, eq=False)
class AfterGate:
    """Any Pauli channel after some gates, the same everywhere.

    Attributes:
        probabilities: shape (3,) for one-qubit or (15,) for two-qubit gates; order as in `PauliNoise`.
        gates: stim names.
    """

    probabilities: FloatArray
    gates: frozenset[str]

    def __post_init__(self) -> None:
        if self.probabilities.shape not in ((3,), (15,)):
            raise UsageError.of("probabilities", self.probabilities.shape, "shape (3,) or (15,)")
        check_distribution(self.probabilities)

    def noise(self, targets: IntArray) -> PauliNoise:
        """The noise after one gate on each row of targets, shape (g, 1) or (g, 2)."""
        return PauliNoise(targets, self.probabilities[None, :])

    def scaled(self, factor: float) -> Self:
        """The same rule with all probabilities times a factor."""
        return type(self)(self.probabilities * factor, self.gates)


@dataclass(frozen=True, slots=True, eq=False)
class Idle:
    """What happens to a qubit that waits, which a circuit writes as the gate I.

    Attributes:
        probabilities: of X, Y, Z while waiting, shape (3,), or (num_qubits, 3) with nan where unknown;
            `idle_pauli` gives them.
        gates: {"I"}.
    """

    probabilities: FloatArray
    gates: frozenset[str] = frozenset({"I"})

    def __post_init__(self) -> None:
        if self.probabilities.ndim not in (1, 2) or self.probabilities.shape[-1] != 3:
            raise UsageError.of("probabilities", self.probabilities.shape, "shape (3,) or (num_qubits, 3)")
        rows = self.probabilities.reshape(-1, 3)
        check_distribution(rows[~np.isnan(rows).all(axis=1)])

    def noise(self, targets: IntArray) -> PauliNoise:
        """The noise of waiting on each row of targets, shape (g, 1)."""
        if self.probabilities.ndim == 1:
            return PauliNoise(targets, self.probabilities[None, :])
        columns = [look_up(column, targets, "waiting error") for column in self.probabilities.T]
        return PauliNoise(targets, np.stack(columns, axis=-1))

    def scaled(self, factor: float) -> Self:
        """The same rule with all probabilities times a factor."""
        return type(self)(self.probabilities * factor, self.gates)


@dataclass(frozen=True, slots=True, eq=False)
class OnReadout:
    """Wrong measurement records; the qubit itself is left alone.

    Attributes:
        flip: chance that a record is wrong, one for all or shape (num_qubits,), nan where unknown.
        gates: stim names; default: every one-qubit measurement.
    """

    flip: float | FloatArray
    gates: frozenset[str] = MEASUREMENTS

    def __post_init__(self) -> None:
        checked_probability("readout error", self.flip)

    def flips(self, qubits: IntArray) -> FloatArray:
        """Chances of a wrong record, shape (g,)."""
        found = look_up(self.flip, qubits, "readout error")
        return found if isinstance(found, np.ndarray) else np.full(len(qubits), found)

    def scaled(self, factor: float) -> Self:
        """The same rule with all chances times a factor."""
        return type(self)(self.flip * factor, self.gates)


@dataclass(frozen=True, slots=True, eq=False)
class OnReset:
    """Wrong initial states: the opposite of the one asked for.

    Attributes:
        flip: chance of it, one for all or shape (num_qubits,), nan where unknown.
        gates: stim names; default: every reset, those after a measurement included.
    """

    flip: float | FloatArray
    gates: frozenset[str] = RESETS | frozenset({"MR", "MRX", "MRY"})

    def __post_init__(self) -> None:
        checked_probability("reset error", self.flip)

    def noise(self, name: str, targets: IntArray) -> PauliNoise:
        """The noise after the reset `name` of each row of targets, shape (g, 1)."""
        found = np.atleast_1d(look_up(self.flip, targets, "reset error"))
        probabilities = np.zeros((len(found), 3))
        probabilities[:, "XYZ".index(flip_of_reset(name))] = found
        return PauliNoise(targets, probabilities)

    def scaled(self, factor: float) -> Self:
        """The same rule with all chances times a factor."""
        return type(self)(self.flip * factor, self.gates)


Rule: TypeAlias = AfterTwoQubit | AfterOneQubit | AfterGate | Idle | BeforeMeasurement | OnReadout | OnReset
