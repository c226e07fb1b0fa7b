"""Custody: which party holds which qubit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ..errors import UnknownNameError, UsageError
from .cloning import EncryptedCloning
from .qubits import Role
from .scheme import Scheme
from .types import IntArray

__all__ = ["OWNER", "Custody", "CustodyPolicy"]

OWNER = "owner"
"""Name of the owner's own site."""


class CustodyPolicy(StrEnum):
    """The honest arrangements of the canonical scheme with one signal qubit at each provider.

    CLONES: provider i holds S_i, the owner N_1 .. N_n; A is discarded.
    CLONES_AND_SOURCE: the owner keeps A as well, and for even n can then read alone.
    CLONES_SOURCE_DEPOSITED: A is one more clone, at provider n + 1 (even n only).
    PAIRS: provider i holds S_i and N_i, the owner's key is the one qubit A.
    """

    CLONES = "clones"
    CLONES_AND_SOURCE = "clones+source"
    CLONES_SOURCE_DEPOSITED = "clones,source-deposited"
    PAIRS = "pairs"


@dataclass(frozen=True, slots=True, eq=False)
class Custody:
    """Who holds what.

    Attributes:
        scheme: whose qubits are held.
        holdings: party -> numbers of the qubits it holds; disjoint. Qubits of no party are discarded.
    """

    scheme: Scheme
    holdings: Mapping[str, IntArray]

    def __post_init__(self) -> None:
        """Check that no qubit is held twice."""
        held = np.concatenate([np.zeros(0, dtype=np.int64), *self.holdings.values()])
        unique, counts = np.unique(held, return_counts=True)
        if len(unique) != len(held):
            twice = self.scheme.qubits.name(int(unique[counts > 1][0]))
            raise UsageError.of("holdings", twice, "each qubit with one party only")

    @classmethod
    def arrange(cls, scheme: EncryptedCloning, policy: CustodyPolicy, *, providers: Sequence[str] = ()) -> Custody:
        """A standard arrangement of the canonical scheme.

        Args:
            scheme: the canonical scheme.
            policy: which arrangement.
            providers: their names, one for each clone handed out; provider-1, provider-2, … if empty.

        Raises:
            UsageError: for an unknown policy, if the number of providers does not fit, two share a name or one
                is called "owner", or A is to be deposited although n is odd.
        """
        try:
            policy = CustodyPolicy(policy)
        except ValueError:
            raise UsageError.of("policy", policy, f"one of {' '.join(CustodyPolicy)}") from None
        n = scheme.num_clones
        deposited = policy is CustodyPolicy.CLONES_SOURCE_DEPOSITED
        if deposited and n % 2:
            raise UsageError.of("num_clones", n, "an even number where A is deposited", "For odd n A is no clone.")
        needed = n + 1 if deposited else n
        names = list(providers) or [f"provider-{i}" for i in range(1, needed + 1)]
        if len(names) != needed:
            raise UsageError.of("providers", names, f"{needed} names, one for each clone")
        if len({*names, OWNER}) != needed + 1:
            raise UsageError.of("providers", names, f"names that all differ and are not {OWNER!r}")
        source, noises = np.array([0]), scheme.qubits.of_role(Role.NOISE)
        kept = {
            CustodyPolicy.CLONES: noises,
            CustodyPolicy.CLONES_AND_SOURCE: np.concatenate([source, noises]),
            CustodyPolicy.CLONES_SOURCE_DEPOSITED: noises,
            CustodyPolicy.PAIRS: source,
        }[policy]
        pairs = policy is CustodyPolicy.PAIRS
        holdings = {OWNER: kept}
        for i, name in enumerate(names[:n], start=1):
            holdings[name] = np.array([i, n + i]) if pairs else np.array([i])
        if deposited:
            holdings[names[n]] = source
        return cls(scheme, holdings)

    @property
    def parties(self) -> tuple[str, ...]:
        """All parties, the owner first."""
        return tuple(self.holdings)

    @property
    def providers(self) -> tuple[str, ...]:
        """All parties but the owner."""
        return tuple(party for party in self.holdings if party != OWNER)

    def held_by(self, parties: Iterable[str]) -> IntArray:
        """Qubits of a coalition, ascending.

        Raises:
            UnknownNameError: for a party that is not in this custody.
        """
        coalition = list(parties)
        for party in coalition:
            if party not in self.holdings:
                raise UnknownNameError.of("party", party, f"one of {', '.join(self.holdings)}")
        return np.sort(np.concatenate([np.zeros(0, np.int64), *(self.holdings[p] for p in dict.fromkeys(coalition))]))
