"""PostgreSQL is switched off, or goes silent, while many book: a clear no, then back by itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx
import pytest

from fablab.core import db
from fablab.core.errors import Unavailable
from tests.simulation import whole
from tests.simulation.conftest import a_scene
from tests.simulation.crowd import Crowd, wishes
from tests.simulation.killing import all_mailed, answered
from tests.support.own_postgres import OwnServer, own_server
from tests.support.servers import serving, until

pytestmark = pytest.mark.slow
MANY = 150
PATIENCE = 9  # seconds: five until it is noticed, and a busy machine
AWAY = 3  # seconds more


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[OwnServer]:
    with own_server() as server:
        await server.answers()
        yield server


@pytest.fixture
def _a_database_for_those_who_wait() -> None:
    """These tests bring their own."""


@contextmanager
def stopped(server: OwnServer) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


@pytest.mark.parametrize("away", [stopped, OwnServer.paused], ids=["stopped", "silent"])
async def test_it_says_no_at_once_and_comes_back_by_itself(
    server: OwnServer, away: Callable[[OwnServer], AbstractContextManager[None]]
) -> None:
    async with server.database() as copy:
        scene = await a_scene(copy)
        crowd = Crowd.of([], await wishes(scene.tokens, MANY), at_once=12)
        async with serving(copy) as app, httpx.AsyncClient(base_url=app.url, timeout=30) as client:
            crowd.urls = [app.url]
            async with crowd.at_work():
                await until(answered(crowd, MANY // 3))
                with away(server):
                    await is_told(client)
                await until(lambda: is_ready(client))
                await until(answered(crowd, MANY))
            await until(can_be_asked)
            await all_mailed()
        assert crowd.longest < PATIENCE, crowd.told
        assert crowd.told["503"] > 0
        assert set(crowd.made.values()) == await whole.stored()
        assert await whole.halves() == []
        assert await whole.check(copy) == ""


async def is_told(client: httpx.AsyncClient) -> None:
    """Within seconds everything but /health is answered 503, and goes on to be."""
    end = time.monotonic() + PATIENCE
    while (await client.get("/ready")).status_code == 200:
        assert time.monotonic() < end
        await asyncio.sleep(0.1)
    end = time.monotonic() + AWAY
    while time.monotonic() < end:
        for path, status in (
            ("/health", 200),
            ("/ready", 503),
            ("/", 503),
            ("/api/v1/machines", 503),
        ):
            began = time.monotonic()
            answer = await client.get(path)
            assert answer.status_code == status, (path, answer.text)
            assert status == 200 or 0 < int(answer.headers["retry-after"]) <= 10
            assert time.monotonic() - began < 5, path
        await asyncio.sleep(0.2)


async def is_ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/ready")).status_code == 200


async def can_be_asked() -> bool:
    """The test itself is connected too, and has to find the server again."""
    try:
        return bool(await db.fetch("SELECT 1 AS here"))
    except Unavailable:
        return False
