"""Servers on loopback for tests: a thread that serves an application on a free port."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from qloak.service.run import Address, bind

__all__ = ["TLS", "Loopback"]

TLS = Path(__file__).parent / "tls"


class Loopback:
    """An application behind a real socket, until it is closed.

    Args:
        app: the application.
        tls: whether it speaks HTTPS, with the certificate of `TLS`.
    """

    def __init__(self, app, *, tls: bool = False) -> None:
        address = Address(certificate=TLS / "loopback.pem", key=TLS / "loopback.key") if tls else Address()
        self._socket = bind(address)
        self.url = f"{address.scheme}://127.0.0.1:{self._socket.getsockname()[1]}"
        files = {"ssl_certfile": address.certificate, "ssl_keyfile": address.key}
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", **files))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving; requests under way are finished."""
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()
        assert not self._thread.is_alive()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
