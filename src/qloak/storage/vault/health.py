"""How a stored object is: what is left of it, how well it would come back, and who could read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from ...core import OWNER, AccessClass, CustodyPolicy, EncryptedCloning, classify
from ..ledger import ObjectRecord, Placement, Presence
from ..ledger.expected import home_qubits
from .choose import Outlook, needed_clones
from .parcels import Parcel, ParcelState, parcels_of
from .shop import Shop, parcel_qubits

__all__ = [
    "HOUR",
    "Health",
    "Parcel",
    "ParcelState",
    "Prediction",
    "Reader",
    "health_of",
    "planned_readers",
    "readers_of",
    "warnings_of",
]

HOUR: Final = 3600.0
_CACHED: Final = 1024


@dataclass(frozen=True, slots=True)
class Prediction:
    """How well an object comes back by the best set, exact for what memories and ways are known to do.

    Attributes:
        entanglement_fidelity: F_e of the channel from what was stored to what comes back, all qubits together.
        average_fidelity: (d F_e + 1)/(d + 1) with d = 2^qubits.
    """

    entanglement_fidelity: float
    average_fidelity: float

    @classmethod
    def of(cls, one_qubit: float, num_qubits: int) -> Prediction:
        """From the F_e of one block: the blocks are independent and alike."""
        return cls.of_register(one_qubit**num_qubits, num_qubits)

    @classmethod
    def of_register(cls, entanglement_fidelity: float, num_qubits: int) -> Prediction:
        """From the F_e of all qubits together."""
        # 2^-qubits underflows gently to 0, where 2^qubits would overflow.
        weight = 0.5**num_qubits
        return cls(entanglement_fidelity, (entanglement_fidelity + weight) / (1 + weight))


@dataclass(frozen=True, slots=True)
class Reader:
    """What some parties together could learn.

    Attributes:
        parties: "owner" and names of providers.
        access_class: everything, something or nothing.
        leaks: logical Paulis that they can measure, of every stored qubit.
    """

    parties: tuple[str, ...]
    access_class: AccessClass
    leaks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """How an object is.

    Attributes:
        parcels: its clones.
        surviving: how many of them are at home or at providers that confirm them.
        unreachable: how many are at providers that do not answer.
        needed: how many must survive.
        now, in_one_hour: None if it cannot be recovered from what survives.
        readers: each provider alone, all of them, the owner, the owner with each provider.
        warnings: what its owner should know.
    """

    parcels: tuple[Parcel, ...]
    surviving: int
    unreachable: int
    needed: int
    now: Prediction | None
    in_one_hour: Prediction | None
    readers: tuple[Reader, ...]
    warnings: tuple[str, ...]

    @property
    def recoverable(self) -> bool:
        """Whether what answers now is enough."""
        return self.surviving >= self.needed


def health_of(shop: Shop, record: ObjectRecord) -> Health:
    """The health of an object that is stored; of any other, the last that is known.

    Asks every provider that has a clone; changes nothing and samples nothing.
    """
    (parcels,) = parcels_of(shop, [record])
    states = [parcel.state for parcel in parcels]
    usable = [parcel.number for parcel in parcels if parcel.state.is_usable]
    unreachable = states.count(ParcelState.UNREACHABLE)
    # Who does not answer may still have it.
    left = [record.placements[p.number] for p in parcels if p.state is not ParcelState.LOST]
    readers = readers_of(record.num_clones, record.custody, left) if record.state.is_live else ()
    needed = needed_clones(record.num_clones, record.custody)
    now = in_one_hour = None
    if record.state.is_live and len(usable) >= needed:
        now, in_one_hour = _predictions(shop, record, usable)
    warnings = (*warnings_of(record.num_clones, record.custody), *_losses(states, needed))
    return Health(parcels, len(usable), unreachable, needed, now, in_one_hour, readers, warnings)


def readers_of(num_clones: int, custody: CustodyPolicy, placements: Sequence[Placement]) -> tuple[Reader, ...]:
    """What parties could learn: each provider alone, all, the owner, the owner with each.

    Args:
        num_clones: n.
        custody: what stays at home.
        placements: those that are not lost, each qubit once.
    """
    held: dict[str, set[int]] = defaultdict(set)
    held[OWNER] |= home_qubits(num_clones, custody)
    for place in placements:
        held[OWNER if place.presence is Presence.HOME else place.provider] |= set(place.qubits)
    providers = [party for party in held if party != OWNER]
    coalitions: list[tuple[str, ...]] = [(name,) for name in providers]
    coalitions += [tuple(providers)] if len(providers) > 1 else []
    coalitions += [(OWNER,), *((OWNER, name) for name in providers)]

    def reader(parties: tuple[str, ...]) -> Reader:
        return Reader(parties, *_access(num_clones, frozenset().union(*(held[party] for party in parties))))

    return tuple(reader(parties) for parties in coalitions)


@lru_cache(_CACHED)
def _access(num_clones: int, holding: frozenset[int]) -> tuple[AccessClass, tuple[str, ...]]:
    """What some qubits tell, and the logical Paulis that can be measured on them."""
    access = classify(EncryptedCloning(num_clones), np.array(sorted(holding), dtype=np.int64))
    return access.access_class, access.leaks


def planned_readers(custody: CustodyPolicy, providers: Sequence[str]) -> tuple[Reader, ...]:
    """What parties could learn of an object that is stored at these providers, one clone at each."""
    n = len(providers)
    places = [Placement(parcel_qubits(custody, n, i), name, "") for i, name in enumerate(providers, start=1)]
    return readers_of(n, custody, places)


@lru_cache(_CACHED)
def warnings_of(num_clones: int, custody: CustodyPolicy) -> tuple[str, ...]:
    """What this arrangement gives away, whatever becomes of it."""
    providers = tuple(f"provider-{i}" for i in range(1, num_clones + 1))
    warnings = []
    by_parties = {reader.parties: reader for reader in planned_readers(custody, providers)}
    together = by_parties[providers]
    if together.access_class is AccessClass.PARTIAL:
        warnings.append(
            f"n = {num_clones} is odd: all providers together can measure {' and '.join(together.leaks)} of every "
            "stored qubit without the key. An even number of clones shows them nothing."
        )
    if together.access_class is AccessClass.AUTHORIZED:
        warnings.append("All providers together can read it without the owner (custody pairs).")
    if by_parties[OWNER,].access_class is AccessClass.AUTHORIZED:
        warnings.append("The owner's site alone can read it: keeping A is a backup, not a split of trust.")
    if num_clones % 2 and custody is CustodyPolicy.CLONES:
        warnings.append("One clone with all of the key but its own partner also shows Y, as n is odd.")
    return tuple(warnings)


def _losses(states: Sequence[ParcelState], needed: int) -> Iterator[str]:
    usable = sum(state.is_usable for state in states)
    if needed and not usable:
        gone = all(state is ParcelState.LOST for state in states)
        yield "Every clone is lost: nobody can recover it." if gone else "No provider that has a clone answers now."
    elif needed and usable == needed and len(states) > needed:
        yield "One more loss would be the last: refresh it."


def _predictions(shop: Shop, record: ObjectRecord, usable: Sequence[int]) -> tuple[Prediction | None, ...]:
    """Now and in an hour."""
    now = Outlook.of(shop, [record])
    best = [outlook.best(record, usable) for outlook in (now, replace(now, now=now.now + HOUR))]
    return tuple(None if option is None else Prediction.of(option[0], record.num_qubits) for option in best)
