"""How deposits are called."""

from __future__ import annotations

import hashlib
from typing import Final

__all__ = ["deposit_name"]

_SECRET: Final = 10


def deposit_name(op: str, stored: str, number: int) -> str:
    """The name of parcel 1 … n of an encrypted register.

    What a provider asks of the world is named by its deposits, and whoever used such a name first would keep it from
    happening: so providers cannot guess each other's. The vault can find a lost name again, from the world's log.

    Args:
        op: the secret that names the operations of the flow which sent the parcels, before the colon.
        stored: the register. Names begin with its name: neighbours in time are neighbours in an index.
        number: of the parcel.
    """
    return f"{stored}.{hashlib.sha256(f'{op}.{number}'.encode()).hexdigest()[:_SECRET]}"
