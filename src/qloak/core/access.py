"""Access structure: what a set of qubits reveals of the encoded state.

Two independent methods: a closed rule for the canonical scheme, linear in the number of clones
[Mio2026] [Gianini2026full], and GF(2) ranks for any scheme. Both are exact for every input state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from ..errors import LimitError, UsageError
from . import gf2
from .cloning import EncryptedCloning
from .paulis import PauliTable
from .qubits import parse_holding
from .scheme import Scheme
from .types import IntArray

__all__ = ["Access", "AccessClass", "AccessCounts", "classify", "count_access"]

MAX_ENUMERATED_QUBITS = 17
"""Largest scheme whose subsets are enumerated one by one: 2^17 sets."""


class AccessClass(StrEnum):
    """What a holding can learn."""

    AUTHORIZED = "authorized"
    PARTIAL = "partial"
    UNINFORMATIVE = "uninformative"


@dataclass(frozen=True, slots=True)
class Access:
    """What one holding reveals.

    Attributes:
        access_class: everything, something, or nothing.
        leaks: independent logical Paulis that the holding can measure, such as ("Y",); for an
            authorized holding all 2k generators.
        num_logical: k.
    """

    access_class: AccessClass
    leaks: tuple[str, ...]
    num_logical: int

    @property
    def information_bits(self) -> float:
        """Mutual information in bits between the holding and a reference maximally entangled with the input.

        2k for a holding that recovers the state, 0 for one that knows nothing, 1 for one Pauli component.
        """
        return float(len(self.leaks))

    @property
    def authorized(self) -> bool:
        """Whether the holding recovers the state exactly."""
        return self.access_class is AccessClass.AUTHORIZED


@dataclass(frozen=True, slots=True)
class AccessCounts:
    """Number of subsets of all qubits in each class."""

    authorized: int
    partial: int
    uninformative: int


def classify(
    scheme: Scheme,
    holding: str | Iterable[str] | IntArray,
    *,
    method: Literal["auto", "rule", "rank"] = "auto",
) -> Access:
    """What the holder of some qubits can learn of the encoded state.

    Args:
        scheme: any scheme.
        holding: qubit names ("S1,N2" or a sequence) or numbers.
        method: "rule" is the closed rule of the canonical scheme, "rank" works for every scheme,
            "auto" takes the rule where it applies.

    Raises:
        UnknownNameError: for a qubit that does not exist.
        UsageError: for a qubit given twice, or the rule for a scheme that has none.
        LimitError: for the rank method above MAX_CODE_QUBITS qubits.

    Examples:
        >>> classify(EncryptedCloning(3), "S1,N2,N3").leaks
        ('Y',)
    """
    members = parse_holding(scheme.qubits, holding)
    _check_method(scheme, method)
    if isinstance(scheme, EncryptedCloning) and method != "rank":
        return _classify_by_rule(scheme.num_clones, members)
    return _classify_by_rank(scheme, members)


def count_access(scheme: Scheme, *, method: Literal["auto", "rule", "rank"] = "auto") -> AccessCounts:
    """Number of authorized, partial and uninformative subsets.

    The rule gives the counts in closed form: of the 2^(2n+1) subsets of the canonical scheme none is
    partial for even n and 2^n are for odd n, and complements pair the rest. "rank" enumerates.

    Raises:
        UsageError: for the rule for a scheme that has none.
        LimitError: for an enumeration over more than MAX_ENUMERATED_QUBITS qubits.
    """
    _check_method(scheme, method)
    if isinstance(scheme, EncryptedCloning) and method != "rank":
        n = scheme.num_clones
        if n > 7_000:
            raise LimitError.of("num_clones", n, "at most 7000 to print counts of 2^(2n+1) subsets")
        partial = 2**n if n % 2 else 0
        half = (2 ** (2 * n + 1) - partial) // 2
        return AccessCounts(authorized=half, partial=partial, uninformative=half)
    num_qubits = len(scheme.qubits)
    if num_qubits > MAX_ENUMERATED_QUBITS:
        raise LimitError.of(
            "num_qubits", num_qubits, f"at most {MAX_ENUMERATED_QUBITS} qubits to enumerate every subset"
        )
    code = scheme.code
    stabilizers, logicals = code.stabilizers, code.logicals()
    bits = np.arange(num_qubits)
    tally = dict.fromkeys(AccessClass, 0)
    for subset in range(2**num_qubits):
        outside = np.flatnonzero((subset >> bits) & 1 == 0)
        leaks = _visible_logicals(stabilizers, logicals, outside)
        tally[_from_leaks(leaks, code.num_logical).access_class] += 1
    return AccessCounts(**{kind.value: count for kind, count in tally.items()})


def _check_method(scheme: Scheme, method: str) -> None:
    """Refuse a method that does not exist or not for this scheme."""
    if method not in ("auto", "rule", "rank"):
        raise UsageError.of("method", method, "auto, rule or rank")
    if method == "rule" and not isinstance(scheme, EncryptedCloning):
        raise UsageError.of("method", method, "rank", "The closed rule holds for the canonical scheme only.")


def _classify_by_rule(n: int, members: IntArray) -> Access:
    """The closed rule: pairs are full, half or empty, and A is held or not."""
    source = bool(len(members)) and members[0] == 0
    signals = members[(members >= 1) & (members <= n)] - 1
    noises = members[members > n] - n - 1
    touched = np.zeros(n, dtype=np.int8)
    touched[signals] += 1
    touched[noises] += 1
    some_full = bool((touched == 2).any())
    some_empty = bool((touched == 0).any())
    # Only asked where every pair is half: then p counts the pairs whose signal is the member held.
    leaky = n % 2 == 1 and (len(signals) % 2 == 1) != source
    if some_full and (source or not some_empty):
        return _from_leaks(("X", "Z"))
    if some_full or some_empty:
        return _from_leaks(())
    if leaky:
        return _from_leaks(("Y",))
    return _from_leaks(("X", "Z") if source else ())


def _classify_by_rank(scheme: Scheme, members: IntArray) -> Access:
    """Which logical operators have a representative on the members."""
    outside = np.setdiff1d(np.arange(len(scheme.qubits)), members)
    code = scheme.code
    return _from_leaks(_visible_logicals(code.stabilizers, code.logicals(), outside), code.num_logical)


def _from_leaks(leaks: tuple[str, ...], num_logical: int = 1) -> Access:
    """The class that goes with what leaks."""
    kind = AccessClass.PARTIAL if leaks else AccessClass.UNINFORMATIVE
    if len(leaks) == 2 * num_logical:
        kind = AccessClass.AUTHORIZED
    return Access(kind, leaks, num_logical)


def _visible_logicals(stabilizers: PauliTable, logicals: PauliTable, outside: IntArray) -> tuple[str, ...]:
    """Independent logical Paulis that a stabilizer moves off the qubits `outside`.

    A product of logicals is visible on the rest iff, restricted to `outside`, it is a product of
    stabilizers. Eliminating the stabilizer rows first leaves that question to 2k rows.
    """
    width = 2 * len(outside)
    rows = stabilizers.stacked(logicals).restricted(outside)
    combinations = gf2.null_combinations(rows, width)[:, len(stabilizers) :]
    # Combinations of stabilizers alone show up as zero rows; the rest may repeat.
    reduced, pivots = gf2.echelon(gf2.pack(combinations), len(logicals))
    visible = gf2.unpack(reduced[: len(pivots)], len(logicals))
    k = len(logicals) // 2
    letters = np.array(list("IXZY"))[visible[:, :k] + 2 * visible[:, k:]]
    return tuple(sorted("".join(row) for row in letters))
