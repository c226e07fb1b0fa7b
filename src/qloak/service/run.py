"""Running a server: address, TLS, logs, and an orderly end."""

from __future__ import annotations

import gc
import logging
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..errors import MissingExtraError, UnavailableError, UsageError, shorten_path
from .request_log import RequestLog

if TYPE_CHECKING:
    from types import FrameType

    from fastapi import FastAPI

__all__ = ["Address", "bind", "logger", "run"]

_GRACE_SECONDS: Final = 10
_GARBAGE: Final = (50_000, 20, 50)
"""New objects until garbage is looked for among them, and such rounds until it is among older ones."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens.

    Attributes:
        host: name or number; 127.0.0.1 is this machine only.
        port: 0 for any free one.
        certificate: PEM file of the chain, for TLS.
        key: PEM file of its private key.
    """

    host: str = "127.0.0.1"
    port: int = 0
    certificate: Path | None = None
    key: Path | None = None

    def __post_init__(self) -> None:
        """Check that TLS has both files and that they exist."""
        if not 0 <= self.port < 65536:
            raise UsageError.of("port", self.port, "a number from 0 to 65535")
        if (self.certificate is None) != (self.key is None):
            raise UsageError("TLS: got one file, expected both: a certificate and its key.")
        for name, path in (("certificate", self.certificate), ("key", self.key)):
            if path is not None and not path.is_file():
                raise UsageError.of(name, shorten_path(path), "a file")

    @property
    def scheme(self) -> str:
        """With a certificate https, else http."""
        return "http" if self.certificate is None else "https"


def bind(address: Address) -> socket.socket:
    """A listening socket; whoever connects from now on waits until the server runs.

    Raises:
        UnavailableError: if the address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # With the protocol named: else asyncio does not switch off Nagle's algorithm, and every answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
        listener.listen(512)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise UnavailableError(
            f"{address.host}:{address.port}: cannot listen there: {reason}. Choose another port with --port."
        ) from error
    return listener


def run(app: FastAPI, address: Address, *, announce: Callable[[str], None], quiet: bool = False) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished first.

    Args:
        app: the application.
        address: where.
        announce: called with the URL once clients may connect.
        quiet: without a log line for each request.
    """
    try:
        import uvicorn
    except ModuleNotFoundError:
        raise MissingExtraError.of("uvicorn", "serve") from None
    listener = bind(address)
    _set_up_logs(quiet=quiet)
    config = uvicorn.Config(
        # Bound once: that takes longer than a line which is not wanted.
        RequestLog(app, logger("requests").bind()),
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_certfile=address.certificate,
        ssl_keyfile=address.key,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=30,
    )
    host = f"[{address.host}]" if ":" in address.host else address.host
    announce(f"{address.scheme}://{host}:{listener.getsockname()[1]}")

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            # What is loaded by now stays: looking through it for garbage would stop everybody for a tenth of a second.
            gc.collect()
            gc.freeze()
            # Requests leave next to no cycles; to look for them after every few hundred objects takes long.
            gc.set_threshold(*_GARBAGE)

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002, as inherited
            # Whoever streams must hear of it at once: the server waits for open connections.
            closing = getattr(app.state, "closing", None)
            if closing is not None:
                closing.set()
            # Not the inherited handler: it would raise the signal once more after an orderly end.
            self.force_exit = self.should_exit
            self.should_exit = True

    try:
        Server(config).run(sockets=[listener])
    finally:
        listener.close()


def logger(name: str) -> Any:  # noqa: ANN401, structlog's loggers have no type of their own
    """A structured logger; pass names and numbers, never tokens or states."""
    try:
        import structlog
    except ModuleNotFoundError:
        raise MissingExtraError.of("structlog", "serve") from None
    return structlog.get_logger(name)


def _set_up_logs(*, quiet: bool) -> None:
    """One JSON object a line on stderr; people get colours on a terminal."""
    import structlog

    level = logging.WARNING if quiet else logging.INFO
    renderer: Any = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # uvicorn's own warnings; its request lines would hold addresses and queries.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
