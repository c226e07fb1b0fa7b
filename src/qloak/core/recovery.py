"""From which qubits the state can be recovered: minimal authorized sets.

A set is authorized if it determines the encoded state, and minimal if no smaller part of it is. Closed form
for the canonical scheme at any size; for any other scheme an exact table over all subsets of few qubits,
and a greedy search that finds one minimal set among many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ..errors import LimitError, NotAuthorizedSetError, UsageError
from .access import Access, AccessClass, classify
from .canonical import CanonicalHolding
from .cloning import EncryptedCloning
from .qubits import parse_holding
from .scheme import Scheme
from .supported import SupportedOperators
from .types import BitArray, IntArray

__all__ = ["RecoverySets", "describe_holding", "minimal_set", "recovery_sets"]

MAX_TABLE_QUBITS = 22
"""Most available qubits whose subsets are tabulated one by one, for schemes without a closed form: 2^22 sets."""


@dataclass(frozen=True, slots=True, eq=False)
class RecoverySets:
    """Minimal authorized sets, smallest first.

    Attributes:
        sets: each ascending qubit numbers.
        more: whether there are others behind these, left out by a limit.
    """

    sets: tuple[IntArray, ...]
    more: bool

    def __len__(self) -> int:
        """Number of sets listed."""
        return len(self.sets)

    def __iter__(self) -> Iterator[IntArray]:
        """The sets listed."""
        return iter(self.sets)


def recovery_sets(
    scheme: Scheme, available: str | Iterable[str] | IntArray | None = None, *, limit: int = 1000
) -> RecoverySets:
    """The minimal sets of available qubits that recover the state.

    The canonical scheme has n sets {A, S_j, N_j}, n 2^(n-1) sets {S_j, N_j} plus one member of every other
    pair, and A plus one member of every pair: 2^n of them for even n, 2^(n-1) for odd n.

    Args:
        scheme: any scheme.
        available: qubit names or numbers; default: all qubits.
        limit: most sets listed, at least 1.

    Returns:
        Smallest sets first, none where the available qubits are not authorized.

    Raises:
        UnknownNameError: for a qubit that does not exist.
        UsageError: for a qubit given twice or a limit below 1.
        LimitError: for more than MAX_TABLE_QUBITS available qubits of a scheme without a closed form.

    Examples:
        >>> scheme = EncryptedCloning(2)
        >>> [[scheme.qubits.name(int(q)) for q in found] for found in recovery_sets(scheme, "S1,N*")]
        [['S1', 'N1', 'N2']]
    """
    if limit < 1:
        raise UsageError.of("limit", limit, "a whole number of at least 1")
    members = _available(scheme, available)
    if isinstance(scheme, EncryptedCloning):
        found = CanonicalHolding.of(scheme.num_clones, members).minimal_sets()
    else:
        found = iter(_tabulated(scheme, members))
    sets = tuple(islice(found, limit))
    return RecoverySets(sets, more=next(found, None) is not None)


def minimal_set(scheme: Scheme, available: str | Iterable[str] | IntArray | None = None) -> IntArray:
    """One minimal authorized set among the available qubits, ascending numbers.

    For the canonical scheme a smallest one. For other schemes qubits are dropped greedily, the last ones
    first, so the set is minimal but another may be smaller.

    Raises:
        NotAuthorizedSetError: if the available qubits do not recover the state; says what they show.
        UnknownNameError: for a qubit that does not exist.
        UsageError: for a qubit given twice.
    """
    members = _available(scheme, available)
    if isinstance(scheme, EncryptedCloning):
        smallest = next(CanonicalHolding.of(scheme.num_clones, members).minimal_sets(), None)
        if smallest is None:
            raise _refusal(scheme, members, classify(scheme, members))
        return smallest
    held = SupportedOperators.on(scheme.code, members)
    everything = 2 * held.code.num_logical
    if held.num_visible < everything:
        raise _refusal(scheme, members, classify(scheme, members))
    kept = []
    for qubit in members[::-1].tolist():
        fewer = held.avoiding([qubit])
        if fewer.num_visible == everything:
            held = fewer
        else:
            kept.append(qubit)
    return np.array(kept[::-1], dtype=np.int64)


def _available(scheme: Scheme, available: str | Iterable[str] | IntArray | None) -> IntArray:
    """Qubit numbers, all of them where nothing is said."""
    return np.arange(len(scheme.qubits)) if available is None else parse_holding(scheme.qubits, available)


def describe_holding(scheme: Scheme, members: IntArray, access: Access) -> str:
    """A set of qubits and what it shows, as part of a sentence."""
    names = ", ".join(scheme.qubits.name(int(q)) for q in members[:12]) or "no qubit"
    names += f", … ({len(members)} qubits)" if len(members) > 12 else ""
    shows = {
        AccessClass.AUTHORIZED: "determines the state",
        AccessClass.PARTIAL: f"shows {', '.join(access.leaks)} of the state and no more",
        AccessClass.UNINFORMATIVE: "shows nothing of the state",
    }[access.access_class]
    return f"{names}, which is {access.access_class} and {shows}"


def _refusal(scheme: Scheme, members: IntArray, access: Access) -> NotAuthorizedSetError:
    """The error for a set that is not authorized."""
    return NotAuthorizedSetError(
        f"holding: got {describe_holding(scheme, members, access)}, expected an authorized set. "
        "recovery_sets lists those of a scheme; qloak access says what a set shows."
    )


def _tabulated(scheme: Scheme, members: IntArray) -> list[IntArray]:
    """Every minimal authorized set, by a table over all subsets of the members.

    A subset is authorized iff it contains the support of some representative of each logical generator.
    """
    if len(members) > MAX_TABLE_QUBITS:
        raise LimitError.of(
            "available",
            f"{len(members)} qubits",
            f"at most {MAX_TABLE_QUBITS} where every subset is looked at",
            "Name fewer qubits, or take minimal_set for one set among many.",
        )
    held = SupportedOperators.on(scheme.code, members)
    visible, checks = held.split()
    if len(visible.rows) < 2 * held.code.num_logical:
        return []
    values = 1 << np.arange(len(members))
    authorized = np.ones(2 ** len(members), dtype=np.bool_)
    check_x, check_z = (_span(bits[:, members] @ values) for bits in checks.letters())
    for x, z in zip(*(bits[:, members] @ values for bits in visible.letters()), strict=True):
        shown = np.zeros_like(authorized)
        shown[(check_x ^ x) | (check_z ^ z)] = True
        for bit in range(len(members)):
            halves = _by_bit(shown, bit)
            halves[:, 1] |= halves[:, 0]
        authorized &= shown
    reducible = np.zeros_like(authorized)
    for bit in range(len(members)):
        _by_bit(reducible, bit)[:, 1] |= _by_bit(authorized, bit)[:, 0]
    masks = np.flatnonzero(authorized & ~reducible)
    sets = [members[(mask & values) > 0] for mask in masks]
    return sorted(sets, key=lambda found: (len(found), found.tolist()))


def _span(generators: IntArray) -> IntArray:
    """The sums modulo 2 of all subsets of some bit masks, in an order that depends on their number only."""
    group = np.zeros(1, dtype=np.int64)
    for generator in generators.tolist():
        group = np.concatenate([group, group ^ generator])
    return group


def _by_bit(table: BitArray, bit: int) -> BitArray:
    """A view of a table over subsets with axis 1 for whether element `bit` is in the subset."""
    return table.reshape(-1, 2, 2**bit)
