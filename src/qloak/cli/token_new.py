"""`qloak token new`: a token for a provider or a world."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import JsonOption
from .output import print_json

__all__ = ["token_new"]


def token_new(
    principal: Annotated[
        str,
        typer.Argument(
            metavar="PRINCIPAL",
            help="Whom it stands for: vault or operator at a provider; a vault's id, a provider's name, *admin or "
            "*emulator at a world.",
        ),
    ],
    *,
    tokens: Annotated[
        Path, typer.Option("--tokens", metavar="FILE", help="The server's file of hashed tokens; made if missing.")
    ],
    json: JsonOption = False,
) -> None:
    """Make a token for a provider or a world, and add its hash to the server's file.

    The token is printed once, on stdout, and kept nowhere. A server that runs takes notice of it at once.
    """
    from ..service.token_file import add_token

    token = add_token(tokens, principal)
    if json:
        print_json({"schema": "qloak.server-token/1", "principal": principal, "token": token, "tokens": str(tokens)})
        return
    print(token)
