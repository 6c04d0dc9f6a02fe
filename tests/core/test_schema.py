"""The schema is brought up to date by a command, once, whoever runs it and how often."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from piccolo.apps.migrations.commands.new import AutoMigrationManager

from fablab.core import db, schema
from fablab.core.settings import settings
from fablab.piccolo_app import APP_CONFIG
from tests.core.own_databases import postgres_database


@pytest.fixture
def _a_database_for_those_who_wait() -> None:
    """These tests bring their own."""


@pytest.fixture(params=["sqlite", "postgres"])
async def address(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database that is not there yet, or is empty, and in use."""
    usual = db.engine()
    try:
        if request.param == "sqlite":
            yield _in_use(f"sqlite:///{tmp_path / 'new' / 'lab.sqlite'}")
        else:
            async with postgres_database() as url:
                yield _in_use(url)
    finally:
        db.use(usual)


def _in_use(url: str) -> str:
    db.use(db.engine_for(replace(settings, database_url=url)))
    return url


async def test_migrating_twice(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usual, known = db.engine(), await schema.pending()
    assert known
    assert not (tmp_path / "new").exists()

    assert await schema.migrate() == known

    assert await schema.pending() == []
    assert await schema.migrate() == []
    assert await db.fetch("SELECT name FROM version") is not None
    assert capsys.readouterr().out == ""
    assert db.engine() is usual
    assert not any("migrations" in folder for folder in sys.path)


async def test_asking_what_is_pending_creates_nothing(address: str) -> None:
    await _make_the_file()
    assert await schema.pending() != []
    assert await _tables() == []


async def _make_the_file() -> None:
    if path := replace(settings, database_url=db_url()).sqlite_path:
        path.parent.mkdir()
        path.touch()


def db_url() -> str:
    engine = db.engine()
    return f"sqlite:///{engine.path}" if db.is_sqlite() else engine.dsn  # type: ignore[union-attr]


async def _tables() -> list[dict[str, str]]:
    if db.is_sqlite():
        return await db.fetch("SELECT name FROM sqlite_master")
    return await db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")


MIGRATE = """
import asyncio
from fablab.core import schema
print(len(asyncio.run(schema.migrate())))
"""


async def test_two_processes_migrate_at_once(address: str, tmp_path: Path) -> None:
    """Started somewhere else, as the installed command is."""
    known = len(await schema.pending())
    environment = os.environ | {
        "FABLAB_DATABASE_URL": address,
        "PYTHONPATH": str(Path(schema.__file__).parents[2]),
    }

    async def migrate() -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", MIGRATE),
            cwd=tmp_path,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        return process.returncode, said.decode().strip()

    both = await asyncio.gather(migrate(), migrate())

    assert sorted(both) == [(0, "0"), (0, str(known))]
    assert await schema.pending() == []


async def test_the_migrations_make_the_tables_as_they_are_declared() -> None:
    """A column that was added, or changed, without a migration is named here."""
    os.environ.setdefault("PICCOLO_CONF", "fablab.piccolo_conf")
    found = await AutoMigrationManager().get_alter_statements(app_config=APP_CONFIG)
    assert [line for each in found for line in each.statements] == []


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
async def test_the_folder_of_the_data_is_its_owner_s_alone(address: str, tmp_path: Path) -> None:
    await schema.migrate()
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
