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

__all__ = ["serve"]


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

    with open_vault(folder, create=True) as vault:
        _let_operator_in(vault)
        run(create_gateway_app(vault), address, announce=announcer("gateway", as_json=json), quiet=quiet)


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
