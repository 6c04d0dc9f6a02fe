"""What is tested here brings its own database, if it needs one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fablab.core import db
from fablab.core.postgres import SafePostgresEngine
from fablab.core.sqlite import KeptSQLiteEngine
from tests.core import own_databases as own


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[KeptSQLiteEngine]:
    async with own.sqlite_in_use(tmp_path) as engine:
        yield engine


@pytest.fixture
async def postgres() -> AsyncIterator[SafePostgresEngine]:
    async with own.postgres_in_use(most_connections=2) as engine:
        yield engine


@pytest.fixture(params=["sqlite", "postgres"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[db.AnyEngine]:
    """The test runs on both databases."""
    if request.param == "sqlite":
        async with own.sqlite_in_use(tmp_path) as engine:
            yield engine
    else:
        async with own.postgres_in_use() as server:
            yield server
