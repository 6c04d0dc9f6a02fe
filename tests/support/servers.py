"""Real server processes on one database, for races and kills: what ASGI in a test cannot show."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from tests.support.databases import Copy

SECRET = "only for tests, never for a lab at all"
PATIENCE = 300  # looks, a tenth of a second apart


@dataclass(frozen=True)
class Server:
    """One `fablab serve` process."""

    url: str
    process: asyncio.subprocess.Process


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def serving(copy: Copy, *, jobs: bool = True, **environment: str) -> AsyncIterator[Server]:
    """Serve the database until the block ends; the process may be killed meanwhile."""
    port = free_port()
    arguments = [sys.executable, "-m", "fablab", "serve", "--port", str(port)]
    process = await asyncio.create_subprocess_exec(
        *arguments,
        *([] if jobs else ["--no-jobs"]),
        env=copy.environment | {"FABLAB_SECRET_KEY": SECRET} | environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        await answering(server)
        yield server
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def answering(server: Server) -> None:
    """Wait until the server answers; fail when it gave up."""
    async with httpx.AsyncClient() as client:
        for _ in range(PATIENCE):
            if server.process.returncode is not None:
                raise RuntimeError(f"The server stopped with {server.process.returncode}.")
            try:
                await client.get(f"{server.url}/health")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
    raise RuntimeError("The server does not answer.")
