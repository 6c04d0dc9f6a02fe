"""The demo lab of Berkane at nine o'clock on MONDAY, served to a real browser by this process.

The server lives in the loop of the tests, so that `travel` steps its clock too. Nothing happens by
itself: a test that waits for a job runs it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright

from fablab.core import clock, db
from fablab.demo.build import make_demo
from tests.factories import MONDAY
from tests.support import browsers
from tests.support.databases import Copy, Databases, SQLiteDatabases
from tests.support.screen import ARGUMENTS, Screen, new_screen
from tests.support.serving import served

# The printer that the tests book is free on the first day, whatever history was made up.
FREED = """
DELETE FROM booking WHERE machine = (SELECT id FROM machine WHERE slug = 'printer-fdm-b')
    AND starts_at >= '2026-11-30 00:00:00+00:00' AND starts_at < '2026-12-01 00:00:00+00:00'
"""
Visit = Callable[..., Awaitable[Screen]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
async def demo_labs(
    copies: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SQLiteDatabases]:
    """Copies of a demo lab that was made once."""
    labs = SQLiteDatabases(tmp_path_factory.mktemp("demo"))
    async with copies.copy() as copy:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "now", lambda: MONDAY)
            async with copy.in_use():
                assert await make_demo()
                await db.execute(FREED)
        labs.template = Path(copy.url.removeprefix("sqlite:///"))
        yield labs


@pytest.fixture
async def committed_database(demo_labs: SQLiteDatabases) -> AsyncIterator[Copy]:
    """A demo lab of this test's own."""
    async with demo_labs.copy() as copy, copy.in_use():
        yield copy


@pytest.fixture(scope="session")
async def address(app: Any) -> AsyncIterator[str]:
    async with served(app) as url:
        yield url


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browsers.executable(), args=[*ARGUMENTS]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def visit(chromium: Browser, address: str, committed_database: Copy) -> AsyncIterator[Visit]:
    """`await visit("fr", 390)`: a visitor's window; with `email=` that member is signed in."""
    opened = []

    async def visit(
        language: str = "fr", width: int = 1280, email: str = "", **options: Any
    ) -> Screen:
        context, screen = await new_screen(chromium, address, language, width, **options)
        opened.append((context, screen))
        if email:
            await screen.sign_in(email)
        return screen

    yield visit
    for context, _ in opened:
        await context.close()
    complaints = [complaint for _, screen in opened for complaint in screen.complaints]
    assert not complaints, "\n".join(complaints)
