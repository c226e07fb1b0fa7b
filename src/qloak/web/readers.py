"""Who could read what, in as few lines as say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["ReaderGroup", "group_readers"]

_OWNER: Final = "owner"
_KINDS: Final = ("one", "all", "owner", "owner_with")


@dataclass(frozen=True, slots=True)
class ReaderGroup:
    """Coalitions of one kind that learn the same.

    Attributes:
        kind: "one" provider alone, "all" providers together, "owner" alone, "owner_with" one provider.
        providers: which, of the kinds with one provider; otherwise all of the coalition's.
        access_class: authorized, partial or uninformative.
        leaks: logical Paulis of every stored qubit that they can measure.
        any: whether it is so for every coalition of this kind.
    """

    kind: str
    providers: tuple[str, ...]
    access_class: str
    leaks: tuple[str, ...]
    any: bool


def group_readers(readers: Iterable[Mapping[str, Any]]) -> list[ReaderGroup]:
    """From `who_can_read` of a health or plan document: coalitions of a kind that learn the same are one group."""
    found: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for reader in readers:
        parties = reader["parties"]
        others = [party for party in parties if party != _OWNER]
        kind = _kind(parties, others)
        found.setdefault((kind, reader["class"], tuple(reader["leaks"])), []).extend(others)
    kinds = [kind for kind, _, _ in found]
    groups = [
        ReaderGroup(kind, tuple(names), access, leaks, any=kinds.count(kind) == 1)
        for (kind, access, leaks), names in found.items()
    ]
    return sorted(groups, key=lambda group: _KINDS.index(group.kind))


def _kind(parties: list[str], others: list[str]) -> str:
    if _OWNER in parties:
        return "owner_with" if others else "owner"
    return "one" if len(others) == 1 else "all"
