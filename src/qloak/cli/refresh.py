"""`qloak refresh`: encrypt an object anew."""

from __future__ import annotations

from .object_view import show_object
from .options import JsonOption
from .output import print_json
from .store import KeyOption, ObjectArgument, VaultOption, reach

__all__ = ["refresh"]


def refresh(ref: ObjectArgument, *, key: KeyOption = None, vault: VaultOption = None, json: JsonOption = False) -> None:
    """Replace lost clones: recover an object and encrypt it anew for the providers that are up.

    There are never two readable copies, and nobody sees the state on the way. What noise has done so far stays.
    For example `qloak refresh savings` after a provider was lost.

    Exit codes: 0 refreshed, 1 no provider answers, 2 no such object, 10 no vault, 11 locked, 12 the key is spent,
    13 lost.
    """
    with reach(vault) as client:
        document = client.refresh(ref, idempotency_key=key)
    if json:
        print_json(document)
        return
    show_object(document)
