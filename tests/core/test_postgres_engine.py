"""PostgreSQL's connections: they come back whatever happens, and no session waits for ever."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from fablab.core import db
from fablab.core.errors import Unavailable
from fablab.core.postgres import SafePostgresEngine
from fablab.core.postgres import engine as engine_module
from fablab.core.postgres.transaction import LostCommitError, Transaction
from tests.core.own_databases import Shelf, in_use, names, postgres_database, until

DEFERRED = "CREATE TABLE label (box INTEGER REFERENCES box (id) DEFERRABLE INITIALLY DEFERRED)"
GATE = """
CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON shelf DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate();
"""


@pytest.fixture
def _a_database_for_those_who_wait() -> None:
    """These tests bring their own."""


def all_are_back(engine: SafePostgresEngine) -> bool:
    pool: Any = engine.pool
    return pool.get_idle_size() == pool.get_size() and not engine.transaction_exists()


async def is_waiting(keeper: asyncpg.Connection, count: int = 1) -> bool:
    """Whether so many others wait for a lock."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    found: int = await keeper.fetchval(asked + " AND datname = current_database()")
    return found >= count


async def add(name: str) -> None:
    async with db.transaction():
        await Shelf.insert(Shelf(name=name))


async def test_a_commit_that_fails_gives_the_connection_back(postgres: SafePostgresEngine) -> None:
    await db.execute(DEFERRED)
    for _ in range(5):  # there are two connections
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with db.transaction():
                await Shelf.insert(Shelf(name="never"))
                await db.execute("INSERT INTO label VALUES (99)")

    assert all_are_back(postgres)
    await add("afterwards")
    assert await names() == ["afterwards"]


async def test_a_begin_that_fails_gives_the_connection_back(
    postgres: SafePostgresEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as wrong:
        wrong.setattr(Transaction, "mode", "BEGIN NONSENSE")
        for _ in range(5):
            with pytest.raises(asyncpg.PostgresSyntaxError):
                await add("never")
    assert all_are_back(postgres)
    await add("afterwards")
    assert await names() == ["afterwards"]


async def test_a_server_that_closed_the_connections_is_found_again(
    postgres: SafePostgresEngine,
) -> None:
    keeper = await asyncpg.connect(postgres.dsn)
    for number in range(5):
        await keeper.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with suppress(Unavailable):  # where the driver has not noticed yet
            await (add(f"lost {number}") if number % 2 else names())
    await keeper.close()
    await until(_is_written)
    assert all_are_back(postgres)


async def _is_written() -> bool:
    try:
        await add("afterwards")
    except Unavailable:
        return False
    return "afterwards" in await names()


async def test_cancelled_inside_gives_the_connection_back(postgres: SafePostgresEngine) -> None:
    async def write_and_wait() -> None:
        async with db.transaction():
            await Shelf.insert(Shelf(name="never"))
            await db.execute("SELECT pg_sleep(20)")

    for _ in range(3):
        task = asyncio.create_task(write_and_wait())
        await until(lambda: not all_are_back(postgres))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert all_are_back(postgres)
    assert await names() == []


async def test_cancelled_during_commit_the_commit_comes_to_its_end(
    postgres: SafePostgresEngine,
) -> None:
    await db.execute("SELECT 1")
    keeper = await asyncpg.connect(postgres.dsn)
    await keeper.execute(GATE)
    await keeper.execute("SELECT pg_advisory_lock(7)")
    committing = asyncio.create_task(add("kept"))
    await until(lambda: is_waiting(keeper))
    committing.cancel()
    await asyncio.sleep(0)
    assert not committing.done()
    await keeper.close()
    with pytest.raises(asyncio.CancelledError):
        await committing

    assert all_are_back(postgres)
    assert await names() == ["kept"]


async def test_cancelled_during_begin_gives_the_connection_back(
    postgres: SafePostgresEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = await asyncpg.connect(postgres.dsn)
    await keeper.execute("SELECT pg_advisory_lock(7)")
    with monkeypatch.context() as slow:
        slow.setattr(Transaction, "mode", "BEGIN; SELECT pg_advisory_xact_lock(7)")
        beginning = asyncio.create_task(add("never"))
        await until(lambda: is_waiting(keeper))
        beginning.cancel()
        await keeper.execute("SELECT pg_advisory_unlock(7)")
        with pytest.raises(asyncio.CancelledError):
            await beginning
    await keeper.close()

    assert all_are_back(postgres)
    await add("afterwards")
    assert await names() == ["afterwards"]


async def test_cancelled_while_waiting_for_a_connection(postgres: SafePostgresEngine) -> None:
    leave = asyncio.Event()

    async def occupy() -> None:
        async with db.transaction():
            await leave.wait()

    occupying = [asyncio.create_task(occupy()) for _ in range(2)]
    await until(lambda: not postgres.pool.get_idle_size() and postgres.pool.get_size() == 2)
    waiting = asyncio.create_task(add("never"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    leave.set()
    await asyncio.gather(*occupying)

    assert all_are_back(postgres)
    assert await names() == []


async def test_a_commit_after_an_ignored_failure_is_not_taken_for_one(
    postgres: SafePostgresEngine,
) -> None:
    await add("a")
    with pytest.raises(LostCommitError):
        async with db.transaction():
            await Shelf.insert(Shelf(name="b"))
            with suppress(asyncpg.UniqueViolationError):
                await Shelf.insert(Shelf(name="a"))
            # PostgreSQL answers the COMMIT that follows here with ROLLBACK.

    assert await names() == ["a"]
    assert all_are_back(postgres)


async def test_sessions_speak_utc_and_do_not_wait_for_ever(postgres: SafePostgresEngine) -> None:
    async def shown(name: str) -> str:
        [row] = await db.fetch(f"SHOW {name}")
        return str(*row.values())

    assert await shown("timezone") == "UTC"
    assert await shown("application_name") == "fablab"
    assert await shown("lock_timeout") == "3s"
    assert await shown("statement_timeout") == "30s"
    assert await shown("idle_in_transaction_session_timeout") == "15s"


async def test_a_naive_datetime_is_refused(postgres: SafePostgresEngine) -> None:
    with pytest.raises(ValueError, match="naive"):
        await Shelf.insert(Shelf(name="a", seen_at=datetime(2026, 1, 1)))  # noqa: DTZ001
    assert await names() == []


async def test_a_task_that_outlives_the_transaction_does_not_write_through_it(
    postgres: SafePostgresEngine,
) -> None:
    over = asyncio.Event()

    async def later() -> None:
        await over.wait()
        await Shelf.insert(Shelf(name="alone"))
        await add("in its own")

    with pytest.raises(KeyError):
        async with db.transaction():
            task = asyncio.create_task(later())
            raise KeyError
    over.set()
    await task

    assert await names() == ["alone", "in its own"]
    assert all_are_back(postgres)


async def test_a_deadlock_is_tried_again(postgres: SafePostgresEngine) -> None:
    await Shelf.insert(Shelf(name="a"), Shelf(name="b"))
    met = asyncio.Barrier(2)
    attempts: list[int] = []

    @db.transactional
    async def use_both(first: int, second: int) -> None:
        attempts.append(first)
        await db.locked(Shelf, first)
        if len(attempts) <= 2:
            await met.wait()
        await db.locked(Shelf, second)
        await Shelf.update({Shelf.used: Shelf.used + 1}, force=True)

    await asyncio.gather(use_both(1, 2), use_both(2, 1))

    assert len(attempts) == 3
    assert [row["used"] for row in await Shelf.select(Shelf.used)] == [2, 2]


async def test_those_who_refer_to_a_locked_row_do_not_wait(postgres: SafePostgresEngine) -> None:
    await Shelf.insert(Shelf(name="a"))
    keeper = await asyncpg.connect(postgres.dsn)
    async with db.transaction():
        await db.locked(Shelf, 1)
        await keeper.execute("SET lock_timeout = '1s'")
        await keeper.execute("INSERT INTO box (shelf) VALUES (1)")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await keeper.execute("SELECT * FROM shelf WHERE id = 1 FOR NO KEY UPDATE NOWAIT")
    await keeper.close()


async def test_closing_does_not_wait_for_ever(
    postgres: SafePostgresEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "SECONDS_TO_CLOSE", 0.05)
    with pytest.raises(Unavailable):
        async with db.transaction():
            await postgres.close_connection_pool()
            await Shelf.insert(Shelf(name="never"))
    assert not postgres.is_open
    assert await names() == []


async def test_a_server_that_is_not_there() -> None:
    engine = SafePostgresEngine("postgresql://nobody@127.0.0.1:1/nowhere")

    @db.transactional
    async def write() -> None:
        raise AssertionError("There is nothing to write to.")

    usual = db.engine()
    db.use(engine)
    try:
        for attempt in (write(), db.fetch("SELECT 1"), engine.start_connection_pool()):
            with pytest.raises(Unavailable):
                await attempt
    finally:
        db.use(usual)


async def test_it_works_before_it_is_opened() -> None:
    async with postgres_database() as url:
        engine = SafePostgresEngine(url)
        usual = db.engine()
        db.use(engine)
        try:
            await Shelf.create_table()
            await add("a")
            assert await names() == ["a"]
        finally:
            db.use(usual)
        async with in_use(engine):
            assert await names() == ["a"]
