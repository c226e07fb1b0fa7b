"""`qloak token`: who may use a gateway, a provider or a world."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from .object_view import clock, plain, print_columns
from .options import JsonOption
from .output import print_json
from .quantities import duration_seconds
from .store import VaultOption, reach
from .token_new import token_new

__all__ = ["token"]

token = typer.Typer(no_args_is_help=True, help="Tokens: of a vault's tenants, and of providers and worlds (new).")
token.command("new")(token_new)


@token.command()
def create(
    *,
    scopes: Annotated[
        str,
        typer.Option("--scopes", metavar="LIST", help="Some of read, write, admin, emulator, metrics, rehearse."),
    ] = "read,write",
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What it is for.")] = "",
    tenant: Annotated[
        str | None, typer.Option("--tenant", metavar="TENANT", help="Whose it is; default: your own.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="TIME", help="When it ends, such as 30d; default: never.")
    ] = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Make a token for a gateway. It is printed once, on stdout, and kept nowhere.

    For example `qloak token create --tenant ada --expires 30d`. A token gives no more scopes than its maker has;
    only the operator (tenant local) makes tokens for other tenants.
    """
    seconds = None if expires is None else duration_seconds("--expires", expires)
    words = [part.strip() for part in scopes.split(",")]
    with reach(vault, create=True) as client:
        document = client.create_token(words, name=name, expires_seconds=seconds, tenant=tenant)
    if json:
        print_json(document)
        return
    print(document["token"])
    print(f"qloak: token {document['id']} of tenant {document['tenant']}; it is not shown again", file=sys.stderr)


@token.command("list")
def list_tokens(*, vault: VaultOption = None, json: JsonOption = False) -> None:
    """List the tenant's tokens, without their secrets."""
    with reach(vault) as client:
        document = client.tokens()
    if json:
        print_json(document)
        return
    rows = [
        (
            each["id"],
            each["name"],
            ",".join(each["scopes"]),
            *(clock(each[key]) for key in ("expires", "revoked", "last_used")),
        )
        for each in document["tokens"]
    ]
    print_columns(("id", "name", "scopes", "expires", "revoked", "last used"), rows)


@token.command()
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The token's id, not its secret.")],
    *,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """End a token now; again is harmless."""
    with reach(vault) as client:
        document = client.revoke_token(token_id)
    if json:
        print_json(document)
        return
    print(f"{plain(document['id'])}: revoked {clock(document['revoked'])}")
