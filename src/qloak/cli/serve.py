"""`qloak serve`: the gateway."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ..errors import UnauthenticatedError, UsageError
from .options import JsonOption
from .server_options import (
    CertificateOption,
    HostOption,
    KeyOption,
    PortOption,
    QuietOption,
    announcer,
    build_address,
)
from .store import open_vault
from .vault import FolderOption

if TYPE_CHECKING:
    from ..storage.vault import Vault
    from ..web import OneTimeLinks

__all__ = ["serve"]

_SESSION_SECONDS = 12 * 3600.0


def serve(
    *,
    folder: FolderOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = "8400",
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Serve a vault over HTTP until interrupted; without a vault it makes one with six embedded providers.

    Where no operator's token exists (tenant local, scope admin), one with all scopes is made and shown once, on
    stderr. With QLOAK_TOKEN set that one is taken instead: a random word of at least 20 characters, which becomes
    the operator's token; later it must be a token that is valid here. Clients set QLOAK_URL to the line printed on
    stdout, and QLOAK_TOKEN; `qloak token create` makes more of those. Needs the extra `serve`.

    Exit codes: 0 interrupted and ended in order, 1 the port is taken, 10 no vault, 11 locked, 14 integrity.
    """
    address = build_address(host, port, tls_cert, tls_key)
    from ..service.gateway import create_gateway_app
    from ..service.run import run
    from ..web import OneTimeLinks, add_pages

    with open_vault(folder, create=True) as vault:
        _let_operator_in(vault)
        links = OneTimeLinks()
        app = create_gateway_app(vault)
        add_pages(app, links)
        announce = announcer("gateway", as_json=json)

        def announce_both(url: str) -> None:
            announce(url)
            print(f"qloak: open in a browser, once: {url}{_sign_in_link(vault, links)}", file=sys.stderr, flush=True)

        run(app, address, announce=announce_both, quiet=quiet)


def _sign_in_link(vault: Vault, links: OneTimeLinks) -> str:
    """The path of a link that signs the operator in, once."""
    from ..storage.ledger import Scope
    from ..storage.vault.workbench import OPERATOR

    secret, _ = vault.ledger.tokens.create(
        OPERATOR, list(Scope), label="sign-in link", lifetime_seconds=_SESSION_SECONDS
    )
    return links.offer(secret)


def _let_operator_in(vault: Vault) -> None:
    """See that somebody can administrate the vault.

    Raises:
        UnauthenticatedError: if QLOAK_TOKEN is set and not valid here, though others are.
        UsageError: if it is set and could be no token.
    """
    from ..storage.ledger import Scope
    from ..storage.vault.workbench import OPERATOR

    tokens = vault.ledger.tokens
    known = [token for token in tokens.list(OPERATOR) if Scope.ADMIN in token.scopes and not token.has_ended]
    if given := os.environ.get("QLOAK_TOKEN"):
        try:
            tokens.authenticate(given)
        except UnauthenticatedError:
            if known:
                message = "QLOAK_TOKEN: it is no token of this vault. Unset it, or make one: qloak token create."
                raise UnauthenticatedError(message) from None
            _adopt(vault, given)
        return
    if known:
        return
    secret, _ = tokens.create(OPERATOR, list(Scope), label="operator")
    print(f"qloak: the operator's token, shown only now: {secret}", file=sys.stderr, flush=True)


def _adopt(vault: Vault, secret: str) -> None:
    """Make the token of the environment the operator's, in a vault that has none."""
    from ..storage.ledger import Scope
    from ..storage.vault.workbench import OPERATOR

    try:
        vault.ledger.tokens.adopt(secret, OPERATOR, list(Scope), label="operator, from QLOAK_TOKEN")
    except UsageError:
        raise UsageError(
            f"QLOAK_TOKEN: got {len(secret)} characters, expected a random word of 20 to 128 visible ones, which "
            "becomes the operator's token. Unset it, and a token is made and shown."
        ) from None
    print("qloak: the token in QLOAK_TOKEN is the operator's from now on", file=sys.stderr, flush=True)
