"""`--fresh` throws away a demo lab, and nothing else."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from fablab.core import db, schema
from fablab.core.errors import WrongSetup
from fablab.demo import anew
from fablab.demo.build import make_demo
from fablab.lab.tables import Lab
from tests import factories
from tests.support.databases import Copy, Databases


@pytest.fixture
async def committed_database(copies: Databases) -> AsyncIterator[Copy]:
    """A database of the test's own, with nobody connected to it."""
    async with copies.copy() as copy, copy.in_use():
        await db.engine().close_connection_pool()
        yield copy


async def a_small_demo(fresh: bool = False) -> bool:
    return await make_demo(fresh, days_back=3, days_ahead=1)


async def test_a_demo_lab_is_made_anew(committed_database: Copy) -> None:
    assert await a_small_demo()
    await Lab.update({Lab.email: "changed@example.org"}, force=True)
    assert await a_small_demo(fresh=True)
    assert await Lab.select(Lab.email) == [{"email": "contact.fablab@example.org"}]
    assert not await schema.pending()


async def test_a_real_lab_is_left_alone(committed_database: Copy) -> None:
    await factories.a_lab()
    with pytest.raises(WrongSetup, match="no demo lab"):
        await a_small_demo(fresh=True)
    assert await Lab.count() == 1


async def test_a_real_lab_is_not_filled_with_demo_people(committed_database: Copy) -> None:
    await factories.a_lab(slug="fablab-oujda")
    assert not await a_small_demo()
    assert await Lab.select(Lab.slug) == [{"slug": "fablab-oujda"}]


async def test_nothing_is_left_half_made(
    committed_database: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("The power went.")

    monkeypatch.setattr("fablab.demo.build.bookings.make", fail)
    with suppress(RuntimeError):
        await a_small_demo()
    assert not await Lab.exists()


def a_demo_file(folder: Path) -> Path:
    """What a demo lab's file looks like to whoever is to throw it away."""
    path = folder / "demo.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE activity (thing TEXT)")
        connection.execute("INSERT INTO activity VALUES (?)", [anew.THING])
        connection.commit()
    return path


def test_a_file_goes_with_what_lies_beside_it(tmp_path: Path) -> None:
    path = a_demo_file(tmp_path)
    (tmp_path / "demo.sqlite-migrating").touch()
    anew.remove_files(path)
    assert not list(tmp_path.iterdir())


def test_a_lab_that_is_being_served_is_not_thrown_away(tmp_path: Path) -> None:
    path = a_demo_file(tmp_path)
    with closing(sqlite3.connect(path)) as server:
        server.execute("SELECT * FROM activity").fetchall()
        with pytest.raises(WrongSetup, match="Stop the server"):
            anew.remove_files(path)
        assert path.exists()


def test_somebody_elses_file_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "accounts.sqlite"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE accounts (id INTEGER)")
    text = tmp_path / "letter.txt"
    text.write_text("Not a database at all, but somebody's letter to somebody.\n" * 20)
    for path in (other, text):
        with pytest.raises(WrongSetup, match="no demo lab"):
            anew.remove_files(path)
        assert path.exists()


def test_nothing_to_throw_away_is_no_error(tmp_path: Path) -> None:
    anew.remove_files(tmp_path / "none.sqlite")
    (tmp_path / "empty.sqlite").touch()
    anew.remove_files(tmp_path / "empty.sqlite")
    assert not list(tmp_path.iterdir())
