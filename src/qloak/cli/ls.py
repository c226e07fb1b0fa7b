"""`qloak ls`: what is stored."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from .object_view import clock, print_columns
from .options import JsonOption, whole_number
from .output import print_json
from .store import VaultOption, reach

__all__ = ["ls"]


def ls(
    *,
    state: Annotated[
        str | None,
        typer.Option("--state", metavar="LIST", help="Only objects in these states, such as stored,redeemed."),
    ] = None,
    after: Annotated[str, typer.Option("--after", metavar="ID", help="Begin after this object.")] = "",
    limit: Annotated[str, typer.Option("--limit", metavar="K", help="At most so many, up to 1000.")] = "100",
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """List objects, oldest first.

    For example `qloak ls --state stored`. Where there are more, stderr says how to go on; under --json the field
    `next` is the id for --after.
    """
    states = () if state is None else tuple(part.strip() for part in state.split(","))
    with reach(vault) as client:
        document = client.objects(after=after, limit=whole_number("--limit", limit), states=states)
    if json:
        print_json(document)
        return
    rows = [
        (
            each["id"],
            each["name"],
            each["state"],
            each["num_qubits"],
            each["clones"],
            each["custody"],
            clock(each["created"]),
        )
        for each in document["objects"]
    ]
    print_columns(("id", "name", "state", "qubits", "clones", "custody", "put"), rows)
    if document["next"] is not None:
        print(f"qloak: there may be more: qloak ls --after {document['next']}", file=sys.stderr)
