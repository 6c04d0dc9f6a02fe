"""Telling a server that cannot be reached, or is too busy, from a wrong question."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from fablab.core.errors import Unavailable

OUT_OF_REACH = (
    OSError,  # TimeoutError is one: no connection was free in time
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutting down, starting up, or a statement took too long
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InternalClientError,  # the driver met the end of a connection unprepared
)
_GONE = re.compile("connection is closed|released back|pool is clos")  # the driver has no code


def is_out_of_reach(error: BaseException) -> bool:
    """Whether the server, not what it was asked, is the reason."""
    gone = type(error) is asyncpg.InterfaceError and _GONE.search(str(error))
    return bool(gone) or isinstance(error, OUT_OF_REACH)


@contextmanager
def reaching() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_out_of_reach(error):
            raise Unavailable(retry_after=2) from error
        raise
