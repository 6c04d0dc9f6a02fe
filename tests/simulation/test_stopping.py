"""A server with many open pages ends as fast as one without, and serves others meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from tests import factories
from tests.support.databases import Copy
from tests.support.servers import Server, serving

pytestmark = pytest.mark.slow
ASK = b"GET /live/schedule HTTP/1.1\r\nHost: lab.test\r\nAccept: text/event-stream\r\n"
LONGEST = 5.0  # seconds
CROWD = 300  # more than the 256 connections the server's own default would take


class Page:
    """An open page: its stream."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self.reader = reader

    async def version(self) -> bytes:
        """The next one that is told."""
        line = await asyncio.wait_for(self.reader.readuntil(b"\ndata: "), 10)
        assert line
        return (await self.reader.readline()).strip()

    async def rest(self) -> bytes:
        return await asyncio.wait_for(self.reader.read(), 10)


@asynccontextmanager
async def page(server: Server, number: int) -> AsyncIterator[Page]:
    """Each from an address of its own, as a proxy of ours would say."""
    url = httpx.URL(server.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    where = f"X-Forwarded-For: 10.1.{number // 200}.{number % 200 + 1}\r\n\r\n"
    writer.write(ASK + where.encode())
    try:
        yield Page(reader)
    finally:
        writer.close()


@pytest.mark.parametrize("number", [50, CROWD])
async def test_a_server_with_open_pages_stops(committed_database: Copy, number: int) -> None:
    await factories.a_lab()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(committed_database))
        pages = [await stack.enter_async_context(page(server, each)) for each in range(number)]
        assert len({await each.version() for each in pages}) == 1
        async with httpx.AsyncClient(base_url=server.url, timeout=5) as client:
            assert (await client.get("/schedule")).status_code == 200
        began = time.monotonic()
        server.process.terminate()
        assert await server.process.wait() == 0
        assert time.monotonic() - began < LONGEST
        assert {await each.rest() for each in pages} <= {b"\n\r\n0\r\n\r\n"}


async def test_a_change_reaches_the_pages_of_other_processes(committed_database: Copy) -> None:
    """Written here, told by two servers: by their looks, long before a page would ask again."""
    await factories.a_lab()
    member = await factories.a_member()
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(serving(committed_database)) for _ in "ab"]
        pages = [await stack.enter_async_context(page(each, 1)) for each in servers]
        first = {await each.version() for each in pages}
        began = time.monotonic()
        await factories.a_booking(member=member)
        second = {await each.version() for each in pages}
        assert time.monotonic() - began < 15
    assert len(first) == len(second) == 1
    assert first != second
