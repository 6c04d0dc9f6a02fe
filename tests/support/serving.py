"""The app behind a real port, in the test's own loop, database and time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from tests.support.servers import free_port


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """The address at which the app answers meanwhile. Its lifespan is left out."""
    port = free_port()
    server = Server(
        app,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    running = asyncio.create_task(server.serve())
    url = f"http://127.0.0.1:{port}"
    try:
        await _answering(url)
        yield url
    finally:
        server.stop()
        await running


async def _answering(url: str) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(100):
            try:
                await client.get(f"{url}/health")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return
    raise RuntimeError("The server does not answer.")
