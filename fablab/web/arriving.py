"""What is sent has to arrive: whoever begins to send and falls silent gives the place up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fablab.core.errors import Unreadable

LONGEST_SILENCE = 30  # seconds between two pieces of a body
LONGEST = 300  # seconds for all of it: a photograph over a weak telephone network
Receive = Callable[[], Awaitable[Any]]


def in_time(receive: Receive) -> Receive:
    """The same, but `Unreadable` when the body does not come. Afterwards one may listen for ever.

    An open stream listens so for its reader's leaving.
    """
    end, is_whole = 0.0, False

    async def received() -> Any:
        nonlocal end, is_whole
        if is_whole:
            return await receive()
        now = asyncio.get_running_loop().time()
        end = end or now + LONGEST
        if now > end:
            raise Unreadable
        try:
            async with asyncio.timeout_at(min(end, now + LONGEST_SILENCE)):
                message = await receive()
        except TimeoutError as late:
            raise Unreadable from late
        is_whole = not message.get("more_body", False)
        return message

    return received
