"""`qloak serve`: the gateway."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from ..errors import UnauthenticatedError
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
    stderr. With QLOAK_TOKEN set none is made, and that token must be valid here. Clients set QLOAK_URL to the
    line printed on stdout, and QLOAK_TOKEN; `qloak token create` makes more of those. Needs the extra `serve`.

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
        UnauthenticatedError: if QLOAK_TOKEN is set and not valid here.
    """
    from ..storage.ledger import Scope
    from ..storage.vault.workbench import OPERATOR

    tokens = vault.ledger.tokens
    if given := os.environ.get("QLOAK_TOKEN"):
        try:
            tokens.authenticate(given)
        except UnauthenticatedError:
            message = "QLOAK_TOKEN: it is no token of this vault. Unset it, or make one: qloak token create."
            raise UnauthenticatedError(message) from None
        return
    now = time.time()
    for token in tokens.list(OPERATOR):
        ended = token.revoked is not None or (token.expires is not None and token.expires <= now)
        if Scope.ADMIN in token.scopes and not ended:
            return
    secret, _ = tokens.create(OPERATOR, list(Scope), label="operator")
    print(f"qloak: the operator's token, shown only now: {secret}", file=sys.stderr, flush=True)
