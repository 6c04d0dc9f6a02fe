"""Somebody's transaction holds a lock and does not end: a clear no to those behind it, no pile-up.

On PostgreSQL it is one machine's row, on SQLite everything that can be written.
"""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, closing

import asyncpg
import httpx
import pytest

from fablab.core import db
from tests.simulation import whole
from tests.simulation.conftest import Scene
from tests.simulation.crowd import Wish, wishes
from tests.support.databases import Copy
from tests.support.servers import serving

pytestmark = pytest.mark.slow
MANY = 40
LONGEST = 14  # seconds: five for a turn, five for the lock, and a busy machine
CONNECTIONS = """
    SELECT count(*) AS found FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@asynccontextmanager
async def held(copy: Copy, machine: str) -> AsyncIterator[None]:
    """Somebody at a prompt of the database has begun something and gone to lunch."""
    if db.is_sqlite():
        path = copy.url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as prompt:
            prompt.execute("BEGIN IMMEDIATE")
            yield
        return
    prompt = await asyncpg.connect(copy.url)
    try:
        await prompt.execute("BEGIN")
        await prompt.execute("SELECT 1 FROM machine WHERE slug = $1 FOR UPDATE", machine)
        yield
    finally:
        await prompt.close()


async def timed(asking: Awaitable[httpx.Response]) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    return await asking, time.monotonic() - began


async def book(client: httpx.AsyncClient, wish: Wish) -> httpx.Response:
    return await client.post("/api/v1/bookings", json=wish.body, headers=wish.headers)


async def test_those_behind_it_are_told_and_nobody_else_waits(scene: Scene) -> None:
    all_wishes = await wishes(scene.tokens, 2 * MANY, machines=2)
    stuck, free = all_wishes[0::2], all_wishes[1::2]
    async with (
        serving(scene.copy) as app,
        httpx.AsyncClient(
            base_url=app.url, timeout=60, limits=httpx.Limits(max_connections=100)
        ) as client,
    ):
        assert (await book(client, free[0])).status_code == 201
        async with held(scene.copy, stuck[0].machine):
            waiting = [asyncio.create_task(timed(book(client, wish))) for wish in stuck]
            others = await read_on(client, free[1:], until_done=waiting)
            answers = [await each for each in waiting]
        refused = Counter(answer.status_code for answer, _ in answers)
        assert refused == {503: MANY}
        assert all(int(answer.headers["retry-after"]) > 0 for answer, _ in answers)
        assert max(length for _, length in answers) < LONGEST
        assert others["read 200"] == others["read"] > 5, others
        assert db.is_sqlite() or others["booked 201"] > 0, others
        if not db.is_sqlite():
            [row] = await db.fetch(CONNECTIONS)
            assert row["found"] <= 22  # ten and a listener for the server, as many for this test
        answers = [await timed(book(client, wish)) for wish in stuck[:5]]
        assert Counter(answer.status_code for answer, _ in answers) == {201: 5}
    assert await whole.halves() == []


async def read_on(
    client: httpx.AsyncClient, free: list[Wish], until_done: list[asyncio.Task[object]]
) -> Counter[str]:
    """Meanwhile people read, and where only one machine is held they book the other."""
    told: Counter[str] = Counter()
    mine = {"authorization": free[0].headers["authorization"]}
    for wish in free:
        for path in ("/", "/api/v1/machines", "/api/v1/bookings"):
            headers = mine if path.startswith("/api") else {}
            answer, length = await timed(client.get(path, headers=headers))
            told.update(["read", f"read {answer.status_code}"])
            assert length < 3, path
        if not db.is_sqlite():
            told[f"booked {(await book(client, wish)).status_code}"] += 1
        if all(task.done() for task in until_done):
            break
        await asyncio.sleep(0.1)
    return told
