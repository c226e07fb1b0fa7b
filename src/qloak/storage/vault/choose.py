"""Which clones to fetch and which set to recover from: by exact predicted fidelity, nothing is sampled."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np

from ...analysis.conditions import PERFECT, Memory, WalshFactors
from ...core import CustodyPolicy, EncryptedCloning, classify
from ...core.canonical import CanonicalHolding
from ..ledger import ObjectRecord, Presence
from ..ledger.expected import home_qubits
from ..provider import ProviderInfo
from ..world.protocol import Custodian, HolderInfo
from .shop import Job, Shop

__all__ = ["Outlook", "asked_for", "fetch_order", "needed_clones", "recovery_sets"]

_CACHED: Final = 4096
_Path = tuple[tuple[str, float], ...]
"""What happened to a qubit: ways to holders (name, -1) and waits at holders (name, seconds)."""


@dataclass(slots=True, eq=False)
class Outlook:
    """What waiting and travelling are known to have done to objects by some moment.

    Exact for the Pauli channels of memories and ways; what a provider does in secret nobody can predict.

    Attributes:
        home: the vault's name in the world.
        holders: the world's holders by name; none where everything is perfect.
        up: provider -> its name in the world, of those that answer.
        now: world time that the outlook is for.
        held: encrypted register -> what the vault has in hand of it.
    """

    home: str
    holders: Mapping[str, HolderInfo]
    up: Mapping[str, str]
    now: float
    held: Mapping[str, Mapping[int, Custodian]]
    _known: dict[tuple[object, ...], float] = field(default_factory=dict)

    @classmethod
    def of(cls, shop: Shop, records: Sequence[ObjectRecord], *, ahead: float = 0.0) -> Outlook:
        """For now, or some seconds ahead."""
        up, holders = _who_is_up(shop), shop.world.holders()
        if all(_is_perfect(info) for info in holders):
            return cls(shop.holder, {}, up, 0.0, {})
        held = shop.world.custody([record.stored for record in records], holder=shop.holder)
        return cls(shop.holder, {info.name: info for info in holders}, up, shop.world.now() + ahead, held)

    @classmethod
    def planned(cls, shop: Shop) -> Outlook:
        """For what is stored at this moment."""
        holders = shop.world.holders()
        known = {} if all(_is_perfect(info) for info in holders) else {info.name: info for info in holders}
        # Nothing is held yet, and the clock starts when it is.
        return cls(shop.holder, known, _who_is_up(shop), 0.0, {})

    def answers(self, provider: str) -> bool:
        """Whether a provider is up."""
        return provider in self.up

    def fidelity(self, record: ObjectRecord, number: int | None) -> float:
        """Entanglement fidelity of one qubit's best recovery with one parcel, or with what is at home alone."""
        return max((f for f, _ in self._options(record, number)), default=0.0)

    def best(self, record: ObjectRecord, numbers: Iterable[int]) -> tuple[float, tuple[int, ...]] | None:
        """The best recovery with one of some parcels, or with none: its fidelity and its qubits; None for no way."""
        options = [option for number in (*numbers, None) for option in self._options(record, number)]
        return max(options, key=lambda option: (option[0], -len(option[1])), default=None)

    def _options(self, record: ObjectRecord, number: int | None) -> list[tuple[float, tuple[int, ...]]]:
        clone = None if number is None else record.placements[number].qubits[0]
        sets = recovery_sets(record.num_clones, record.custody, clone)
        return [(self._of_set(record, members, number), members) for members in sets]

    def _of_set(self, record: ObjectRecord, members: tuple[int, ...], number: int | None) -> float:
        """(1 + the sum over X, Y, Z of the factors of that logical operator's letters)/4."""
        if not self.holders:
            return 1.0
        held = self.held.get(record.stored, {})
        # The key came to rest when the parcels left.
        began = min((held[q].since for q in home_qubits(record.num_clones, record.custody) if q in held), default=0.0)
        here: _Path = ((self.home, self.now - began),)
        paths = dict.fromkeys(members, here)
        if number is not None:
            place = record.placements[number]
            paths |= {q: self._path(place.provider, began, held.get(q)) for q in place.qubits if q in paths}
        known = (record.num_clones, members, tuple(paths.items()))
        if known not in self._known:
            factors = {qubit: self._factors(path) for qubit, path in paths.items()}
            means = [math.prod(factors[q][a] for q, a in each) for each in _operators(record.num_clones, members)]
            self._known[known] = (1 + sum(means)) / 4
        return self._known[known]

    def _path(self, provider: str, began: float, back: Custodian | None) -> _Path:
        """There, waiting, and back; waiting at home where it is back already."""
        there = self.up.get(provider, "")
        left = self.now if back is None else back.since
        path: _Path = ((there, -1.0), (there, left - began), (self.home, -1.0))
        return path if back is None else (*path, (self.home, self.now - back.since))

    def _factors(self, path: _Path) -> WalshFactors:
        steps = [_step(self.holders.get(name), seconds) for name, seconds in path]
        return {letter: math.prod(step[letter] for step in steps) for letter in "XYZ"}


@lru_cache(_CACHED)
def recovery_sets(num_clones: int, custody: CustodyPolicy, clone: int | None) -> tuple[tuple[int, ...], ...]:
    """The small sets that recover with one clone, or its pair, and what is at home, the smallest first.

    Without a clone: A and an even key, where both are at home.
    """
    n = num_clones
    key = tuple(range(n + 1, 2 * n + 1))
    if clone is None:
        return () if needed_clones(n, custody) else ((0, *key),)
    with_key, with_source = (clone, *key), (0, clone, n + clone)
    if custody is CustodyPolicy.CLONES:
        return (with_key,)
    return (with_source,) if custody is CustodyPolicy.PAIRS else (with_source, with_key)


@lru_cache(_CACHED)
def needed_clones(num_clones: int, custody: CustodyPolicy) -> int:
    """How many clones a recovery takes besides what is at home: one, or none where A and an even key are."""
    home = np.array(sorted(home_qubits(num_clones, custody)), dtype=np.int64)
    return 0 if classify(EncryptedCloning(num_clones), home).authorized else 1


@lru_cache(_CACHED)
def _operators(num_clones: int, members: tuple[int, ...]) -> tuple[tuple[tuple[int, str], ...], ...]:
    """The logical X, Z and Y on an authorized set as (qubit, letter)."""
    operators = CanonicalHolding.of(num_clones, np.array(members, dtype=np.int64)).operators()
    x, z = operators["X"], operators["Z"]
    return tuple(tuple((q, "_XYZ"[p[q]]) for q in p.pauli_indices()) for p in (x, z, x * z))


def _who_is_up(shop: Shop) -> dict[str, str]:
    """Providers that answer -> their names in the world."""
    health = shop.fleet.health()
    return {name: info.holder for name, info in health.items() if isinstance(info, ProviderInfo)}


def _is_perfect(info: HolderInfo) -> bool:
    return math.isinf(info.t1_seconds) and math.isinf(info.t2_seconds) and info.link_error == 0


def _step(info: HolderInfo | None, seconds: float) -> WalshFactors:
    if info is None:
        return PERFECT
    if seconds >= 0:
        return Memory(info.t1_seconds, info.t2_seconds).walsh_factors(seconds)
    # Depolarizing on the way: p in equal parts of X, Y, Z leaves 1 - 4p/3 of each mean value.
    return dict.fromkeys("XYZ", 1 - 4 * info.link_error / 3)


def fetch_order(job: Job, outlook: Outlook) -> list[int]:
    """All parcels of a job's present life, those to be tried first in front.

    A clone that was asked for comes first, and alone unless several are to be compared; then those of providers
    that answer, by predicted fidelity, and among equals those that are at home.
    """
    home, seen, chosen = set(job.places(Presence.HOME)), job.seen, asked_for(job)
    numbers = [*home, *job.places(Presence.AWAY)]
    if chosen is not None and job.intent["verify"] == 1:
        return [number for number in numbers if number == chosen]

    def rank(number: int) -> tuple[bool, bool, float, bool, int]:
        here = number in home
        reachable = here or outlook.answers(job.placements[number].provider)
        # Rounding must not decide between clones that are alike.
        return number != chosen, not reachable, -round(outlook.fidelity(seen, number), 12), not here, number

    return sorted(numbers, key=rank)


def asked_for(job: Job) -> int | None:
    """The parcel with the clone that the request named, None if it named none."""
    asked = job.intent.get("clone")
    if asked is None:
        return None
    name = EncryptedCloning(job.record.num_clones).qubits.name
    present = set(job.seen.present)
    found = (i for i, place in enumerate(job.placements) if place in present and name(place.qubits[0]) == asked)
    return next(found, None)
