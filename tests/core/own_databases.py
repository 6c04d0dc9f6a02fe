"""Databases of a test's own, with two small tables, for what is below migrations and domains."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from piccolo.columns import ForeignKey, Integer, OnDelete, Serial, Timestamptz, Varchar
from piccolo.table import Table

from fablab.core import db
from fablab.core.postgres import SafePostgresEngine
from fablab.core.sqlite import KeptSQLiteEngine
from tests.support import needs


class Shelf(Table):
    id: Serial
    name = Varchar(unique=True)
    used = Integer(default=0)
    seen_at = Timestamptz(null=True, default=None)


class Box(Table):
    id: Serial
    shelf = ForeignKey(Shelf, null=False, on_delete=OnDelete.restrict)


TABLES = [Shelf, Box]


@asynccontextmanager
async def in_use(engine: db.AnyEngine) -> AsyncIterator[Any]:
    usual = db.engine()
    db.use(engine)
    try:
        async with db.connected():
            yield engine
    finally:
        db.use(usual)


@asynccontextmanager
async def postgres_database() -> AsyncIterator[str]:
    """The address of an empty database. Skips without a server, and fails where one is required."""
    server = os.environ.get("FABLAB_TEST_POSTGRES", "").removesuffix("/postgres")
    if not server and "postgres" in needs.required():
        pytest.fail("FABLAB_TEST_POSTGRES names no server, and FABLAB_TEST_REQUIRE wants one.")
    if not server:
        pytest.skip("FABLAB_TEST_POSTGRES names no PostgreSQL server.")
    name = f"own_{uuid4().hex}"
    keeper = await asyncpg.connect(f"{server}/postgres")
    try:
        await keeper.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server}/{name}"
        finally:
            await keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await keeper.close()


@asynccontextmanager
async def sqlite_in_use(folder: Path, **options: Any) -> AsyncIterator[KeptSQLiteEngine]:
    options = {"busy_seconds": 0.3, "synchronous": "OFF"} | options
    async with in_use(KeptSQLiteEngine(str(folder / "own.sqlite"), **options)) as engine:
        await make_tables()
        yield engine


@asynccontextmanager
async def postgres_in_use(**options: Any) -> AsyncIterator[SafePostgresEngine]:
    async with postgres_database() as url, in_use(SafePostgresEngine(url, **options)) as engine:
        await make_tables()
        yield engine


async def make_tables() -> None:
    for table in TABLES:
        await table.create_table()


async def names() -> list[str]:
    return [row["name"] for row in await db.fetch("SELECT name FROM shelf ORDER BY name")]


async def until(true: Callable[[], Any] | Callable[[], Awaitable[Any]]) -> None:
    """Let the others go on until it is so."""
    async with asyncio.timeout(10):
        while True:
            answer = true()
            if await answer if isinstance(answer, Awaitable) else answer:
                return
            await asyncio.sleep(0.001)
