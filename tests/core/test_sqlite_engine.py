"""The kept connections of SQLite: races, other processes, cancellation, and what a disk may do."""

import asyncio
import logging
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from fablab.core import db
from fablab.core.sqlite import KeptSQLiteEngine, kept, opening, sessions
from tests.core.own_databases import Box, Shelf, in_use, names, until

UTC_PLUS_TWO = timezone(timedelta(hours=2))


@pytest.fixture
def _a_database_for_those_who_wait() -> None:
    """These tests bring their own."""


@contextmanager
def somebody_else(engine: KeptSQLiteEngine) -> Iterator[sqlite3.Connection]:
    """Another process, as far as SQLite can tell."""
    with closing(sqlite3.connect(engine.path, isolation_level=None, timeout=0)) as connection:
        yield connection


def is_sound(engine: KeptSQLiteEngine) -> bool:
    connections = engine.kept
    assert connections
    free = not connections.turn.locked() and not connections.writer.in_transaction
    return free and not engine.transaction_exists()


@contextmanager
def slow_disk(engine: KeptSQLiteEngine) -> Iterator[None]:
    """Meanwhile no COMMIT gets through."""
    assert engine.kept
    let_go = threading.Event()
    engine.kept._aside.submit(let_go.wait)
    try:
        yield
    finally:
        let_go.set()


async def add(name: str) -> None:
    async with db.transaction():
        await Shelf.insert(Shelf(name=name))


async def test_connections_are_set_up_for_one_durable_writer_and_free_readers(
    tmp_path: Path,
) -> None:
    async with in_use(KeptSQLiteEngine(str(tmp_path / "new.sqlite"))) as engine:
        writer, reader = engine.kept.writer, engine.kept.reader

        def ask(connection: sqlite3.Connection, pragma: str) -> object:
            return connection.execute(f"PRAGMA {pragma}").fetchone()[0]

        assert ask(writer, "journal_mode") == "wal"
        assert [ask(writer, "synchronous"), ask(reader, "synchronous")] == [2, 2]
        assert [ask(writer, "foreign_keys"), ask(reader, "foreign_keys")] == [1, 1]
        assert ask(writer, "wal_autocheckpoint") == 4000
        assert [ask(writer, "query_only"), ask(reader, "query_only")] == [0, 1]
        assert [ask(writer, "busy_timeout"), ask(reader, "busy_timeout")] == [0, 0]


async def test_64_tasks_lose_no_update(sqlite: KeptSQLiteEngine) -> None:
    await add("a")

    async def put_in() -> None:
        async with db.transaction():
            [row] = await Shelf.select(Shelf.used)
            await asyncio.sleep(0)
            await Shelf.update({Shelf.used: row["used"] + 1}, force=True)

    await asyncio.gather(*(put_in() for _ in range(64)))

    assert await Shelf.select(Shelf.used) == [{"used": 64}]


PUT_IN = """
import asyncio, sys
from fablab.core import db
from fablab.core.sqlite import KeptSQLiteEngine

async def put_in():
    async with db.transaction():
        [row] = await db.fetch("SELECT used FROM shelf")
        await asyncio.sleep(0)
        await db.execute("UPDATE shelf SET used = {}", row["used"] + 1)

async def main():
    db.use(KeptSQLiteEngine(sys.argv[1], synchronous="OFF"))
    async with db.connected():
        await asyncio.gather(*(put_in() for _ in range(100)))

asyncio.run(main())
"""


async def test_two_processes_lose_no_update(sqlite: KeptSQLiteEngine) -> None:
    await add("a")
    command = [sys.executable, "-c", PUT_IN, sqlite.path]

    both = [await asyncio.create_subprocess_exec(*command) for _ in range(2)]
    assert [await process.wait() for process in both] == [0, 0]

    assert await Shelf.select(Shelf.used) == [{"used": 200}]


def test_many_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    together = threading.Barrier(12)
    failures: list[BaseException] = []

    def open_and_close() -> None:
        async def work() -> None:
            engine = KeptSQLiteEngine(str(tmp_path / "new.sqlite"))
            together.wait()
            await engine.start_connection_pool()
            await engine.run("CREATE TABLE IF NOT EXISTS hello (id INTEGER)")
            await engine.close_connection_pool()

        try:
            asyncio.run(work())
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=open_and_close) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


async def test_one_who_opens_waits_while_another_makes_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = KeptSQLiteEngine(str(tmp_path / "new.sqlite"))
    with somebody_else(engine) as other:
        other.execute("PRAGMA busy_timeout = 5000")
        other.execute("BEGIN IMMEDIATE")
        other.execute("CREATE TABLE hello (id INTEGER)")
        waits = threading.Event()
        monkeypatch.setattr(opening.time, "sleep", lambda _: waits.set())
        starting = asyncio.create_task(engine.start_connection_pool())
        await until(lambda: waits.is_set() or starting.done())
        other.execute("COMMIT")
        await starting
    assert await engine.run("SELECT * FROM hello") == []
    await engine.close_connection_pool()


async def test_another_process_is_waited_for_but_not_for_ever(sqlite: KeptSQLiteEngine) -> None:
    with somebody_else(sqlite) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            await add("too early")
        assert is_sound(sqlite)

        waiting = asyncio.create_task(add("in time"))
        await until(lambda: sqlite.kept and sqlite.kept.turn.locked())
        assert await names() == []  # a read does not wait
        other.execute("COMMIT")
        await waiting

    assert await names() == ["in time"]


async def test_cancelled_while_waiting_for_its_turn(sqlite: KeptSQLiteEngine) -> None:
    async with db.transaction():
        waiting = asyncio.create_task(_in_a_fresh_context(add("never")))
        await until(lambda: sqlite.kept and sqlite.kept.turn._waiters)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await Shelf.insert(Shelf(name="kept"))

    assert is_sound(sqlite)
    assert await names() == ["kept"]


async def _in_a_fresh_context(work: object) -> None:
    """As if the task had not been started inside the transaction."""
    db.engine().current_transaction.set(None)
    await work  # type: ignore[misc]


async def test_cancelled_while_another_process_writes(sqlite: KeptSQLiteEngine) -> None:
    with somebody_else(sqlite) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(add("never"))
        await until(lambda: sqlite.kept and sqlite.kept.turn.locked())
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert is_sound(sqlite)

    await add("afterwards")
    assert await names() == ["afterwards"]


async def test_cancelled_inside_undoes_the_transaction(sqlite: KeptSQLiteEngine) -> None:
    written = asyncio.Event()

    async def write_and_wait() -> None:
        async with db.transaction():
            await Shelf.insert(Shelf(name="never"))
            written.set()
            await asyncio.Event().wait()

    waiting = asyncio.create_task(write_and_wait())
    await written.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert is_sound(sqlite)
    assert await names() == []


async def test_cancelled_during_commit_the_commit_comes_to_its_end(
    sqlite: KeptSQLiteEngine,
) -> None:
    with slow_disk(sqlite):
        committing = asyncio.create_task(add("kept"))
        await until(lambda: sqlite.kept and sqlite.kept.writer.in_transaction)
        for _ in range(3):
            committing.cancel()
            await asyncio.sleep(0)
        assert not committing.done()
        assert sqlite.kept
        assert sqlite.kept.turn.locked()
    with pytest.raises(asyncio.CancelledError):
        await committing

    assert is_sound(sqlite)
    assert await names() == ["kept"]


async def test_a_slow_disk_does_not_stop_reads(sqlite: KeptSQLiteEngine) -> None:
    with slow_disk(sqlite):
        committing = asyncio.create_task(add("slow"))
        await until(lambda: sqlite.kept and sqlite.kept.writer.in_transaction)
        assert await names() == []
    await committing
    assert await names() == ["slow"]


async def test_a_commit_that_fails_keeps_nothing_and_leaves_all_usable(
    sqlite: KeptSQLiteEngine,
) -> None:
    await db.execute(
        "CREATE TABLE label (box INTEGER REFERENCES box (id) DEFERRABLE INITIALLY DEFERRED)"
    )
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        async with db.transaction():
            await Shelf.insert(Shelf(name="never"))
            await db.execute("INSERT INTO label VALUES (99)")

    assert is_sound(sqlite)
    await add("afterwards")
    assert await names() == ["afterwards"]


async def test_a_full_disk_keeps_nothing_and_leaves_all_usable(sqlite: KeptSQLiteEngine) -> None:
    assert sqlite.kept
    [pages] = sqlite.kept.writer.execute("PRAGMA page_count").fetchone()
    sqlite.kept.writer.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        async with db.transaction():
            await Shelf.insert(Shelf(name="small"))
            await Shelf.insert(Shelf(name="x" * 100_000))

    assert is_sound(sqlite)
    await add("afterwards")
    assert await names() == ["afterwards"]


async def test_nothing_is_written_after_sqlite_ended_the_transaction(
    sqlite: KeptSQLiteEngine,
) -> None:
    with pytest.raises(sqlite3.OperationalError, match="over"):
        async with db.transaction():
            assert sqlite.kept
            sqlite.kept.writer.execute("ROLLBACK")  # as SQLite does when the disk fails
            await Shelf.insert(Shelf(name="never"))
    with pytest.raises(sqlite3.OperationalError, match="no transaction"):
        async with db.transaction():
            sqlite.kept.writer.execute("ROLLBACK")

    assert is_sound(sqlite)
    assert await names() == []


async def test_a_busy_commit_without_kept_connections(tmp_path: Path) -> None:
    engine = KeptSQLiteEngine(str(tmp_path / "new.sqlite"), timeout=0.05)
    await engine.run("CREATE TABLE hello (id INTEGER)")
    threads = threading.active_count()
    with somebody_else(engine) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM hello").fetchall()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            async with engine.transaction():
                await engine.run("INSERT INTO hello VALUES (1)")
    assert not engine.transaction_exists()
    async with engine.transaction():
        await engine.run("INSERT INTO hello VALUES (2)")

    assert await engine.run("SELECT id FROM hello") == [{"id": 2}]
    await until(lambda: threading.active_count() <= threads)


async def test_before_it_is_opened_it_is_immediate_and_checks_foreign_keys(tmp_path: Path) -> None:
    engine = KeptSQLiteEngine(str(tmp_path / "new.sqlite"), timeout=0)
    await engine.run("CREATE TABLE hello (id INTEGER PRIMARY KEY, it REFERENCES hello (id))")
    async with engine.transaction():
        with somebody_else(engine) as other, pytest.raises(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.IntegrityError):
        await engine.run("INSERT INTO hello VALUES (1, 2)")


async def test_a_task_that_outlives_the_transaction_does_not_write_through_it(
    sqlite: KeptSQLiteEngine,
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

    assert is_sound(sqlite)
    assert await names() == ["alone", "in its own"]


async def test_a_naive_datetime_is_refused(sqlite: KeptSQLiteEngine) -> None:
    with pytest.raises(ValueError, match="naive"):
        await Shelf.insert(Shelf(name="a", seen_at=datetime(2026, 1, 1)))  # noqa: DTZ001
    with pytest.raises(ValueError, match="naive"):
        await db.fetch("SELECT {}", datetime(2026, 1, 1))  # noqa: DTZ001
    assert await names() == []


async def test_instants_sort_as_time_does_and_come_back_in_utc(sqlite: KeptSQLiteEngine) -> None:
    nine = datetime(2026, 1, 1, 9, tzinfo=UTC)
    for name, after in [("c", 1.0), ("b", 0.000005), ("a", 0)]:
        instant = (nine + timedelta(seconds=after)).astimezone(UTC_PLUS_TWO)
        await Shelf.insert(Shelf(name=name, seen_at=instant))

    rows = await Shelf.select().where(Shelf.seen_at >= nine).order_by(Shelf.seen_at)

    assert [row["name"] for row in rows] == ["a", "b", "c"]
    assert rows[0]["seen_at"] == nine
    assert rows[0]["seen_at"].tzinfo is UTC


async def test_a_statement_goes_where_it_belongs(sqlite: KeptSQLiteEngine) -> None:
    insert = "WITH new AS (SELECT 'a' AS name) INSERT INTO shelf (name) SELECT name FROM new"
    await db.execute(insert)
    assert await db.fetch("WITH all_of_it AS (SELECT name FROM shelf) SELECT * FROM all_of_it")
    async with db.transaction():
        await Shelf.insert(Shelf(name="b"))
        assert await names() == ["a", "b"]  # what the transaction itself has written
        assert sqlite.kept
        assert not sqlite.kept.reader.in_transaction
    await db.execute("VACUUM")
    assert is_sound(sqlite)


async def test_other_threads_and_loops_get_connections_of_their_own(
    sqlite: KeptSQLiteEngine,
) -> None:
    await add("a")
    assert await asyncio.to_thread(lambda: Shelf.count().run_sync()) == 1


async def test_a_long_read_runs_aside(sqlite: KeptSQLiteEngine) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    reading = asyncio.create_task(db.offload(endless))
    await add("meanwhile")
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    assert await db.offload("SELECT name FROM shelf WHERE id = {}", 1) == [{"name": "meanwhile"}]
    async with db.transaction():
        await Shelf.insert(Shelf(name="own"))
        assert len(await db.offload("SELECT name FROM shelf")) == 2


async def test_the_data_version_changes_with_everybodys_commits_only(
    sqlite: KeptSQLiteEngine,
) -> None:
    before = db.data_version()
    await names()
    assert db.data_version() == before
    await add("a")
    after_ours = db.data_version()
    with somebody_else(sqlite) as other:
        other.execute("INSERT INTO shelf (name) VALUES ('b')")
    assert len({before, after_ours, db.data_version()}) == 3
    async with db.transaction():
        assert db.data_version() is None


async def test_a_long_hold_of_the_lock_is_remarked_without_data(
    sqlite: KeptSQLiteEngine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add("quick")
    assert caplog.messages == []
    monkeypatch.setattr(sessions, "LONG_HOLD", 0)
    with caplog.at_level(logging.WARNING):
        await add("secret")
    [message] = caplog.messages
    assert "held the write lock for" in message
    assert "secret" not in message


async def test_a_large_log_is_folded_back_aside(
    sqlite: KeptSQLiteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "WAL_BYTES", 0)
    monkeypatch.setattr(kept, "CHECKPOINT_PAUSE", 0)
    await add("x" * 500_000)
    assert sqlite.kept
    assert sqlite.kept._checkpoint
    await sqlite.kept._checkpoint
    assert Path(sqlite.path).stat().st_size > 500_000


async def test_closing_waits_for_the_transaction_under_way(tmp_path: Path) -> None:
    engine = KeptSQLiteEngine(str(tmp_path / "new.sqlite"))
    await engine.start_connection_pool()
    async with engine.transaction():
        await engine.run("CREATE TABLE hello (id INTEGER)")
        closing_it = asyncio.create_task(engine.close_connection_pool())
        await asyncio.sleep(0)
        await engine.run("INSERT INTO hello VALUES (1)")
    await closing_it
    assert await engine.run("SELECT id FROM hello") == [{"id": 1}]


async def test_a_referenced_row_cannot_go(sqlite: KeptSQLiteEngine) -> None:
    await add("a")
    await Box.insert(Box(shelf=1))
    with pytest.raises(sqlite3.IntegrityError):
        await Shelf.delete(force=True)


def test_the_process_ends_although_nobody_closed(tmp_path: Path) -> None:
    script = (
        "import asyncio\nfrom fablab.core.sqlite import KeptSQLiteEngine\n"
        f"asyncio.run(KeptSQLiteEngine({str(tmp_path / 'new.sqlite')!r}).start_connection_pool())"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=20)
