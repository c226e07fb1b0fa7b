"""`qloak custody`: who can read what under an arrangement of qubits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .options import ClonesOption, JsonOption, whole_number
from .output import print_json

if TYPE_CHECKING:
    from ..core.coalitions import CoalitionTable

__all__ = ["custody"]

_MAX_CLONES = 1000


def custody(
    clones: ClonesOption,
    *,
    policy: Annotated[
        str,
        typer.Option("--policy", metavar="POLICY", help="clones, clones+source, clones,source-deposited or pairs."),
    ] = "clones",
    providers: Annotated[
        str | None, typer.Option("--providers", metavar="NAMES", help="Names of the providers, separated by commas.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List what every coalition of owner and providers can learn.

    Above twelve parties only the telling coalitions are listed: each provider alone, all but one, all of
    them, each without and with the owner.
    """
    from ..core import Custody, CustodyPolicy, EncryptedCloning, coalition_table
    from ..core.cloning import check_num_clones

    if policy not in tuple(CustodyPolicy):
        raise UsageError.of("--policy", policy, f"one of {'; '.join(CustodyPolicy)}")
    num_clones = whole_number("--clones", clones)
    check_num_clones(num_clones, argument="--clones")
    if num_clones > _MAX_CLONES:
        raise UsageError.of("--clones", num_clones, f"at most {_MAX_CLONES} to list coalitions")
    names = () if providers is None else tuple(name.strip() for name in providers.split(","))
    arranged = Custody.arrange(EncryptedCloning(num_clones), CustodyPolicy(policy), providers=names)
    table = coalition_table(arranged)
    if json:
        print_json(_document(table) | {"clones": num_clones, "policy": policy})
        return
    qubits = arranged.scheme.qubits
    for party, held in list(arranged.holdings.items())[:20]:
        print(f"{party} holds {', '.join(qubits.name(int(q)) for q in held[:12])}{' …' if len(held) > 12 else ''}")
    print()
    for row in table:
        leaks = f" ({', '.join(row.access.leaks)})" if row.access.leaks and not row.access.authorized else ""
        print(f"  {row.access.access_class:<14}{leaks}  {_label(row.parties)}")
    if not table.complete:
        print("  only the telling coalitions are listed")


def _document(table: CoalitionTable) -> dict[str, object]:
    rows = [
        {
            "parties": row.parties,
            "class": row.access.access_class,
            "leaks": row.access.leaks,
            "information_bits": row.access.information_bits,
        }
        for row in table
    ]
    return {"schema": "qloak.custody/1", "coalitions": rows, "complete": table.complete}


def _label(parties: tuple[str, ...]) -> str:
    """The parties, or how many where they are many."""
    return ", ".join(parties) if len(parties) <= 8 else f"{', '.join(parties[:3])}, … ({len(parties)} parties)"
