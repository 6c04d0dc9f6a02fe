"""One way to write: all of it or none of it, and again when somebody was in the way."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from fablab.core.engines import engine
from fablab.core.errors import Unavailable
from fablab.core.failures import passes

P = ParamSpec("P")
R = TypeVar("R")
logger = logging.getLogger(__name__)

RETRIES = 3
PATIENCE = 4.0  # seconds after which no further retry begins: somebody is waiting for the answer
PAUSE = 0.02  # seconds before the first retry, twice as long before each further one


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Write all of this or none of it.

    Inside another transaction it is a savepoint: an error that is caught around it undoes its own
    writes and no others. Await nothing but the database in it.
    """
    async with engine().transaction():
        yield


def transactional(
    action: Callable[P, Coroutine[Any, Any, R]],
) -> Callable[P, Coroutine[Any, Any, R]]:
    """An action is one transaction, and runs again whole when it met a deadlock or a lock.

    Called inside another transaction it is a savepoint of that, and the outermost action retries.
    Raises Unavailable when the retries did not help or the database cannot be reached; the latter
    is not retried, for nobody knows whether a lost COMMIT was kept.
    """

    @wraps(action)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        async def once() -> R:
            async with transaction():
                return await action(*args, **kwargs)

        return await (once() if engine().transaction_exists() else _until_it_passes(once))

    return run


async def _until_it_passes(once: Callable[[], Awaitable[R]]) -> R:
    end = time.monotonic() + PATIENCE
    for attempt in range(RETRIES + 1):
        try:
            return await once()
        except Exception as error:
            if not passes(error):
                raise
            if attempt == RETRIES or time.monotonic() > end:
                raise Unavailable(retry_after=2) from error
            logger.info("Somebody was in the way (%s), attempt %d.", type(error).__name__, attempt)
        await asyncio.sleep(PAUSE * 2**attempt * (0.5 + random.random()))  # noqa: S311
    raise AssertionError("The last attempt returns or raises.")
