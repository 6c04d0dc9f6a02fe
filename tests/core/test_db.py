"""Writing, taking turns and reading, the same on both databases."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest
from piccolo.columns import Integer, Serial
from piccolo.table import Table, create_table_class

from fablab import piccolo_conf
from fablab.core import db, writing
from fablab.core.errors import NotFound, Problem, Refused, Unavailable, WrongSetup
from fablab.core.postgres import SafePostgresEngine
from fablab.core.settings import Settings
from fablab.core.sqlite import KeptSQLiteEngine
from tests.core.own_databases import Box, Shelf, names


@pytest.fixture
def _a_database_for_those_who_wait() -> None:
    """These tests bring their own."""


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PAUSE", 0)


async def add(name: str) -> None:
    await Shelf.insert(Shelf(name=name))


async def fill(*all_names: str) -> None:
    await Shelf.insert(*(Shelf(name=name) for name in all_names))


def busy() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY_SNAPSHOT
    return error


async def test_all_of_it_or_none_of_it(either: db.AnyEngine) -> None:
    async with db.transaction():
        await add("a")
    with pytest.raises(KeyError):
        async with db.transaction():
            await add("b")
            raise KeyError
    assert await names() == ["a"]


async def test_a_caught_refusal_undoes_exactly_its_own_writes(either: db.AnyEngine) -> None:
    async with db.transaction():
        await add("before")
        with pytest.raises(Refused):
            async with db.transaction():
                await add("refused")
                async with db.transaction():
                    await add("kept by an inner one, refused by the outer")
                raise Refused(Problem("taken", "It is taken."))
        async with db.transaction():
            await add("inside")
        await add("after")
    assert await names() == ["after", "before", "inside"]


async def test_a_guard_that_refused_inside_leaves_the_rest_writable(either: db.AnyEngine) -> None:
    async with db.transaction():
        await add("a")
        with pytest.raises((sqlite3.IntegrityError, asyncpg.UniqueViolationError)):
            async with db.transaction():
                await add("a")
        await add("b")
    assert await names() == ["a", "b"]


async def test_what_the_outer_undoes_the_inner_has_not_kept(either: db.AnyEngine) -> None:
    with pytest.raises(KeyError):
        async with db.transaction():
            async with db.transaction():
                await add("inside")
            raise KeyError
    assert await names() == []


async def test_64_actions_on_one_row_take_turns(either: db.AnyEngine) -> None:
    await fill("a")

    @db.transactional
    async def put_in() -> int:
        shelf = await db.locked(Shelf, 1)
        await asyncio.sleep(0)
        await shelf.update_self({Shelf.used: shelf.used + 1})
        return shelf.used

    seen = await asyncio.gather(*(put_in() for _ in range(64)))

    assert sorted(seen) == list(range(1, 65))


PASSING = [
    pytest.param(busy, id="busy"),
    pytest.param(lambda: asyncpg.DeadlockDetectedError("deadlock"), id="40P01"),
    pytest.param(lambda: asyncpg.SerializationError("serialize"), id="40001"),
    pytest.param(lambda: asyncpg.LockNotAvailableError("lock"), id="55P03"),
]


@pytest.mark.parametrize("error", PASSING)
async def test_an_action_runs_again_whole(either: db.AnyEngine, error: Any) -> None:
    attempts = 0

    @db.transactional
    async def write(name: str, *, times: int) -> str:
        nonlocal attempts
        attempts += 1
        await add(name)
        if attempts <= times:
            raise error()
        return name

    assert await write("kept", times=3) == "kept"
    assert attempts == 4
    assert await names() == ["kept"]

    attempts = 0
    with pytest.raises(Unavailable) as refused:
        await write("never", times=4)
    assert refused.value.retry_after == 2
    assert attempts == 4
    assert await names() == ["kept"]


async def test_nobody_waits_for_retries_for_ever(
    either: db.AnyEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PATIENCE", -1)
    attempts = 0

    @db.transactional
    async def write() -> None:
        nonlocal attempts
        attempts += 1
        raise busy()

    with pytest.raises(Unavailable):
        await write()
    assert attempts == 1


async def test_an_action_inside_another_leaves_retrying_to_it(either: db.AnyEngine) -> None:
    inner_attempts = outer_attempts = 0

    @db.transactional
    async def inner() -> None:
        nonlocal inner_attempts
        inner_attempts += 1
        await add("inner")
        if inner_attempts < 2:
            raise busy()

    @db.transactional
    async def outer() -> None:
        nonlocal outer_attempts
        outer_attempts += 1
        await add("outer")
        await inner()

    await outer()
    assert (inner_attempts, outer_attempts) == (2, 2)
    assert await names() == ["inner", "outer"]


async def test_a_refusal_is_not_retried(either: db.AnyEngine) -> None:
    attempts = 0

    @db.transactional
    async def write() -> None:
        nonlocal attempts
        attempts += 1
        await add("never")
        raise Refused(Problem("closed", "The lab is closed."))

    with pytest.raises(Refused):
        await write()
    assert attempts == 1
    assert await names() == []


async def test_a_lost_connection_is_not_retried(either: db.AnyEngine) -> None:
    attempts = 0

    @db.transactional
    async def write() -> None:
        nonlocal attempts
        attempts += 1
        raise Unavailable

    with pytest.raises(Unavailable):
        await write()
    assert attempts == 1


async def test_rows_are_locked_in_the_order_of_their_ids(either: db.AnyEngine) -> None:
    await fill("a", "b", "c")
    async with db.transaction():
        with db.counting() as sent:
            rows = await db.locked_all(Shelf, [3, 1, 3])
        assert [row.name for row in rows] == ["a", "c"]
        assert (await db.locked(Shelf, 2)).name == "b"
        assert await db.locked_all(Shelf, []) == []
    [statement] = sent.statements
    assert "ORDER BY" in statement
    assert statement.endswith("FOR NO KEY UPDATE") == isinstance(either, SafePostgresEngine)


async def test_what_is_not_there_cannot_be_locked(either: db.AnyEngine) -> None:
    await fill("a")
    async with db.transaction():
        for attempt in (db.locked(Shelf, 9), db.locked_all(Shelf, [1, 9])):
            with pytest.raises(NotFound):
                await attempt
    with pytest.raises(RuntimeError, match="inside a transaction"):
        await db.locked(Shelf, 1)


async def test_reads_of_a_snapshot_agree(either: db.AnyEngine) -> None:
    await fill("a")

    async with db.snapshot():
        assert await names() == ["a"]
        await asyncio.create_task(_outside(add("b")))
        assert await names() == ["a"]
    assert await names() == ["a", "b"]


async def _outside(work: Any) -> None:
    """As another request would, whose task was not started in here."""
    db.engine().current_transaction.set(None)
    await work


async def test_nothing_can_be_written_in_a_snapshot(either: db.AnyEngine) -> None:
    with pytest.raises((sqlite3.OperationalError, asyncpg.ReadOnlySQLTransactionError)):
        async with db.snapshot():
            await add("never")
    await add("afterwards")
    assert await names() == ["afterwards"]


async def test_a_snapshot_inside_a_transaction_sees_what_it_wrote(either: db.AnyEngine) -> None:
    async with db.transaction():
        await add("a")
        async with db.snapshot():
            assert await names() == ["a"]


async def test_raw_statements_take_arguments_on_both(either: db.AnyEngine) -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    await db.execute("INSERT INTO shelf (name, used, seen_at) VALUES ({}, 0, {})", "a", noon)
    sql = "SELECT name, seen_at FROM shelf WHERE name = {} AND used = {}"
    assert await db.fetch(sql, "a", 0) == [{"name": "a", "seen_at": noon}]
    assert await db.offload(sql, "a", 0) == [{"name": "a", "seen_at": noon}]
    [latest] = await db.fetch("SELECT max(seen_at) AS at FROM shelf")
    assert db.instant(latest["at"]) == noon
    assert db.instant(None) is None


async def test_among(either: db.AnyEngine) -> None:
    await fill("a", "b", "c")
    sql = "SELECT name FROM shelf WHERE id IN {} AND name <> {} ORDER BY id"
    assert await db.fetch(sql, db.among([1, 2, 3]), "b") == [{"name": "a"}, {"name": "c"}]
    assert await db.fetch(sql, db.among([]), "b") == []


async def test_counting_leaves_transactions_apart(either: db.AnyEngine) -> None:
    with db.counting() as sent:
        await add("a")
        async with db.transaction():
            async with db.transaction():
                await add("b")
            await names()
    await names()
    assert sent.count == 3
    assert ["INSERT" in statement for statement in sent.statements] == [True, True, False]


async def test_counting_reaches_into_the_app(either: db.AnyEngine) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.create_task(names())
        await names()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://lab.test") as client:
        with db.counting() as sent:
            await client.get("/")
    assert sent.count == 2


GUARDED = {
    "sqlite": [
        "CREATE TABLE slot (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, shelf INTEGER"
        " REFERENCES shelf (id), CONSTRAINT slot_positive CHECK (n > 0))",
        "CREATE UNIQUE INDEX slot_n_shelf_key ON slot (n, shelf)",
        "CREATE TRIGGER slot_guard BEFORE INSERT ON slot WHEN NEW.n = 13"
        " BEGIN SELECT RAISE(ABORT, 'slot_unlucky'); END",
    ],
    "postgres": [
        "CREATE TABLE slot (id SERIAL PRIMARY KEY, n INTEGER NOT NULL, shelf INTEGER"
        " REFERENCES shelf (id), CONSTRAINT slot_positive CHECK (n > 0))",
        "CREATE UNIQUE INDEX slot_n_shelf_key ON slot (n, shelf)",
        "ALTER TABLE slot ADD CONSTRAINT slot_unlucky CHECK (n <> 13)",
    ],
}
REFUSALS = [
    ("13, 1", "slot_unlucky"),
    ("0, 1", "slot_positive"),
    ("1, 1", "slot_n_shelf_key"),
    ("NULL, 1", "slot_n_not_null"),
    ("2, 99", "foreign_key"),
]


async def test_the_guards_have_one_name_on_both(either: db.AnyEngine) -> None:
    await fill("a")
    for ddl in GUARDED[either.engine_type]:
        await either.run_ddl(ddl)
    await db.execute("INSERT INTO slot (n, shelf) VALUES (1, 1)")
    for values, name in REFUSALS:
        with pytest.raises((sqlite3.IntegrityError, asyncpg.PostgresError)) as refused:
            await db.execute(f"INSERT INTO slot (n, shelf) VALUES ({values})")
        assert db.refusal_of(refused.value) == name
    with pytest.raises((sqlite3.Error, asyncpg.PostgresError)) as wrong:
        await db.execute("SELECT nothing FROM nowhere")
    assert db.refusal_of(wrong.value) is None
    assert db.refusal_of(KeyError("slot_positive")) is None


async def test_a_column_that_is_unique_is_a_guard_too(either: db.AnyEngine) -> None:
    await fill("a")
    with pytest.raises((sqlite3.IntegrityError, asyncpg.PostgresError)) as refused:
        await add("a")
    assert db.refusal_of(refused.value) == "shelf_name_key"


async def test_tables_use_the_engine_in_use(either: db.AnyEngine) -> None:
    assert db.engine() is either
    assert piccolo_conf.DB is either
    assert Shelf._meta.db is either
    later = create_table_class("Later", class_members={"id": Serial(), "n": Integer()})
    assert issubclass(later, Table)
    assert later._meta.db is either


async def test_connected_inside_connected_changes_nothing(either: db.AnyEngine) -> None:
    async with db.connected():
        pass
    assert either.is_open
    assert await names() == []


async def test_referring_rows_are_found(either: db.AnyEngine) -> None:
    await fill("a")
    await Box.insert(Box(shelf=1))
    assert await Box.select(Box.shelf.name) == [{"shelf.name": "a"}]


def test_the_settings_name_the_database() -> None:
    kept = db.engine_for(Settings(database_url="sqlite:///lab.sqlite", data_dir="/data"))
    assert isinstance(kept, KeptSQLiteEngine)
    assert kept.path == "/data/lab.sqlite"
    server = db.engine_for(Settings(database_url="postgresql://lab@host/lab"))
    assert isinstance(server, SafePostgresEngine)
    with pytest.raises(WrongSetup):
        db.engine_for(Settings(database_url="mysql://host/lab"))
