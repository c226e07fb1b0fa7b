"""`qloak rm`: delete an object for ever."""

from __future__ import annotations

from .object_view import show_object
from .options import JsonOption
from .output import print_json
from .store import KeyOption, ObjectArgument, VaultOption, YesOption, confirm, reach

__all__ = ["rm"]


def rm(
    ref: ObjectArgument,
    *,
    yes: YesOption = False,
    key: KeyOption = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Delete an object for ever: all its qubits at home are reset, and the providers told to reset theirs.

    Under custody `pairs` it stays in state `deleting` until one provider has acknowledged that its pair is gone,
    for until then all of them together could read it. For example `qloak rm savings --yes`.

    Exit codes: 0 deleted or deleting, 2 no such object, 10 no vault, 11 locked, 12 it has been redeemed.
    """
    with reach(vault) as client:
        confirm(f"Delete {ref} for ever?", yes=yes)
        document = client.remove(ref, idempotency_key=key)
    if json:
        print_json(document)
        return
    show_object(document)
