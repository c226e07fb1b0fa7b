"""What coalitions of parties can read: the table behind "who can read what"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from ..errors import LimitError, UsageError
from .access import Access, classify
from .custody import OWNER, Custody

__all__ = ["Coalition", "CoalitionTable", "coalition_table"]


@dataclass(frozen=True, slots=True)
class Coalition:
    """Parties who put their qubits together, and what that shows them.

    Attributes:
        parties: their names, in the order of the custody.
        access: class, leaking logical operators and bits of information.
    """

    parties: tuple[str, ...]
    access: Access


@dataclass(frozen=True, slots=True)
class CoalitionTable:
    """What coalitions can read.

    Attributes:
        rows: one a coalition, smaller coalitions first.
        complete: whether every coalition of the parties is listed, or only the telling ones: each provider
            alone, all but one and all, each without and with the owner.
    """

    rows: tuple[Coalition, ...]
    complete: bool

    def __iter__(self) -> Iterator[Coalition]:
        """The rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.rows)


def coalition_table(custody: Custody, *, max_coalitions: int = 4096) -> CoalitionTable:
    """Class, leaks and bits of every coalition, or of the telling ones where there are too many.

    Args:
        custody: who holds what.
        max_coalitions: most rows. Up to log2(max_coalitions) parties all coalitions are listed; for more, each
            provider alone, all providers but one and all of them, each without and with the owner.

    Raises:
        LimitError: if even those are more than `max_coalitions`.
        UsageError: for a limit below 1.

    Examples:
        >>> table = coalition_table(Custody.arrange(EncryptedCloning(2), CustodyPolicy.CLONES))
        >>> [row.parties for row in table if row.access.authorized]
        [('owner', 'provider-1'), ('owner', 'provider-2'), ('owner', 'provider-1', 'provider-2')]
    """
    if max_coalitions < 1:
        raise UsageError.of("max_coalitions", max_coalitions, "a whole number of at least 1")
    parties = custody.parties
    complete = len(parties) < 64 and 2 ** len(parties) - 1 <= max_coalitions
    telling = 4 * len(parties)
    if not complete and telling > max_coalitions:
        raise LimitError.of(
            "max_coalitions",
            max_coalitions,
            f"at least {telling} for {len(parties)} parties",
            "Or ask for the coalitions of interest one by one with classify(scheme, custody.held_by(parties)).",
        )
    chosen = _every(parties) if complete else _telling(custody)
    rows = (Coalition(names, classify(custody.scheme, custody.held_by(names))) for names in chosen)
    return CoalitionTable(tuple(rows), complete)


def _every(parties: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Every coalition but the empty one."""
    return [names for size in range(1, len(parties) + 1) for names in combinations(parties, size)]


def _telling(custody: Custody) -> list[tuple[str, ...]]:
    """One provider, all but one and all, without the owner and with the owner, and the owner alone."""
    providers = custody.providers
    alone = [(name,) for name in providers]
    but_one = [providers[:i] + providers[i + 1 :] for i in range(len(providers))]
    without = _distinct([*alone, *but_one, providers])
    if OWNER not in custody.holdings:
        return without
    return sorted([(OWNER,), *without, *((OWNER, *names) for names in without)], key=len)


def _distinct(coalitions: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Without the empty one and repetitions, which small custodies bring."""
    return [names for names in dict.fromkeys(coalitions) if names]
