"""The disk of the tables is full: bookings are refused for now, everything else goes on."""

from pathlib import Path

import asyncpg
import pytest

from tests.simulation.conftest import a_scene
from tests.simulation.crowd import wishes
from tests.simulation.filling import fill_up
from tests.support.databases import Copy, PostgresDatabases
from tests.support.disks import small_disk
from tests.support.own_postgres import own_server

pytestmark = pytest.mark.slow


@pytest.fixture
def _a_database_for_those_who_wait() -> None:
    """These tests bring their own."""


async def test_it_is_refused_and_goes_on_once_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", 64) as disk, own_server() as server:
        await server.answers()
        made = PostgresDatabases(server.url)
        await made.prepare()
        (disk.folder / "tables").mkdir(mode=0o700)
        server.identity.own(disk.folder)
        server.identity.own(disk.folder / "tables")
        keeper = await asyncpg.connect(f"{server.url}/postgres")
        await keeper.execute(f"CREATE TABLESPACE small LOCATION '{disk.folder / 'tables'}'")
        await keeper.execute(f"CREATE DATABASE full_one TEMPLATE {made.template} TABLESPACE small")
        await keeper.close()
        copy = Copy(f"{server.url}/full_one")
        async with copy.in_use():
            scene = await a_scene(copy)
            await fill_up(copy, disk, await wishes(scene.tokens, 600), left=150_000)
