"""The disk of the database is full: bookings are refused for now, everything else goes on."""

import shutil
from pathlib import Path

import pytest

from tests.simulation.conftest import a_scene
from tests.simulation.crowd import wishes
from tests.simulation.filling import fill_up
from tests.support.databases import Copy
from tests.support.disks import small_disk

pytestmark = pytest.mark.slow


async def test_it_is_refused_and_goes_on_once_there_is_room(
    committed_database: Copy, tmp_path: Path
) -> None:
    path = Path(committed_database.url.removeprefix("sqlite:///"))
    with small_disk(tmp_path / "small", 24) as disk:
        shutil.copy(path, disk.folder)
        copy = Copy(f"sqlite:///{disk.folder / path.name}")
        async with copy.in_use():
            scene = await a_scene(copy)
            await fill_up(copy, disk, await wishes(scene.tokens, 300), left=400_000)
