"""What a program sends is passed on whole, whenever it comes."""

from __future__ import annotations

import asyncio

import pytest

from backend_katas.proxy.link import Link, Switch


@pytest.mark.parametrize("ends", [False, True])
def test_what_comes_before_the_service_is_reached_is_not_lost(ends):
    """Python 3.11.2 goes on reading a connection that was told to wait as soon as it was made."""

    async def run() -> bytes:
        received = asyncio.get_running_loop().create_future()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            received.set_result(await (reader.read() if ends else reader.readexactly(10)))
            writer.close()

        service = await asyncio.start_server(serve, "127.0.0.1", 0)
        link = Link(Switch(), service.sockets[0].getsockname(), None)
        accepted = link.accepted

        def accepted_and_read() -> None:
            accepted()
            link.program.data_received(b"early")
            if ends:
                link.program.eof_received()

        link.accepted = accepted_and_read
        relay = await asyncio.get_running_loop().create_server(lambda: link.program, "127.0.0.1", 0)
        _, writer = await asyncio.open_connection(*relay.sockets[0].getsockname())
        if not ends:
            writer.write(b" late")
        told = await asyncio.wait_for(received, 20)
        link.close(hard=True)
        writer.close()
        for server in (relay, service):
            server.close()
        return told

    assert asyncio.run(run()) == (b"early" if ends else b"early late")
