"""`qloak show`: one object and how it is."""

from __future__ import annotations

from .object_view import show_object
from .options import JsonOption
from .output import print_json
from .store import ObjectArgument, VaultOption, reach

__all__ = ["show"]


def show(ref: ObjectArgument, *, vault: VaultOption = None, json: JsonOption = False) -> None:
    """Show an object: where its clones are, how well it would come back, and who can read what.

    For example `qloak show savings`. The providers are asked just now; nothing is touched. The predicted
    fidelity is that of the best way to recover it, exact for what memories and ways are known to do. The object
    of a spent key names its register in the workbench.

    Exit codes: 0 shown, 2 no such object, 10 no vault, 11 locked.
    """
    with reach(vault) as client:
        document = client.object(ref)
    if json:
        print_json(document)
        return
    show_object(document)
