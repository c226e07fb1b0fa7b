"""`qloak world serve`: nature, for vaults and providers on other machines."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from .options import JsonOption
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

__all__ = ["serve_world"]


def serve_world(
    *,
    data: Annotated[Path, typer.Option("--data", metavar="FILE", help="Its database; made where it is missing.")],
    tokens: TokensOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = "0",
    rate: Annotated[
        str, typer.Option("--rate", metavar="R", help="Seconds of the world for one of the host; 0 stands still.")
    ] = "1",
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Run the emulated world until it is interrupted: the one place with quantum states.

    A vault's token is of the principal that is its vault id (`qloak vault init` prints it), a provider's of its
    name. `*admin` acts for everybody, `*emulator` may look at states as no device can. They are in the file of
    --tokens, the last two also in QLOAK_ADMIN_TOKEN and QLOAK_EMULATOR_TOKEN.

    The line printed on stdout says where it listens. Logs go to stderr. Needs the extra `serve`.
    """
    address = build_address(host, port, tls_cert, tls_key)
    from ..service.run import run
    from ..service.token_file import TokenFile
    from ..service.world_app import ADMIN, EMULATOR, create_world_app
    from ..storage.clock import WorldClock
    from ..storage.world import EmulatedWorld

    clock = WorldClock(rate=_rate(rate))
    variables = {"QLOAK_ADMIN_TOKEN": ADMIN, "QLOAK_EMULATOR_TOKEN": EMULATOR}
    table = TokenFile(tokens, tokens_of_environment(variables))
    nature = EmulatedWorld.open(data, clock=clock)
    try:
        run(create_world_app(nature, table), address, announce=announcer("world", as_json=json), quiet=quiet)
    finally:
        nature.close()


def _rate(text: str) -> float:
    """Seconds of the world for one of the host."""
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{0,12})?", text.strip()) and math.isfinite(value := float(text)):
        return value
    raise UsageError.of("--rate", text, "a number of at least 0, such as 1 or 3600")
