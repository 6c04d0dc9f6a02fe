"""The world every test starts in: nine o'clock on MONDAY, an empty lab, nothing left behind."""

import inspect
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.support import environment

FOLDER = environment.prepare()  # before anything of fablab is imported

from fablab.core import clock, db, formats, i18n, versions
from fablab.core.zones import zone
from tests.factories import MONDAY
from tests.support import browsers, databases, needs, postgres

if TYPE_CHECKING:
    from tests.support.browser import Browser

# Files named after a database are for that one alone.
collect_ignore_glob = ["**/test_*_sqlite.py" if needs.wants_postgres() else "**/test_*_postgres.py"]
Travel = Callable[[datetime | timedelta], datetime]

hypothesis.settings.register_profile("default", deadline=None, max_examples=50, database=None)
hypothesis.settings.register_profile("all", deadline=None, max_examples=500, database=None)
hypothesis.settings.load_profile("default")


def pytest_configure(config: pytest.Config) -> None:
    """A run on PostgreSQL that was given no server starts one, once for all its workers."""
    config.add_cleanup(lambda: environment.forget(FOLDER))
    if hasattr(config, "workerinput"):
        return
    for need in needs.missing() & needs.required():
        raise pytest.UsageError(needs.SENTENCES[need])
    if needs.wants_postgres() and "FABLAB_TEST_POSTGRES" not in os.environ:
        if not (place := postgres.binaries()):
            raise pytest.UsageError(needs.SENTENCES["postgres"])
        server = ExitStack()
        config.add_cleanup(server.close)
        os.environ["FABLAB_TEST_POSTGRES"] = server.enter_context(postgres.server(place))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if needs.wants_postgres():
        leave_out(config, items, [item for item in items if not asks_a_database(item)])
    if not browsers.executable():
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=needs.SENTENCES["browser"]))


def asks_a_database(item: pytest.Item) -> bool:
    """What asks none is the same on both, and is tested with SQLite."""
    assert isinstance(item, pytest.Function)
    wanted = {"copies", "database"} & set(item.fixturenames)
    return bool(wanted) or inspect.iscoroutinefunction(inspect.unwrap(item.function))


def leave_out(config: pytest.Config, items: list[pytest.Item], some: list[pytest.Item]) -> None:
    gone = set(some)
    items[:] = [item for item in items if item not in gone]
    config.hook.pytest_deselected(items=some)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nothing is left out in silence."""
    for need in sorted(needs.missing()):
        terminalreporter.write_line(needs.SENTENCES[need], red=True)
    for report in terminalreporter.stats.get("skipped", []):
        terminalreporter.write_line(f"Not tested: {report.nodeid}", red=True)


class Undone(Exception):
    """Raised to take back what a test has written."""


def nobody_asked() -> None:
    """English and UTC, as before any request: what the last test's reader had is forgotten."""
    i18n.language.set("en")
    formats.zone_in_use.set(zone("UTC"))


@pytest.fixture(autouse=True)
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """Every test starts at MONDAY; `travel(instant)` or `travel(timedelta(...))` goes on."""
    nobody_asked()
    here = MONDAY

    def go(to: datetime | timedelta) -> datetime:
        nonlocal here
        here = here + to if isinstance(to, timedelta) else to
        return here

    monkeypatch.setattr(clock, "now", lambda: here)
    return go


@pytest.fixture(scope="session")
async def copies() -> databases.Databases:
    """Where a test's database comes from: made by the migrations, once."""
    made = databases.of_this_run(FOLDER)
    await made.prepare()
    return made


@pytest.fixture(scope="session")
async def database(copies: databases.Databases) -> AsyncIterator[databases.Copy]:
    """This worker's database, its connections open until the last test is over."""
    async with copies.copy() as copy, copy.in_use():
        yield copy


@pytest.fixture
async def rolled_back(database: databases.Copy) -> AsyncIterator[None]:
    """The test runs inside one transaction; those it opens are savepoints, and all is undone."""
    nobody_asked()  # asynchronous tests have a context of their own
    try:
        async with db.transaction():
            yield
            raise Undone
    except Undone:
        pass


@pytest.fixture
async def committed_database(copies: databases.Databases) -> AsyncIterator[databases.Copy]:
    """A database of this test's own, where COMMIT is one: for races, kills and other processes."""
    nobody_asked()
    async with copies.copy() as copy, copy.in_use():
        yield copy


@pytest.fixture(autouse=True)
def _a_database_for_those_who_wait(request: pytest.FixtureRequest) -> None:
    """Whatever awaits has a database; rules do not, and need none."""
    if "committed_database" in request.fixturenames:
        return
    if inspect.iscoroutinefunction(inspect.unwrap(request.function)):
        request.getfixturevalue("rolled_back")


@pytest.fixture
def counted() -> Callable[[], AbstractContextManager[db.Counted]]:
    """`with counted() as sent: ...`, then `sent.count` and `sent.statements`."""
    return db.counting


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody commits from here on, as far as the stamps can tell.

    PostgreSQL's snapshot is that of the whole server: the tests beside this one move it, too.
    """
    since = versions.SINCE.replace(versions.SEEN, "'the same'")
    monkeypatch.setattr(versions, "SINCE", since)


@pytest.fixture(scope="session")
def app() -> Any:
    """The whole web app, made once; its scheduler and its server are not started."""
    from fablab.app import create_app

    return create_app()


@pytest.fixture
async def browser(app: Any) -> AsyncIterator["Browser"]:
    """Asks the app in the test's own loop and transaction; what it answers is seen at once."""
    from tests.support.browser import Browser

    async with Browser(app) as browser:
        yield browser
