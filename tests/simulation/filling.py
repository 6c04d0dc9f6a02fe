"""Many book while the disk of their database gets full, and go on once there is room."""

import httpx

from tests.simulation import whole
from tests.simulation.crowd import Crowd, Wish
from tests.simulation.killing import answered
from tests.support.databases import Copy
from tests.support.disks import Disk
from tests.support.servers import serving, until

PATHS = ("/", "/health", "/api/v1/machines")


async def fill_up(copy: Copy, disk: Disk, wanted: list[Wish], left: int) -> None:
    """`left` bytes are free when they begin."""
    crowd = Crowd.of([], wanted, at_once=8)
    async with serving(copy) as app, httpx.AsyncClient(base_url=app.url, timeout=30) as client:
        crowd.urls = [app.url]
        for path in PATHS:
            assert (await client.get(path)).status_code == 200, path
        disk.fill(but=left)
        async with crowd.at_work():
            await until(lambda: refused(crowd, 20), 900)
            for path in PATHS:
                assert (await client.get(path)).status_code == 200, path
            assert set(crowd.made.values()) <= await whole.stored()
            disk.make_room()
            await until(answered(crowd, len(wanted)), 900)
    assert crowd.told.keys() <= {"201", "503"}, crowd.told
    assert set(crowd.made.values()) == await whole.stored()
    assert await whole.halves() == []
    assert await whole.check(copy) == ""


async def refused(crowd: Crowd, times: int) -> bool:
    assert crowd.waiting, "The disk was never full."
    return crowd.told["503"] >= times
