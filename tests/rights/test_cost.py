"""What every route asks of the database: eight statements a page or read, sixteen a write."""

from typing import Any

import pytest

from fablab.core import db
from tests.rights.scene import Scene, a_scene, asker
from tests.rights.test_matrix import all_cases, tried

READS, WRITES = 8, 16
SAFE = ("GET", "HEAD")


@pytest.fixture
async def scene(rolled_back: None) -> Scene:
    return await a_scene()


@pytest.mark.parametrize("who", ["owner", "admin"])
async def test_no_route_asks_more_than_its_share(app: Any, scene: Scene, who: str) -> None:
    """The second time, when the place and the catalogue are known."""
    dear = []
    async with asker(app, who, scene) as one:
        for way, row, variant in all_cases(app):
            address = scene.address(way, variant)
            await tried(one, way, address)
            if way.method not in SAFE:
                await one.browser.get("/machines")  # what was undone is read anew
            with db.counting() as asked:
                await tried(one, way, address)
            if asked.count > (READS if way.method in SAFE else WRITES):
                dear.append(f"{row}: {way.method} {address} took {asked.count} statements")
    assert dear == []
