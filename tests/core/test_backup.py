"""Backups: taken while others write, whole or not there, and put back only where it is meant."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from fablab.bookings.tables import Booking
from fablab.core import backup, db, schema
from fablab.core.backup import nightly
from fablab.core.backup import postgres as tools
from fablab.core.errors import WrongSetup
from fablab.core.settings import settings
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.migrations import fablab_waiting_indexes
from tests import factories
from tests.support import postgres
from tests.support.databases import Copy, Databases


@pytest.fixture(autouse=True)
def _tools_of_the_servers_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump refuses a server that is newer than itself."""
    if place := postgres.binaries():
        monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
async def committed_database(copies: Databases) -> AsyncIterator[Copy]:
    """A database of the test's own, with nobody connected to it."""
    async with copies.copy() as copy, copy.in_use():
        await db.engine().close_connection_pool()
        yield copy


@asynccontextmanager
async def another(copies: Databases) -> AsyncIterator[Copy]:
    """A fresh place to restore into, with nobody connected to it."""
    async with copies.copy() as copy, copy.in_use():
        await db.engine().close_connection_pool()
        yield copy


async def test_what_was_saved_comes_back_elsewhere(
    committed_database: Copy, copies: Databases, tmp_path: Path
) -> None:
    booking = await factories.a_booking()
    saved = tmp_path / "lab.backup"
    await backup.save(saved)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["lab.backup"]
    async with another(copies):
        await backup.restore(saved)
        assert await db.fetch("SELECT uid FROM booking") == [{"uid": booking.uid}]
        assert not await schema.pending()
        with pytest.raises(Exception, match="booking_no_overlap"):
            await factories.a_booking(machine=await Machine.objects().first())
        await Booking.delete(force=True)
        await backup.restore(saved, replace=True)
        await backup.save(saved)  # what was restored can be saved again
        await backup.restore(saved, replace=True)
        assert await Booking.count() == 1


async def test_it_is_of_one_moment_while_others_write(
    committed_database: Copy, copies: Databases, tmp_path: Path
) -> None:
    """A writer always adds two members at once: a backup never has an odd number."""
    written = 0

    @db.transactional
    async def add_two() -> None:
        await factories.a_member()
        await factories.a_member()

    async def write() -> None:
        nonlocal written
        while True:
            await add_two()
            written += 2

    async with db.connected():
        writer = asyncio.create_task(write())
        saved = []
        for number in range(3):
            before = written
            path = tmp_path / f"{number}.backup"
            await backup.save(path)
            saved.append((before, path, written))
        writer.cancel()
        await asyncio.wait([writer])
    assert written > saved[0][0]
    async with another(copies):
        for before, path, after in saved:
            await backup.restore(path, replace=True)
            held = await Member.count()
            assert held % 2 == 0
            assert before <= held <= after + 2


async def test_what_is_there_is_not_replaced_unless_asked(
    committed_database: Copy, tmp_path: Path
) -> None:
    saved = tmp_path / "lab.backup"
    await backup.save(saved)
    await factories.a_member()
    with pytest.raises(WrongSetup, match="--replace"):
        await backup.restore(saved)
    assert await Member.count() == 1
    await backup.restore(saved, replace=True)
    assert await Member.count() == 0


async def test_a_database_in_use_is_not_replaced(committed_database: Copy, tmp_path: Path) -> None:
    saved = tmp_path / "lab.backup"
    await factories.a_member()
    await backup.save(saved)
    served = db.engine_for(replace(settings, database_url=committed_database.url))
    await served.start_connection_pool()
    try:
        with pytest.raises(WrongSetup, match="in use"):
            await backup.restore(saved, replace=True)
    finally:
        await served.close_connection_pool()
    assert await Member.count() == 1


@pytest.mark.parametrize("content", [b"", b"some text", b"PGDMP but no more", b"SQLite format 3\0"])
async def test_what_is_no_backup_of_ours_is_refused(
    committed_database: Copy, tmp_path: Path, content: bytes
) -> None:
    await factories.a_member()
    wrong = tmp_path / "holiday.jpg"
    wrong.write_bytes(content)
    with pytest.raises(WrongSetup):
        await backup.restore(wrong, replace=True)
    assert await Member.count() == 1


async def test_a_backup_of_a_newer_version_is_refused(
    committed_database: Copy, tmp_path: Path
) -> None:
    await db.execute(
        "INSERT INTO migration (name, app_name, ran_on) SELECT {}, app_name, ran_on"
        " FROM migration LIMIT 1",
        "2100-01-01T00:00:00:000000",
    )
    await backup.save(tmp_path / "lab.backup")
    with pytest.raises(WrongSetup, match="newer"):
        await backup.restore(tmp_path / "lab.backup", replace=True)


async def test_an_older_backup_is_brought_up_to_date(
    committed_database: Copy, tmp_path: Path
) -> None:
    """As it was before the last step."""
    await fablab_waiting_indexes.down()
    await db.execute("DELETE FROM migration WHERE name = {}", schema.known()[-1])
    await backup.save(tmp_path / "lab.backup")
    await backup.restore(tmp_path / "lab.backup", replace=True)
    assert not await schema.pending()


async def test_the_database_is_never_its_own_backup(committed_database: Copy) -> None:
    if not db.is_sqlite():
        return
    with pytest.raises(WrongSetup, match="itself"):
        await backup.save(Path(db.engine().path))  # type: ignore[union-attr]


async def test_missing_tools_are_named(
    committed_database: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WrongSetup, match="apt install postgresql-client"):
        await tools.dump("postgresql://127.0.0.1:1/x", tmp_path / "x")


async def test_what_cannot_be_written_is_one_line(committed_database: Copy, tmp_path: Path) -> None:
    with pytest.raises(WrongSetup, match="No such file"):
        await backup.save(tmp_path / "nowhere" / "lab.backup")


def test_no_password_is_shown_to_the_machine() -> None:
    assert tools.bare("postgresql://lab:s%40crt@db:5432/x?a=b") == "postgresql://lab@db:5432/x?a=b"
    assert tools.bare("postgresql://db/x") == "postgresql://db/x"


def test_seven_days_and_four_weeks_are_kept() -> None:
    today = date(2026, 11, 22)  # a Sunday
    days: set[date] = set()
    for number in range(120):
        days = nightly.kept(days | {today + timedelta(days=number)})
    last = today + timedelta(days=119)
    daily = {last - timedelta(days=number) for number in range(7)}
    assert daily <= days
    weekly = sorted(days - daily)
    assert len(weekly) == 4
    assert {day.isoweekday() for day in weekly} == {7}
    assert (weekly[-1] - weekly[0]).days == 21
    assert last - weekly[-1] < timedelta(days=14)


async def test_the_nightly_backup_is_made_and_old_ones_go(
    committed_database: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "settings", replace(settings, data_dir=str(tmp_path)))
    await factories.a_member()
    folder = tmp_path / "backups"
    for number in range(3):
        made = await nightly.back_up(date(2026, 1, 1) + timedelta(days=365 * number))
        assert made is not None
        assert made.parent == folder
        assert made.stat().st_size > 0
    stranger = folder / f"notes{made.suffix}"
    stranger.touch()
    for number in range(10):
        await nightly.back_up(date(2029, 1, 1) + timedelta(days=number))
    assert stranger.exists()
    dated = sorted(path.stem for path in folder.glob(f"fablab-*{made.suffix}"))
    assert dated[-7:] == [f"fablab-2029-01-{day:02d}" for day in range(4, 11)]
    assert len(dated) == 10
