"""Options that all commands share which run a server, and what they say when it listens."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import MissingExtraError, UsageError
from .options import whole_number
from .output import print_json

if TYPE_CHECKING:
    from ..service.run import Address

__all__ = [
    "CertificateOption",
    "HostOption",
    "KeyOption",
    "PortOption",
    "QuietOption",
    "TokensOption",
    "announcer",
    "build_address",
    "tokens_of_environment",
]

HostOption = Annotated[
    str, typer.Option("--host", metavar="HOST", help="Address to listen on; 127.0.0.1 is this machine only.")
]
PortOption = Annotated[str, typer.Option("--port", metavar="PORT", help="Port to listen on; 0 for any free one.")]
CertificateOption = Annotated[
    Path | None, typer.Option("--tls-cert", metavar="FILE", help="Certificate chain (PEM), to serve HTTPS.")
]
KeyOption = Annotated[Path | None, typer.Option("--tls-key", metavar="FILE", help="Its private key (PEM).")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Log warnings only, not every request.")]
TokensOption = Annotated[
    Path | None,
    typer.Option("--tokens", metavar="FILE", help="Hashed tokens (TOML), from `qloak token new`; read when changed."),
]


def build_address(host: str, port: str, certificate: Path | None, key: Path | None) -> Address:
    """Where a server listens; the first thing to ask for, because it sees that servers can run at all.

    Raises:
        MissingExtraError: without the extra `serve`.
        UsageError: for an address that cannot be.
    """
    from importlib.util import find_spec

    for module in ("fastapi", "uvicorn", "structlog", "httpx2"):
        if find_spec(module) is None:
            raise MissingExtraError.of(module, "serve")
    from ..service.run import Address

    return Address(host, whole_number("--port", port), certificate, key)


def announcer(server: str, *, as_json: bool) -> Callable[[str], None]:
    """What prints a server's URL once clients may connect: one line on stdout, at once."""

    def announce(url: str) -> None:
        if as_json:
            print_json({"schema": "qloak.server/1", "server": server, "url": url, "pid": os.getpid()})
        else:
            print(f"{server}: {url}")
        typer.get_text_stream("stdout").flush()

    return announce


def tokens_of_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Tokens given by the environment, hashed.

    Args:
        variables: name -> principal.

    Raises:
        UsageError: for one that is too short to be random.
    """
    from ..service.auth import hash_token

    found = {}
    for variable, principal in variables.items():
        if token := os.environ.get(variable):
            try:
                found[hash_token(token)] = principal
            except UsageError as error:
                raise UsageError(f"{variable}: {error}") from None
    return found
