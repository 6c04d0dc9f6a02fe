"""Read what was done: to one thing, around one member, or at all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from piccolo.custom_types import Combinable

from fablab.activity.tables import Activity
from fablab.core import facts

PAGE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One change, its facts readable again."""

    id: int
    at: datetime
    actor: int | None
    verb: str
    thing: str
    thing_id: int
    member: int | None
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Entries:
    """A page of them, newest first; `older` is the next page's `below`, if there is one."""

    items: list[Entry]
    older: int | None


async def of_thing(thing: str, thing_id: int, *, below: int | None = None) -> Entries:
    """What happened to one booking, machine, member..."""
    return await page((Activity.thing == thing) & (Activity.thing_id == thing_id), below)


async def of_member(member_id: int, *, below: int | None = None) -> Entries:
    """What concerned a member, or was done by them."""
    return await page((Activity.member == member_id) | (Activity.actor == member_id), below)


async def everything(*, below: int | None = None) -> Entries:
    """The one log of the lab."""
    return await page(None, below)


async def page(which: Combinable | None, below: int | None, size: int = PAGE) -> Entries:
    query = Activity.select().order_by(Activity.id, ascending=False).limit(size + 1)
    if which is not None:
        query = query.where(which)
    if below is not None:
        query = query.where(Activity.id < below)
    rows = await query
    items = [read(row) for row in rows[:size]]
    return Entries(items, items[-1].id if len(rows) > size else None)


def read(row: dict[str, Any]) -> Entry:
    remembered = {name: facts.load(row[name]) for name in ("before", "after")}
    return Entry(**row | remembered)
