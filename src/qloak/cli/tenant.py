"""`qloak tenant`: whose objects there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ..errors import UsageError
from .object_view import clock, plain, print_columns
from .options import JsonOption, whole_number
from .output import print_json
from .store import VaultOption, reach

__all__ = ["tenant"]

tenant = typer.Typer(no_args_is_help=True, help="Tenants of a vault; they see nothing of each other.")

ObjectsOption = Annotated[
    str | None,
    typer.Option("--max-objects", metavar="N", help="Objects that it may have stored at a time; default: any number."),
]
QubitsOption = Annotated[
    str | None, typer.Option("--max-qubits", metavar="M", help="Logical qubits in them; default: any number.")
]


@tenant.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="1 to 64 of a-z, 0-9, '.', '_' and '-'.")],
    *,
    max_objects: ObjectsOption = None,
    max_qubits: QubitsOption = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Make a tenant; for the operator. Then `qloak token create --tenant NAME` lets it in.

    What is stored, or on its way there or back, counts for --max-objects and --max-qubits; registers in the
    workbench do not. A put beyond them is refused before anything is done.
    """
    objects, qubits = _limit("--max-objects", max_objects), _limit("--max-qubits", max_qubits)
    with reach(vault, create=True) as client:
        document = client.create_tenant(name, max_objects=objects, max_qubits=qubits)
    if json:
        print_json(document)
        return
    print(f"{document['name']}: made {clock(document['created'])}")


@tenant.command()
def limit(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A tenant.")],
    *,
    max_objects: ObjectsOption = None,
    max_qubits: QubitsOption = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Give a tenant other limits; for the operator. What is not given is not limited any more.

    What is stored beyond the new limits stays. For example `qloak tenant limit ada --max-objects 1000`.
    """
    objects, qubits = _limit("--max-objects", max_objects), _limit("--max-qubits", max_qubits)
    with reach(vault) as client:
        document = client.limit_tenant(name, max_objects=objects, max_qubits=qubits)
    if json:
        print_json(document)
        return
    print(f"{plain(document['name'])}: objects {_used(document, 'objects')}, qubits {_used(document, 'qubits')}")


@tenant.command("ls")
def list_tenants(*, vault: VaultOption = None, json: JsonOption = False) -> None:
    """List the tenants; for the operator. The operator's own tenant, local, is not listed.

    What they have stored is counted where they have a limit.
    """
    with reach(vault) as client:
        document = client.tenants()
    if json:
        print_json(document)
        return
    rows = [
        (plain(each["name"]), clock(each["created"]), _used(each, "objects"), _used(each, "qubits"))
        for each in document["tenants"]
    ]
    print_columns(("name", "made", "objects", "qubits"), rows)


def _limit(argument: str, text: str | None) -> int | None:
    """A limit that was given as text."""
    number = None if text is None else whole_number(argument, text)
    if number is not None and number < 0:
        raise UsageError.of(argument, text, "a number of at least 0")
    return number


def _used(document: Mapping[str, Any], what: str) -> str:
    """How much of a limit is used; "-" where nothing is counted."""
    used, most = document[what], document[f"max_{what}"]
    if used is None:
        return "-"
    return f"{used}" if most is None else f"{used} of {most}"
