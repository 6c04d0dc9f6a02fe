"""Whether the server is still there: one that has gone silent must not keep anybody waiting.

A server that has stopped says so at once. One that is paused, or behind a network that has gone,
says nothing, and a question would wait as long as the slowest statement may take.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg

EVERY = 1.0  # seconds between two questions
LONGEST = 2.0  # seconds an answer may take
MISSES = 2  # the second question is asked over a new connection, at once
NAME = "fablab pulse"  # not "fablab": it works on nothing
logger = logging.getLogger(__name__)


class Pulse:
    """Asks over a connection of its own. While nobody answers, `is_silent`, and `cut` is called."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], cut: Callable[[], int]) -> None:
        self.connect, self.cut = connect, cut
        self.connection: Any = None
        self.missed = 0

    @property
    def is_silent(self) -> bool:
        return self.missed >= MISSES

    async def listen(self) -> None:
        """For ever; cancelled, it hangs up."""
        try:
            while True:
                if not 0 < self.missed < MISSES:
                    await asyncio.sleep(EVERY)
                await self.take()
        finally:
            self.hang_up()

    async def take(self) -> None:
        before, self.missed = self.is_silent, await self.misses()
        if self.is_silent:
            cut = self.cut()
            if not before:
                logger.warning("The database has gone silent; %d connections were cut.", cut)
        elif before:
            logger.warning("The database answers again.")

    async def misses(self) -> int:
        """How often in a row nobody has answered by now; an error is an answer, unless we wait."""
        asking = asyncio.ensure_future(self.ask())
        try:
            done, _ = await asyncio.wait([asking], timeout=LONGEST)
        finally:
            if not asking.done():
                self.hang_up()  # first, so that nobody is asked to cancel anything
                asking.cancel()
        if done and not asking.exception():
            return 0
        self.hang_up()
        return self.missed + 1 if self.missed or not done else 0

    async def ask(self) -> None:
        if self.connection is None:
            self.connection = await self.connect()
        await self.connection.execute("SELECT 1")

    def hang_up(self) -> None:
        if self.connection is not None:
            with suppress(asyncpg.InterfaceError):  # it is gone already
                self.connection.terminate()
            self.connection = None
