"""Which clone to fetch and which set to recover from: by exact predicted fidelity."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...analysis.conditions import Memory
from ...core import CustodyPolicy, EncryptedCloning
from ...core.canonical import CanonicalHolding
from ...errors import QloakError
from ..ledger import ObjectRecord, Placement, Presence
from ..provider import ProviderInfo
from ..world.protocol import HolderInfo, World
from .shop import Job, Shop, home_qubits

__all__ = ["Forecast", "best_set", "fetch_order", "recovery_sets_of"]

_PERFECT: Mapping[str, float] = {"X": 1.0, "Y": 1.0, "Z": 1.0}


@dataclass(frozen=True, slots=True)
class Forecast:
    """What waiting and travelling have done to the qubits of one object, on average.

    Attributes:
        record: the object.
        holders: the world's holders by name; only those with imperfect memories or links matter.
        home: the vault's holder.
        began: world time at which the key came to rest, which is when the parcels left.
        now: world time that the forecast is for.
        arrived: qubits of parcels that are home again -> world time of their arrival.
    """

    record: ObjectRecord
    holders: Mapping[str, HolderInfo]
    home: str
    began: float
    now: float
    arrived: Mapping[int, float]

    @classmethod
    def of(
        cls, world: World, record: ObjectRecord, holders: Sequence[HolderInfo], *, home: str, ahead: float = 0.0
    ) -> Forecast | None:
        """A forecast for now or some seconds ahead; None where everything is perfect and nothing can happen."""
        if all(_is_perfect(info) for info in holders):
            return None
        held = world.custody([record.stored], holder=home).get(record.stored, {})
        key = [held[q].since for q in home_qubits(record.custody, record.num_clones) if q in held]
        now = world.now()
        parcels = {q for p in record.placements for q in p.qubits}
        return cls(
            record=record,
            holders={info.name: info for info in holders},
            home=home,
            began=min(key, default=now),
            now=now + ahead,
            arrived={q: place.since for q, place in held.items() if q in parcels},
        )

    def fidelity(self, number: int, providers: Mapping[str, str]) -> float:
        """Entanglement fidelity of the best recovery with one parcel, exact for Pauli noise.

        (1 + the sum over X, Y, Z of the Walsh factors of that logical operator's letters)/4.

        Args:
            number: of the parcel among the placements.
            providers: name -> holder in the world.
        """
        return max(self._of_set(holding, number, providers) for holding in recovery_sets_of(self.record, number))

    def _of_set(self, holding: Iterable[int], number: int, providers: Mapping[str, str]) -> float:
        members = np.array(sorted(holding), dtype=np.int64)
        operators = CanonicalHolding.of(self.record.num_clones, members).operators()
        x, z = operators["X"], operators["Z"]
        placement = self.record.placements[number]
        factors = {int(q): self._factors(int(q), placement, providers) for q in members}
        return (1 + sum(math.prod(factors[q]["_XYZ"[p[q]]] for q in p.pauli_indices()) for p in (x, z, x * z))) / 4

    def _factors(self, qubit: int, placement: Placement, providers: Mapping[str, str]) -> Mapping[str, float]:
        """What has happened to one qubit: waiting at home, or travelling, waiting there, and travelling back."""
        home = self.holders.get(self.home)
        if qubit not in placement.qubits or placement.deposit.partition(".")[0] != self.record.stored:
            return _waited(home, self.now - self.began)
        there = self.holders.get(providers.get(placement.provider, ""))
        back = self.arrived.get(qubit)
        left = self.now if back is None else back
        steps = [_travelled(there), _waited(there, left - self.began), _travelled(home)]
        if back is not None:
            steps.append(_waited(home, self.now - back))
        return {letter: math.prod(step[letter] for step in steps) for letter in "XYZ"}


def fetch_order(
    shop: Shop, job: Job, health: Mapping[str, ProviderInfo | QloakError], holders: Sequence[HolderInfo]
) -> list[int]:
    """All parcels of a job's present life, those to be tried first in front.

    A clone that was asked for comes alone, then providers that answer by predicted fidelity, then the others.
    """
    asked = job.intent.get("clone")
    scheme = EncryptedCloning(job.record.num_clones)
    numbers = [*job.places(Presence.HOME), *job.places(Presence.AWAY)]
    if asked is not None:
        return [i for i in numbers if scheme.qubits.name(job.placements[i].qubits[0]) == asked]
    up = {name: info.holder for name, info in health.items() if isinstance(info, ProviderInfo)}
    forecast = Forecast.of(shop.world, job.record, holders, home=shop.holder)

    def rank(number: int) -> tuple[bool, float, int]:
        provider = job.placements[number].provider
        known = provider in up and forecast is not None
        return provider not in up, -forecast.fidelity(number, up) if known and forecast else 0.0, number

    return sorted(numbers, key=rank)


def best_set(shop: Shop, job: Job) -> tuple[int, ...]:
    """The qubits to recover from: a small set with one of the parcels at home, the best by prediction."""
    home = job.places(Presence.HOME)
    if len(home) > 1:
        forecast = Forecast.of(shop.world, job.record, shop.world.holders(), home=shop.holder)
        if forecast is not None:
            up = {n: i.holder for n, i in shop.fleet.health().items() if isinstance(i, ProviderInfo)}
            home = sorted(home, key=lambda i: -forecast.fidelity(i, up))
    return recovery_sets_of(job.record, home[0])[0]


def recovery_sets_of(record: ObjectRecord, number: int) -> list[tuple[int, ...]]:
    """The small sets that recover with one parcel and what is at home, the smallest first."""
    n, clone = record.num_clones, record.placements[number].qubits[0]
    with_key = (clone, *range(n + 1, 2 * n + 1))
    with_source = (0, clone, n + clone)
    if record.custody is CustodyPolicy.CLONES:
        return [with_key]
    return [with_source] if record.custody is CustodyPolicy.PAIRS else [with_source, with_key]


def _is_perfect(info: HolderInfo) -> bool:
    return math.isinf(info.t1_seconds) and math.isinf(info.t2_seconds) and info.link_error == 0


def _waited(info: HolderInfo | None, seconds: float) -> Mapping[str, float]:
    if info is None:
        return _PERFECT
    return Memory(info.t1_seconds, info.t2_seconds).walsh_factors(max(0.0, seconds))


def _travelled(info: HolderInfo | None) -> Mapping[str, float]:
    """Depolarizing of the way to a holder: p in equal parts of X, Y, Z leaves 1 - 4p/3 of each."""
    left = 1.0 if info is None else 1 - 4 * info.link_error / 3
    return dict.fromkeys("XYZ", left)
