"""How servers listen."""

from __future__ import annotations

import asyncio
import socket

import pytest

from qloak.errors import UnavailableError
from qloak.service.run import Address, bind


def test_small_answers_are_not_held_back():
    """Nagle's algorithm would keep the second part of every answer until the first is acknowledged: 40 ms."""

    async def run() -> int:
        accepted: asyncio.Future[asyncio.BaseTransport] = asyncio.get_running_loop().create_future()

        class Server(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                accepted.set_result(transport)

        listener = bind(Address())
        server = await asyncio.get_running_loop().create_server(Server, sock=listener)
        _, writer = await asyncio.open_connection(*listener.getsockname())
        transport = await asyncio.wait_for(accepted, 10)
        no_delay = transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        writer.close()
        transport.close()
        server.close()
        await server.wait_closed()
        return no_delay

    assert asyncio.run(run()) != 0


def test_an_address_that_is_taken_is_named():
    listener = bind(Address())
    port = listener.getsockname()[1]
    try:
        with pytest.raises(UnavailableError, match=f"127.0.0.1:{port}: cannot listen there"):
            bind(Address(port=port))
    finally:
        listener.close()
