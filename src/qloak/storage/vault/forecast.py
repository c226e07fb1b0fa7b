"""How well a stored object would come back in the coming hours, if nothing more is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from ...errors import UsageError
from ..ledger import ObjectRecord
from .choose import Outlook, needed_clones
from .health import Prediction
from .parcels import Parcel, parcels_of
from .shop import Shop

__all__ = ["CloneOutlook", "Forecast", "forecast_of"]

_MOST_POINTS: Final = 500
_MOST_WORK: Final = 2_000_000
"""Clones times qubits of their keys times moments that are computed at once."""


@dataclass(frozen=True, slots=True)
class CloneOutlook:
    """One clone that answers now.

    Attributes:
        parcel: which.
        entanglement_fidelity: of the whole object recovered with this clone, at each moment.
    """

    parcel: Parcel
    entanglement_fidelity: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """How well an object would come back, as `Prediction` has it, exact for known memories and ways.

    Attributes:
        seconds: moments from now on, of the world's clock.
        best: by the best set at each moment; none if it cannot be recovered now.
        clones: each that answers now.
    """

    seconds: tuple[float, ...]
    best: tuple[Prediction, ...]
    clones: tuple[CloneOutlook, ...]


def forecast_of(shop: Shop, record: ObjectRecord, *, seconds: float, points: int) -> Forecast:
    """The coming time of an object that is stored; nothing for one that is over.

    Args:
        shop: its world and providers, which are asked once.
        record: the object.
        seconds: how far to look ahead, greater than 0.
        points: moments, from now to the end; fewer are computed for objects with hundreds of clones.

    Raises:
        UsageError: for a time or a number of points out of range.
    """
    if not 0 < seconds < float("inf"):
        raise UsageError.of("seconds", seconds, "a time greater than 0")
    if not 2 <= points <= _MOST_POINTS:
        raise UsageError.of("points", points, f"2 to {_MOST_POINTS}")
    (parcels,) = parcels_of(shop, [record])
    usable = [parcel for parcel in parcels if parcel.state.is_usable] if record.state.is_live else []
    count = max(2, min(points, _MOST_WORK // (record.num_clones * max(1, len(usable)))))
    moments = tuple(seconds * i / (count - 1) for i in range(count))
    if not record.state.is_live or len(usable) < needed_clones(record.num_clones, record.custody):
        return Forecast(moments, (), ())
    now = Outlook.of(shop, [record])
    outlooks = [replace(now, now=now.now + ahead) for ahead in moments]
    best = tuple(_best(outlooks, record, usable))
    k = record.num_qubits
    clones = tuple(CloneOutlook(p, tuple(o.fidelity(record, p.number) ** k for o in outlooks)) for p in usable)
    return Forecast(moments, best, clones)


def _best(outlooks: list[Outlook], record: ObjectRecord, usable: list[Parcel]) -> Iterator[Prediction]:
    for outlook in outlooks:
        option = outlook.best(record, [parcel.number for parcel in usable])
        yield Prediction.of(0.0 if option is None else option[0], record.num_qubits)
