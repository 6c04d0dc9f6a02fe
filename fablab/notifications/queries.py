"""Read notices: a member's own, and the mails that did not go out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fablab.core.facts import Facts, load
from fablab.members.tables import Member
from fablab.notifications import rendering
from fablab.notifications.outbox import reader
from fablab.notifications.rendering import Reader, Told
from fablab.notifications.tables import MailState, Notification

PAGE = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice as its member reads it."""

    id: int
    written_at: datetime
    is_new: bool
    told: Told


@dataclass(frozen=True, slots=True)
class Notices:
    """A page of them, newest first; `older` is the next page's `below`, if there is one."""

    items: list[Notice]
    older: int | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A mail that was given up, for staff to see."""

    id: int
    member: int
    template: str
    written_at: datetime
    error: str


async def unread(member_id: int) -> int:
    """How many notices wait to be read; one statement."""
    mine = (Notification.member == member_id) & Notification.read_at.is_null()
    waiting: int = await Notification.count().where(mine)
    return waiting


async def inbox(member_id: int, language: str, *, below: int | None = None) -> Notices:
    """What a member was told, in `language`; a constant number of statements."""
    query = Notification.select().where(Notification.member == member_id)
    if below is not None:
        query = query.where(Notification.id < below)
    rows = await query.order_by(Notification.id, ascending=False).limit(PAGE + 1)
    shown = rows[:PAGE]
    known = [(row["template"], load(row["facts"])) for row in shown]
    facts = await rendering.completed(known)
    me = await named(member_id) if shown else None
    pairs = zip(shown, facts, strict=True)
    items = [await notice(row, fact, me, language) for row, fact in pairs if me]
    return Notices(items, items[-1].id if len(rows) > PAGE else None)


async def named(member_id: int) -> Reader:
    [row] = await Member.select().where(Member.id == member_id)
    return reader(row)


async def notice(row: dict[str, Any], facts: Facts, me: Reader, language: str) -> Notice:
    told = await rendering.shown(row["template"], facts, me, language)
    return Notice(row["id"], row["written_at"], row["read_at"] is None, told)


async def failures(limit: int = 50) -> list[Failure]:
    """The mails that were given up, newest first."""
    rows = (
        await Notification.select(
            Notification.id,
            Notification.member,
            Notification.template,
            Notification.written_at,
            Notification.error,
        )
        .where(Notification.mail_state == MailState.FAILED)
        .order_by(Notification.id, ascending=False)
        .limit(limit)
    )
    return [Failure(**row) for row in rows]
