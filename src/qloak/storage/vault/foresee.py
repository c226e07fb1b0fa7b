"""How well something would come back that is not stored yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...core import CustodyPolicy
from ..ledger import ObjectRecord, ObjectState, Placement
from .choose import Outlook, needed_clones
from .health import HOUR, Prediction
from .shop import Shop, parcel_qubits

__all__ = ["foresee"]


def foresee(
    shop: Shop, custody: CustodyPolicy, providers: Sequence[str], *, num_qubits: int
) -> tuple[Prediction | None, Prediction | None]:
    """How well it would come back from these providers as soon as it is stored, and an hour later.

    Exact for what memories and ways are known to do. Whoever does not answer is left out; None if too few are left.

    Args:
        shop: world and providers; nothing is changed.
        custody: what stays at home.
        providers: one for each clone.
        num_qubits: that are stored, one block each.
    """
    n = len(providers)
    places = tuple(Placement(parcel_qubits(custody, n, i), name, "") for i, name in enumerate(providers, start=1))
    record = ObjectRecord("", "", "", ObjectState.STORING, num_qubits, n, custody, "", placements=places)
    now = Outlook.planned(shop)
    usable = [number for number, name in enumerate(providers) if now.answers(name)]
    if len(usable) < needed_clones(n, custody):
        return None, None
    best = [outlook.best(record, usable) for outlook in (now, replace(now, now=now.now + HOUR))]
    first, later = (None if option is None else Prediction.of(option[0], num_qubits) for option in best)
    return first, later
