"""A backup taken while many book is of one moment, whole, and can be restored elsewhere."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.simulation import whole
from tests.simulation.conftest import Scene
from tests.simulation.crowd import Crowd, wishes
from tests.simulation.killing import answered
from tests.support import postgres
from tests.support.databases import Copy, Databases
from tests.support.servers import SECRET, serving, until

pytestmark = pytest.mark.slow
MANY = 4000  # more than can be booked meanwhile
BACKUPS, STEP = 3, 40


async def test_it_is_of_one_moment_and_whole(
    scene: Scene, copies: Databases, tmp_path: Path
) -> None:
    crowd = Crowd.of([], await wishes(scene.tokens, MANY))
    taken: list[tuple[Path, set[int], set[int]]] = []
    async with serving(scene.copy, FABLAB_DATA_DIR=str(tmp_path / "data")) as app:
        crowd.urls = [app.url]
        async with crowd.at_work():
            for number in range(BACKUPS):
                await until(answered(crowd, (number + 1) * STEP))
                file, before = tmp_path / f"{number}.backup", set(crowd.made.values())
                await fablab(scene.copy, "backup", str(file))
                taken.append((file, before, await whole.stored()))
            assert len(crowd.made) < MANY, "They must still be at work."
    for file, before, after in taken:
        async with copies.copy() as elsewhere:
            await fablab(elsewhere, "restore", "--replace", str(file))
            async with elsewhere.in_use():
                there = await whole.stored()
                assert before <= there <= after
                assert await whole.halves() == []
                assert await whole.check(elsewhere) == ""
                print(f"\n{len(before)} <= {len(there)} <= {len(after)}")  # noqa: T201


async def fablab(copy: Copy, *words: str) -> None:
    place = postgres.binaries()  # pg_dump refuses a server that is newer than itself
    path = f"{place}{os.pathsep}{os.environ['PATH']}" if place else os.environ["PATH"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fablab", *words),
        env=copy.environment | {"FABLAB_SECRET_KEY": SECRET, "PATH": path},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
