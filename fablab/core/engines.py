"""Which database it is: the engine that the settings name, or one that is put in its place."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from piccolo.table import Table

from fablab.core.errors import WrongSetup
from fablab.core.postgres import SafePostgresEngine
from fablab.core.settings import Settings, settings
from fablab.core.sqlite import KeptSQLiteEngine

AnyEngine = KeptSQLiteEngine | SafePostgresEngine

# Where Piccolo looks, whatever folder it is started in and whatever else is installed.
os.environ["PICCOLO_CONF"] = "fablab.piccolo_conf"

_engine: AnyEngine | None = None


def engine_for(given: Settings) -> AnyEngine:
    """A new engine on the database these settings name, not yet connected."""
    if path := given.sqlite_path:
        return KeptSQLiteEngine(str(path))
    if given.database_url.startswith(("postgresql://", "postgres://")):
        return SafePostgresEngine(given.database_url)
    raise WrongSetup("FABLAB_DATABASE_URL must begin with sqlite:/// or postgresql://.")


def engine() -> AnyEngine:
    """The engine of this process; tables find the same one through `fablab.piccolo_conf`."""
    global _engine
    if _engine is None:
        _engine = engine_for(settings)
    return _engine


def use(other: AnyEngine) -> None:
    """Put another engine in place, for every table as well."""
    global _engine
    _engine = other
    for table in _descendants(Table):
        table._meta.db = other


def _descendants(table: type[Table]) -> Iterator[type[Table]]:
    for child in table.__subclasses__():
        yield child
        yield from _descendants(child)


def is_sqlite() -> bool:
    return isinstance(engine(), KeptSQLiteEngine)


@asynccontextmanager
async def connected() -> AsyncIterator[None]:
    """Keep connections open meanwhile: around a server's life, or a command's work.

    Inside another `connected()` it changes nothing.
    """
    mine = engine()
    if mine.is_open:
        yield
        return
    await mine.start_connection_pool()
    try:
        yield
    finally:
        await mine.close_connection_pool()
