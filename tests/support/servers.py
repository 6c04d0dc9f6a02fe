"""Real server processes on one database, for races and kills: what ASGI in a test cannot show."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support import processes
from tests.support.databases import Copy

SECRET = "only for tests, never for a lab at all"
PATIENCE = 300  # looks, a tenth of a second apart
LONGEST_END = 30  # seconds after which a process that was told to stop is killed


@dataclass(frozen=True)
class Server:
    """One `fablab` command and the processes it started."""

    url: str
    process: asyncio.subprocess.Process

    @property
    def workers(self) -> list[int]:
        """The processes that serve. What Python may start beside them is left out."""
        return [child for child in processes.children(self.process.pid) if is_worker(child)]

    def kill(self) -> None:
        """All of it at once, as when the power goes."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def is_worker(process: int) -> bool:
    command = Path(f"/proc/{process}/cmdline").read_bytes()
    return b"tracker" not in command


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def serving(
    copy: Copy,
    *,
    jobs: bool = True,
    workers: int = 1,
    port: int = 0,
    host: str = "127.0.0.1",
    inside: Sequence[str] = (),
    **environment: str,
) -> AsyncIterator[Server]:
    """Serve the database until the block ends; the process may be killed meanwhile.

    `inside`: the words before the command, such as those that enter another network.
    """
    port = port or free_port()
    words = ["serve", "--host", host, "--port", str(port), "--workers", str(workers)]
    words += [] if jobs else ["--no-jobs"]
    url = f"http://{host}:{port}"
    async with running(copy, words, url=url, inside=inside, **environment) as server:
        await answering(server)
        yield server


@asynccontextmanager
async def running(
    copy: Copy, words: Sequence[str], *, url: str = "", inside: Sequence[str] = (), **settings: str
) -> AsyncIterator[Server]:
    """A `fablab` command on the database until the block ends, in a group of its own."""
    said = await asyncio.to_thread(open, os.environ.get("SERVERS_SAY", os.devnull), "ab")
    with said:
        process = await asyncio.create_subprocess_exec(
            *(*inside, sys.executable, "-m", "fablab", *words),
            env=copy.environment | {"FABLAB_SECRET_KEY": SECRET} | settings,
            stdout=said,
            stderr=said,
            process_group=0,
        )
    server = Server(url, process)
    try:
        yield server
    finally:
        await ended(server)


async def ended(server: Server) -> None:
    """Stopped, its workers too. One that does not stop is an error, and killed."""
    if server.process.returncode is None:
        server.process.terminate()
    try:
        await asyncio.wait_for(server.process.wait(), LONGEST_END)
    finally:
        server.kill()


async def answering(server: Server) -> None:
    """Wait until the server answers; fail when it gave up."""

    async def there() -> bool:
        if server.process.returncode is not None:
            raise RuntimeError(f"The server stopped with {server.process.returncode}.")
        return await health(server.url) == 200

    await until(there)


async def health(url: str) -> int:
    """The status it answers; 0 when it does not."""
    async with httpx.AsyncClient(timeout=2) as client:
        with suppress(httpx.TransportError):
            return (await client.get(f"{url}/health")).status_code
    return 0


async def until(true: Callable[[], Awaitable[bool]], looks: int = PATIENCE) -> None:
    """Look ten times a second until it is so; fail when it never is."""
    for _ in range(looks):
        if await true():
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"In vain: {true.__qualname__}")
