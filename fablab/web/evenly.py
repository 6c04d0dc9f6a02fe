"""Answers that take as long whoever is asked about: the time must not tell either."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Longer than a mail's rows or a password's hash take on a slow machine, and hardly felt.
AT_LEAST = 0.2


@asynccontextmanager
async def evenly() -> AsyncIterator[None]:
    """Do something in at least that many seconds, also when it is refused.

    Not inside a transaction: it would hold its locks meanwhile.
    """
    pause = asyncio.create_task(asyncio.sleep(AT_LEAST))
    try:
        yield
    finally:
        await pause
