"""Generated labs of three sizes: made once, kept, and copied for every run."""

import asyncio
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import msgspec

from bench import postgres
from bench.processes import ROOT, BenchError

CACHE = ROOT / "bench" / ".cache"
SECRET = "only for the bench, never for a lab at all"  # noqa: S105 - opens nothing
MACHINES, MEMBERS = 50, 500
# Behind the same day of about 220 bookings: so many days back, so many forward.
SIZES = {10_000: (15, 30), 100_000: (365, 92), 1_000_000: (4480, 92)}
KEPT_FOR = 7 * 24 * 3600  # seconds: later than that too little of it lies ahead
DECIDE = ("migrations/*.py", "core/stamping.py", "demo/bulk*.py", "demo/generating.py")


class Made(msgspec.Struct):
    """How long it took to make a database, and when."""

    seconds: float
    at: float


class Databases:
    """Those of one kind, `sqlite` or `postgresql`. Leave the block and what it started ends."""

    def __init__(self, kind: str, cache: Path = CACHE) -> None:
        self.kind, self.cache = kind, cache
        self.address = ""
        self.stack = ExitStack()

    def __enter__(self) -> "Databases":
        self.folder.mkdir(parents=True, exist_ok=True)
        self._alone()
        if self.kind == "postgresql":
            self.address = self.stack.enter_context(postgres.server(self.folder))
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def _alone(self) -> None:
        """Two benches would share a copy, and measure each other."""
        lock = self.stack.enter_context((self.folder / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise BenchError("Another bench is at work on these databases.") from taken

    @property
    def folder(self) -> Path:
        return self.cache / self.kind

    def made(self, size: int) -> Made:
        """See that there is one of that size, by this version's schema, not too old."""
        name = f"lab_{size}_{fingerprint()}"
        note = self.folder / f"{name}.json"
        if note.exists():
            found = msgspec.json.decode(note.read_bytes(), type=Made)
            if time.time() - found.at < KEPT_FOR:
                return found
        self._forget(name)
        note.unlink(missing_ok=True)
        began = time.monotonic()
        self._generate(f"new_{name}", size)
        self._rename(f"new_{name}", name)
        found = Made(round(time.monotonic() - began, 1), time.time())
        note.write_bytes(msgspec.json.encode(found))
        return found

    @contextmanager
    def copy(self, size: int) -> Iterator[str]:
        """The address of a copy to read and to write; it goes afterwards."""
        self.made(size)
        self._forget("copy")
        try:
            self._copy(f"lab_{size}_{fingerprint()}", "copy")
            yield self._url("copy")
        finally:
            self._forget("copy")

    def _generate(self, name: str, size: int) -> None:
        self._forget(name)
        if self.address:
            self._tell(f"CREATE DATABASE {name}")
        back, forward = SIZES[size]
        amounts = {"--machines": MACHINES, "--members": MEMBERS, "--bookings": size}
        amounts |= {"--days-back": back, "--days-forward": forward}
        words = [str(word) for pair in amounts.items() for word in pair]
        command = [sys.executable, "-m", "fablab", "generate", *words]
        surroundings = environment(self._url(name), self.folder)
        done = subprocess.run(
            command, env=surroundings, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BenchError(f"fablab generate failed:\n{done.stderr[-2000:]}")
        if self.address:  # else its own autovacuum would, in the middle of a measurement
            self._tell("VACUUM (FREEZE, ANALYZE)", name)

    def _url(self, name: str) -> str:
        return f"{self.address}/{name}" if self.address else f"sqlite:///{self._file(name)}"

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite"

    def _rename(self, name: str, to: str) -> None:
        if self.address:
            self._tell(f"ALTER DATABASE {name} RENAME TO {to}")
        else:
            self._file(name).rename(self._file(to))
            self._forget(name)

    def _copy(self, name: str, to: str) -> None:
        if self.address:
            self._tell(f"CREATE DATABASE {to} TEMPLATE {name} STRATEGY FILE_COPY")
            self._tell("CHECKPOINT")
            return
        with self._file(to).open("wb") as target:
            with self._file(name).open("rb") as source:
                shutil.copyfileobj(source, target, 1 << 22)
            os.fsync(target.fileno())  # now, not beside the first measurement

    def _forget(self, name: str) -> None:
        if self.address:
            self._tell(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        for left in self.folder.glob(f"{name}.sqlite*"):
            left.unlink()

    def _tell(self, statement: str, database: str = "postgres") -> None:
        async def tell() -> None:
            connection = await asyncpg.connect(f"{self.address}/{database}")
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(tell())


def environment(url: str, folder: Path, **more: str) -> dict[str, str]:
    """For the system's processes: nothing of the shell's own lab, no limit of the API's rate."""
    shell = {name: value for name, value in os.environ.items() if not name.startswith("FABLAB_")}
    return shell | {
        "FABLAB_DATABASE_URL": url,
        "FABLAB_DATA_DIR": str(folder),
        "FABLAB_SECRET_KEY": SECRET,
        "FABLAB_API_RATE": "0",
        **more,
    }


def fingerprint() -> str:
    """Of all that decides what a generated database holds."""
    package = ROOT / "fablab"
    files = [path for pattern in DECIDE for path in sorted(package.glob(pattern))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
