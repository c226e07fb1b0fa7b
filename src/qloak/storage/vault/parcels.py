"""Where the clones of objects are at this moment: their providers are asked, nothing is touched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ...core import EncryptedCloning
from ...errors import QloakError
from ..ledger import ObjectRecord, Placement, Presence
from ..provider import DepositState
from .shop import Shop

__all__ = ["Parcel", "ParcelState", "parcels_of"]


class ParcelState(StrEnum):
    """Where a clone is, as far as anybody can tell without touching it."""

    AWAY = "away"
    HOME = "home"
    UNREACHABLE = "unreachable"
    LOST = "lost"

    @property
    def is_usable(self) -> bool:
        """Whether it could be recovered from now."""
        return self in (ParcelState.AWAY, ParcelState.HOME)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One clone, or pair.

    Attributes:
        clone: name, such as "S1".
        provider: where it was sent.
        state: where it is; the provider was asked just now.
        number: of its placement in the object's record.
    """

    clone: str
    provider: str
    state: ParcelState
    number: int


def parcels_of(shop: Shop, records: Sequence[ObjectRecord]) -> list[tuple[Parcel, ...]]:
    """The clones of the present life of each of some objects; every provider is asked once, for all of them."""
    asked: dict[str, list[str]] = defaultdict(list)
    for record in records:
        for place in record.present:
            if place.presence is Presence.AWAY:
                asked[place.provider].append(place.deposit)
    answers = shop.fleet.states(asked)
    known: dict[str, DepositState | QloakError] = {}
    for name, deposits in asked.items():
        answer = answers[name]
        if isinstance(answer, QloakError):
            known |= dict.fromkeys(deposits, answer)
        else:
            known |= zip(deposits, answer, strict=True)
    return [_of_one(record, known) for record in records]


def _of_one(record: ObjectRecord, known: dict[str, DepositState | QloakError]) -> tuple[Parcel, ...]:
    present, name = set(record.present), EncryptedCloning(record.num_clones).qubits.name
    return tuple(
        Parcel(name(place.qubits[0]), place.provider, _state(place, known), number)
        for number, place in enumerate(record.placements)
        if place in present
    )


def _state(place: Placement, known: dict[str, DepositState | QloakError]) -> ParcelState:
    if place.presence is Presence.HOME:
        return ParcelState.HOME
    if place.presence is not Presence.AWAY:
        return ParcelState.LOST
    said = known[place.deposit]
    if isinstance(said, QloakError):
        return ParcelState.UNREACHABLE
    return ParcelState.AWAY if said is DepositState.ACCEPTED else ParcelState.LOST
