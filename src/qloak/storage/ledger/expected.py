"""What has to be at home for an object to be what the ledger says."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import numpy as np

from ...core import CustodyPolicy, EncryptedCloning, classify
from ...core.access import AccessClass
from .records import ObjectRecord, Presence

__all__ = ["home_qubits", "is_recoverable"]


@lru_cache(maxsize=1024)
def home_qubits(num_clones: int, custody: CustodyPolicy) -> frozenset[int]:
    """Scheme qubits that the owner's site keeps while an object is stored: every recovery uses one of them."""
    noise = frozenset(range(num_clones + 1, 2 * num_clones + 1))
    if custody is CustodyPolicy.PAIRS:
        return frozenset({0})
    return noise | {0} if custody is CustodyPolicy.CLONES_AND_SOURCE else noise


def is_recoverable(record: ObjectRecord, held: Collection[int]) -> bool:
    """Whether what is held at home and what lies at providers, as far as known, determines the state."""
    away = {qubit for placement in record.present if placement.presence is Presence.AWAY for qubit in placement.qubits}
    return _is_authorized(record.num_clones, frozenset(held) | away)


@lru_cache(maxsize=65536)
def _is_authorized(num_clones: int, qubits: frozenset[int]) -> bool:
    members = np.array(sorted(qubits), dtype=np.int64)
    return classify(EncryptedCloning(num_clones), members).access_class is AccessClass.AUTHORIZED
