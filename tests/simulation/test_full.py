"""The disk of the mail or of the backup is full: it is said, nothing is broken, and it goes on."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fablab.core import db
from fablab.notifications.tables import MailState, Notification
from tests.simulation import whole
from tests.simulation.conftest import Scene
from tests.simulation.crowd import Crowd, wishes
from tests.support import postgres
from tests.support.disks import Disk, small_disk
from tests.support.servers import SECRET, serving, until

pytestmark = pytest.mark.slow
MANY = 30


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "small", 4) as disk:
        yield disk


async def test_mail_waits_until_there_is_room(scene: Scene, disk: Disk) -> None:
    folder = disk.folder / "mail"
    folder.mkdir()
    disk.fill()
    async with serving(scene.copy, FABLAB_MAIL_URL=folder.as_uri()) as app:
        crowd = Crowd.of([app.url], await wishes(scene.tokens, MANY))
        await crowd.book()
        assert crowd.told == {"201": MANY}
        full = Notification.error.like("%No space left%")
        await until(lambda: so_many(full, MANY))
        assert await so_many(Notification.mail_state == MailState.WAITING, MANY)
        assert [path.name for path in folder.iterdir()] == []
        disk.make_room()
        await db.execute("UPDATE notification SET next_try_at = written_at")  # a minute later
        await until(lambda: so_many(Notification.mail_state == MailState.SENT, MANY))
    letters = list(folder.iterdir())
    assert len(letters) == MANY
    assert all(path.suffix == ".eml" and path.stat().st_size > 500 for path in letters)
    assert await whole.halves() == []


async def so_many(which: object, many: int) -> bool:
    return await Notification.count().where(which) == many  # type: ignore[arg-type]


async def test_a_backup_without_room_is_refused_and_leaves_nothing(
    scene: Scene, disk: Disk
) -> None:
    disk.fill(but=50_000)
    code, said = await backed_up(scene, disk.folder / "lab.backup")
    assert code == 1
    assert len(said.splitlines()) == 1
    assert "No space left" in said or "full" in said, said
    assert [path.name for path in disk.folder.iterdir()] == ["filler"]
    disk.make_room()
    code, said = await backed_up(scene, disk.folder / "lab.backup")
    assert code == 0, said
    assert [path.name for path in disk.folder.iterdir()] == ["lab.backup"]


async def backed_up(scene: Scene, target: Path) -> tuple[int | None, str]:
    place = postgres.binaries()  # pg_dump refuses a server that is newer than itself
    path = f"{place}{os.pathsep}{os.environ['PATH']}" if place else os.environ["PATH"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fablab", "backup", str(target)),
        env=scene.copy.environment | {"FABLAB_SECRET_KEY": SECRET, "PATH": path},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode().strip()
