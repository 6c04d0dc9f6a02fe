"""Long lists in pieces: `?limit=&cursor=` gives `{"items": [...], "next": cursor or null}`.

A cursor is where the last piece ended, so that rows which come or go between two pieces neither
repeat nor hide others.

    wanted = paging.wanted(query.limit, query.cursor, datetime, int)
    rows = await queries.bookings(after=wanted.after, limit=wanted.limit + 1)
    return paging.piece(rows, wanted, show=shown, at=lambda row: (row.starts_at, row.id))
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec

from fablab.core.errors import Problem, Unreadable
from fablab.core.words import N_

R = TypeVar("R")
USUAL, MOST = 50, 200
INSTANT = Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many, and after which: the values its reader's `at` gave, or None at the start."""

    limit: int
    after: tuple[Any, ...] | None


def wanted(limit: int | None, cursor: str | None, *kinds: type) -> Wanted:
    """What a list was asked for. `kinds` are the types of `at`. `Unreadable` names the field."""
    count = USUAL if limit is None else limit
    if not 1 <= count <= MOST:
        message = N_("Between 1 and {most} at a time.")
        raise Unreadable(Problem("unreadable", message, "limit", {"most": MOST}, MOST))
    return Wanted(count, read(cursor, kinds) if cursor else None)


def read(cursor: str, kinds: Sequence[type]) -> tuple[Any, ...]:
    try:
        content = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        types = tuple(INSTANT if kind is datetime else kind for kind in kinds)
        found = msgspec.json.decode(content, type=tuple[types])  # type: ignore[valid-type]
    except (ValueError, msgspec.MsgspecError) as wrong:
        message = N_("This cursor is not one of ours.")
        raise Unreadable(Problem("unreadable", message, "cursor")) from wrong
    return tuple(found)


def written(place: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def piece(
    rows: Sequence[R],
    wanted: Wanted,
    show: Callable[[R], Any],
    at: Callable[[R], tuple[Any, ...]],
) -> dict[str, Any]:
    """The answer of a list. Read one row more than `wanted.limit`: it tells whether more follow."""
    shown = rows[: wanted.limit]
    more = len(rows) > wanted.limit
    return {
        "items": [show(row) for row in shown],
        "next": written(at(shown[-1])) if more else None,
    }
