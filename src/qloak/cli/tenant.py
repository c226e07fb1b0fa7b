"""`qloak tenant`: whose objects there are."""

from __future__ import annotations

from typing import Annotated

import typer

from .object_view import clock, print_columns
from .options import JsonOption
from .output import print_json
from .store import VaultOption, reach

__all__ = ["tenant"]

tenant = typer.Typer(no_args_is_help=True, help="Tenants of a vault; they see nothing of each other.")


@tenant.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="1 to 64 of a-z, 0-9, '.', '_' and '-'.")],
    *,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Make a tenant; for the operator. Then `qloak token create --tenant NAME` lets it in."""
    with reach(vault, create=True) as client:
        document = client.create_tenant(name)
    if json:
        print_json(document)
        return
    print(f"{document['name']}: made {clock(document['created'])}")


@tenant.command("ls")
def list_tenants(*, vault: VaultOption = None, json: JsonOption = False) -> None:
    """List the tenants; for the operator. The operator's own tenant, local, is not listed."""
    with reach(vault) as client:
        document = client.tenants()
    if json:
        print_json(document)
        return
    print_columns(("name", "made"), [(each["name"], clock(each["created"])) for each in document["tenants"]])
