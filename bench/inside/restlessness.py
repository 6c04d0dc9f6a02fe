"""Nothing that was cached about bookings may be used again, as if others booked all the time.

Real commits at that rate would measure the disk and the second core instead. So the two places
that tell whether something changed are made to say yes: SQLite's count of commits, and the stamps
of what occupies machines. The lab, its catalogue and people's names stay as they are.
"""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from itertools import count
from typing import Any

from fablab.core import versions
from fablab.core.sqlite import KeptSQLiteEngine

Version = Callable[[KeptSQLiteEngine], tuple[int, int] | None]
Look = Callable[[], Coroutine[Any, Any, versions.Stamps]]
looks = count(1)


def begin() -> None:
    """From now on, in this process."""
    KeptSQLiteEngine.data_version = data_version(  # type: ignore[method-assign, assignment]
        KeptSQLiteEngine.data_version
    )
    versions.stamps = stamps(versions.stamps)


def data_version(usual: Version) -> Version:
    def changed(engine: KeptSQLiteEngine) -> tuple[int, int] | None:
        return None if usual(engine) is None else (0, next(looks))

    return changed


def stamps(usual: Look) -> Look:
    async def changed() -> versions.Stamps:
        versions._last = versions.Stamps({})  # else PostgreSQL would not send them again
        found, look = await usual(), next(looks)
        others = {name: stamp + look for name, stamp in found.items() if is_of_bookings(name)}
        return replace(found, found={**found.found, **others}, as_of=look)

    return changed


def is_of_bookings(name: str) -> bool:
    return name.startswith(versions.BOOKINGS)
