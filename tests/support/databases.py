"""Databases for the tests: made once by the migrations, then copied, which is cheap."""

import hashlib
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import asyncpg

from fablab.core import db, schema
from fablab.core.settings import settings

ONE_AT_A_TIME = 20261130  # the number of a lock that nobody else asks for


@dataclass(frozen=True)
class Copy:
    """A database of one's own, with the engine that `db` uses meanwhile."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """For a process that is to work on the same database."""
        return os.environ | {"FABLAB_DATABASE_URL": self.url}

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator["Copy"]:
        """Whatever asks `db` meanwhile asks this database; its connections are kept open."""
        usual = db.engine()
        db.use(db.engine_for(replace(settings, database_url=self.url)))
        try:
            async with db.connected():
                yield self
        finally:
            db.use(usual)


async def _migrate(url: str) -> None:
    usual = db.engine()
    db.use(db.engine_for(replace(settings, database_url=url)))
    try:
        await schema.migrate()
    finally:
        db.use(usual)


class SQLiteDatabases:
    """Files in a folder of this process's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.sqlite"

    async def prepare(self) -> None:
        await _migrate(f"sqlite:///{self.template}")

    @asynccontextmanager
    async def copy(self) -> AsyncIterator[Copy]:
        path = self.folder / f"{uuid4().hex}.sqlite"
        source, target = sqlite3.connect(self.template), sqlite3.connect(path)
        with closing(source), closing(target):
            source.backup(target)
        yield Copy(f"sqlite:///{path}")
        for left in self.folder.glob(f"{path.name}*"):
            left.unlink()


class PostgresDatabases:
    """Databases on the run's server. Whoever comes first makes the template for every worker."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.template = f"fablab_template_{_fingerprint()}"

    async def prepare(self) -> None:
        connection = await asyncpg.connect(f"{self.server}/postgres")
        try:
            await connection.execute(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})")
            asked = "SELECT 1 FROM pg_database WHERE datname = $1"
            if not await connection.fetchval(asked, self.template):
                await self._make_template(connection)
        finally:
            await connection.close()

    async def _make_template(self, connection: asyncpg.Connection) -> None:
        """Under another name until it is whole, so that nobody copies half of one."""
        unfinished = f"unfinished_{uuid4().hex}"
        await connection.execute(f"CREATE DATABASE {unfinished}")
        await _migrate(f"{self.server}/{unfinished}")
        await connection.execute(f"ALTER DATABASE {unfinished} RENAME TO {self.template}")

    @asynccontextmanager
    async def copy(self) -> AsyncIterator[Copy]:
        name = f"test_{uuid4().hex}"
        await self._tell(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        try:
            yield Copy(f"{self.server}/{name}")
        finally:
            await self._tell(f"DROP DATABASE {name} WITH (FORCE)")

    async def _tell(self, statement: str) -> None:
        connection = await asyncpg.connect(f"{self.server}/postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


Databases = SQLiteDatabases | PostgresDatabases


def _fingerprint() -> str:
    """Of the migrations, so that a server that is kept never serves yesterday's schema."""
    folder = Path(schema.__file__).parents[1] / "migrations"
    texts = [path.read_bytes() for path in sorted(folder.glob("*.py"))]
    return hashlib.sha256(b"".join(texts)).hexdigest()[:12]


def of_this_run(folder: Path) -> Databases:
    if os.environ.get("FABLAB_TEST_DATABASE", "sqlite") == "sqlite":
        return SQLiteDatabases(folder)
    return PostgresDatabases(os.environ["FABLAB_TEST_POSTGRES"])
