"""A PostgreSQL server of a test's own, which may be stopped, paused and started again."""

import asyncio
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from tests.support import needs, postgres, processes
from tests.support.databases import Copy, PostgresDatabases

# What was committed survives the server, though not the machine.
DURABLE = {"synchronous_commit": "on", "max_connections": "100"}


class OwnServer:
    """A server on a port that stays its own."""

    def __init__(self, place: Path, folder: Path, host: str = "127.0.0.1") -> None:
        self.place, self.folder, self.host = place, folder, host
        self.identity = postgres.Identity.suitable()
        self.port = free_port(host)
        self.process: subprocess.Popen[bytes] | None = None
        self.identity.own(folder)
        postgres.initialize(place, folder, self.identity)
        if host != "127.0.0.1":
            with (folder / "data" / "pg_hba.conf").open("a") as file:
                file.write("host all all samenet trust\n")

    @property
    def url(self) -> str:
        return f"postgresql://postgres@{self.host}:{self.port}"

    def start(self) -> None:
        options = {
            **postgres.OPTIONS,
            **DURABLE,
            "listen_addresses": self.host,
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
        }
        command = [*self.identity.prefix, str(self.place / "postgres")]
        command += ["-D", str(self.folder / "data")]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                **self.identity.options(),
            )

    def stop(self, how: int = signal.SIGQUIT) -> None:
        """At once, as when the machine is switched off; with SIGINT it says goodbye."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(20)
        self.process = None

    def paused(self) -> AbstractContextManager[None]:
        """There, and silent."""
        assert self.process is not None
        return processes.paused(self.process.pid)

    async def answers(self) -> None:
        for _ in range(600):
            try:
                connection = await asyncpg.connect(f"{self.url}/postgres", timeout=5)
            except (OSError, asyncpg.PostgresError, TimeoutError):
                await asyncio.sleep(0.05)
            else:
                await connection.close()
                return
        raise AssertionError((self.folder / "log").read_text()[-2000:])

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Copy]:
        """A migrated database on it, in use meanwhile."""
        made = PostgresDatabases(self.url)
        await made.prepare()
        async with made.copy() as copy, copy.in_use():
            yield copy


@contextmanager
def own_server(host: str = "127.0.0.1") -> Iterator[OwnServer]:
    place = postgres.binaries()
    assert place, needs.SENTENCES["postgres"]
    with tempfile.TemporaryDirectory(
        prefix="fablab-own-postgres-", ignore_cleanup_errors=True
    ) as folder:
        server = OwnServer(place, Path(folder), host)
        server.start()
        try:
            yield server
        finally:
            if server.process:
                server.stop()


def free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
