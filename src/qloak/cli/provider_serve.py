"""`qloak provider serve`: a storage server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from .options import JsonOption, whole_number
from .quantities import probability
from .server_options import (
    CertificateOption,
    HostOption,
    KeyOption,
    PortOption,
    QuietOption,
    TokensOption,
    announcer,
    build_address,
    tokens_of_environment,
)
from .store_times import memory_times

__all__ = ["serve_provider"]


def serve_provider(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The provider's name, 1 to 48 characters.")],
    *,
    data: Annotated[Path, typer.Option("--data", metavar="FILE", help="Its database; made where it is missing.")],
    world: Annotated[str, typer.Option("--world", metavar="URL", help="The world that its qubits are in.")],
    tokens: TokensOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = "0",
    capacity: Annotated[str, typer.Option("--capacity", metavar="QUBITS", help="Qubits it can keep.")] = "10000000",
    t1: Annotated[str, typer.Option("--t1", metavar="TIME", help="T1 of its memory, such as 30d.")] = "never",
    t2: Annotated[
        str | None, typer.Option("--t2", metavar="TIME", help="T2 of its memory, at most 2 T1; default: 2 T1.")
    ] = None,
    link_error: Annotated[
        str, typer.Option("--link-error", metavar="P", help="Probability of an error on each qubit's way here.")
    ] = "0",
    link_loss: Annotated[
        str, typer.Option("--link-loss", metavar="P", help="Probability that a parcel is lost on its way here.")
    ] = "0",
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Run a storage server until it is interrupted.

    Clients need a token of the principal `vault`; that of `operator` may also rehearse failures. Both are in the
    file of --tokens, or in QLOAK_PROVIDER_TOKEN and QLOAK_OPERATOR_TOKEN. Its own token for the world, where it
    is the holder NAME, is in QLOAK_WORLD_TOKEN.

    The line printed on stdout says where it listens. Logs go to stderr. Needs the extra `serve`.
    """
    address = build_address(host, port, tls_cert, tls_key)
    from ..service.provider_app import OPERATOR, VAULT, create_provider_app
    from ..service.run import run
    from ..service.token_file import TokenFile
    from ..storage.database import open_database
    from ..storage.http import HttpCaller
    from ..storage.provider import SiteConfig, StorageSite
    from ..storage.provider.schema import METADATA
    from ..storage.world.remote import RemoteWorld

    config = SiteConfig(
        name,
        whole_number("--capacity", capacity),
        *memory_times(t1, t2),
        probability("--link-error", link_error),
        probability("--link-loss", link_loss),
    )
    own = os.environ.get("QLOAK_WORLD_TOKEN", "")
    if not own:
        raise UsageError(f"QLOAK_WORLD_TOKEN: it is not set. The world knows the holder {name} by this token.")
    # What needs no database first: a fault in it should not leave a new one behind.
    nature = RemoteWorld(HttpCaller(world, own))
    variables = {"QLOAK_PROVIDER_TOKEN": VAULT, "QLOAK_OPERATOR_TOKEN": OPERATOR}
    table = TokenFile(tokens, tokens_of_environment(variables))
    site = StorageSite.open(open_database(data, METADATA), nature, config)
    run(create_provider_app(site, table), address, announce=announcer(f"provider {name}", as_json=json), quiet=quiet)
