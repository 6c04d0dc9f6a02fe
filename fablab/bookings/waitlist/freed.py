"""Time has freed: the first in line who may have it is offered it, in the same transaction."""

from collections.abc import Collection


async def freed(machine_ids: Collection[int]) -> None:
    """Look at what is free now at these machines, whose rows the caller has locked.

    One statement when nobody waits.
    """
