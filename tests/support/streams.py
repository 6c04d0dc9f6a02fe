"""An open stream of the app, without a server: what was sent so far, and leaving it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from tests.support.asgi import asking
from tests.support.browser import Browser

LONGEST_OPENING = 10  # seconds
TURNS = 200  # of the loop, which is plenty for whatever needs no clock


class Reader:
    """What a browser was sent, and whether the answer is over."""

    def __init__(self) -> None:
        self.status, self.body, self.is_over = 0, b"", False
        self.headers: dict[str, str] = {}
        self.blocked: asyncio.Event | None = None

    async def send(self, message: dict[str, Any]) -> None:
        if self.blocked:
            await self.blocked.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            self.body += message["body"]

    @property
    def versions(self) -> list[str]:
        lines = self.body.decode().splitlines()
        return [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]


async def settled() -> None:
    """Whatever can go on without waiting for a clock or the database has gone on."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


@asynccontextmanager
async def listening(
    app: Any, browser: Browser, address: str, at: str = "192.0.2.1"
) -> AsyncIterator[Reader]:
    """`address` as that browser opens it as a stream, until the block ends."""
    reader, gone = Reader(), asyncio.Event()
    url = urlsplit(address)
    cookies = "; ".join(f"{each.name}={each.value}" for each in browser.cookies.jar)
    headers = [
        (b"accept", b"text/event-stream"),
        (b"accept-encoding", b"gzip"),
        (b"cookie", cookies.encode()),
    ]
    scope = asking(url.path, url.query.encode(), headers, at)

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def run() -> None:
        try:
            await app(scope, receive, reader.send)
        finally:
            reader.is_over = True

    running = asyncio.create_task(run())
    try:
        async with asyncio.timeout(LONGEST_OPENING):
            while not (reader.body or reader.is_over):  # noqa: ASYNC110 - of a foreign server
                await asyncio.sleep(0.001)  # until the database has answered
        await settled()
        yield reader
    finally:
        gone.set()
        await settled()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
