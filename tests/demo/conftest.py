"""The demo lab of these tests: made once a worker, at MONDAY, in a database of its own."""

from collections.abc import AsyncIterator

import pytest

from fablab.core import clock
from fablab.demo.build import make_demo
from fablab.lab.place import Place
from fablab.lab.queries import read_place
from tests.factories import MONDAY
from tests.support.databases import Copy, Databases


@pytest.fixture(scope="session")
async def demo_lab(copies: Databases) -> AsyncIterator[Copy]:
    async with copies.copy() as copy:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "now", lambda: MONDAY)
            async with copy.in_use():
                assert await make_demo()
        yield copy


@pytest.fixture
async def committed_database(demo_lab: Copy) -> AsyncIterator[Copy]:
    """What these tests read; they leave it as it is."""
    async with demo_lab.in_use():
        yield demo_lab


@pytest.fixture
async def place(committed_database: Copy) -> Place:
    return await read_place()
