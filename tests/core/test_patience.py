"""Nobody waits for ever: neither for a turn, nor for a silent server, nor for a frozen process."""

import asyncio
import time

import pytest

from fablab.core import db
from fablab.core.errors import Unavailable
from fablab.core.postgres import SafePostgresEngine, pulse
from fablab.core.postgres import engine as engine_module
from fablab.core.postgres.pulse import Pulse
from fablab.core.sqlite import KeptSQLiteEngine
from tests.core.own_databases import Shelf, names, postgres_in_use, until


@pytest.fixture
def _a_database_for_those_who_wait() -> None:
    """These tests bring their own."""


async def add(name: str) -> None:
    db.engine().current_transaction.set(None)
    async with db.transaction():
        await Shelf.insert(Shelf(name=name))


async def test_who_waits_for_a_turn_in_vain_is_told_so(sqlite: KeptSQLiteEngine) -> None:
    """All of them after the same time, not each after the one before."""
    async with db.transaction():
        began = time.monotonic()
        waiting = [asyncio.create_task(add(f"never {number}")) for number in range(10)]
        told = await asyncio.gather(*waiting, return_exceptions=True)
        assert time.monotonic() - began < 5 * sqlite.busy_seconds
    assert [type(each) for each in told] == [Unavailable] * 10
    await add("afterwards")
    assert await names() == ["afterwards"]


async def test_writers_leave_connections_to_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "SECONDS_TO_CONNECT", 0.2)
    leave = asyncio.Event()

    async def occupy() -> None:
        async with db.transaction():
            await leave.wait()

    async with postgres_in_use(most_connections=4) as engine:
        occupying = [asyncio.create_task(occupy()) for _ in range(3)]
        await until(lambda: len(engine._lent) == 3)
        with pytest.raises(Unavailable):
            await add("one too many")
        assert await names() == []
        leave.set()
        await asyncio.gather(*occupying)
        await add("afterwards")
        assert await names() == ["afterwards"]


async def test_a_frozen_process_loses_its_transaction_and_its_locks() -> None:
    session = {"idle_in_transaction_session_timeout": "100ms"}
    async with postgres_in_use(session=session) as engine:
        await add("a")
        with pytest.raises(Unavailable):
            async with db.transaction():
                await Shelf.update({Shelf.used: 1}).where(Shelf.name == "a")
                mine = db.engine().current_transaction.get().connection
                await until(lambda: mine._con is None)  # asyncpg's way to say that it has gone
                await Shelf.update({Shelf.used: 2}).where(Shelf.name == "a")
        await Shelf.update({Shelf.used: 3}).where(Shelf.name == "a")
        assert await Shelf.select(Shelf.used) == [{"used": 3}]
        assert not engine._lent


class Line:
    """A connection on which somebody answers, or nobody."""

    there = True

    async def execute(self, sql: str) -> None:
        if not self.there:
            await asyncio.Event().wait()

    def terminate(self) -> None:
        pass


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def listener(line: Line, monkeypatch: pytest.MonkeyPatch) -> Pulse:
    monkeypatch.setattr(pulse, "LONGEST", 0.02)

    async def connect() -> Line:
        return line

    return Pulse(connect, cut=lambda: 1)


async def test_a_server_is_silent_after_two_questions_and_back_after_one(
    line: Line, listener: Pulse
) -> None:
    heard = []
    for there in (True, False, True, False, False, False, True):
        line.there = there
        await listener.take()
        heard.append(listener.is_silent)
    assert heard == [False, False, False, False, True, True, False]


async def test_a_server_that_refuses_is_not_silent(listener: Pulse) -> None:
    async def refused() -> None:
        raise ConnectionRefusedError

    listener.connect = refused  # type: ignore[method-assign, assignment]
    for _ in range(3):
        await listener.take()
    assert not listener.is_silent


async def test_nobody_asks_a_silent_server(postgres: SafePostgresEngine) -> None:
    holding = asyncio.create_task(sleep_inside())
    await until(lambda: bool(postgres._lent))
    postgres._pulse.missed = pulse.MISSES
    with pytest.raises(Unavailable):
        await names()
    postgres._cut()
    with pytest.raises(Unavailable):
        await holding
    postgres._pulse.missed = 0
    assert await names() == []
    assert not postgres._lent


async def sleep_inside() -> None:
    async with db.transaction():
        await db.execute("SELECT pg_sleep(20)")
