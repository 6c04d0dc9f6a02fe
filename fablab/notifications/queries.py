"""Read notices: a member's own, and the mails that did not go out."""

import logging
from dataclasses import dataclass
from datetime import datetime

from jinja2 import TemplateError

from fablab.core.facts import Facts, load
from fablab.core.i18n import gettext
from fablab.lab.place import Place
from fablab.members.viewer import Viewer
from fablab.notifications import rendering
from fablab.notifications.rendering import Told
from fablab.notifications.tables import MailState, Notification

log = logging.getLogger(__name__)

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


async def inbox(
    me: Viewer, place: Place, language: str, *, below: int | None = None, most: int = PAGE
) -> Notices:
    """What a member was told, in `language`; one statement, and what `rendering.enrich` adds."""
    query = Notification.select().where(Notification.member == me.id)
    if below is not None:
        query = query.where(Notification.id < below)
    rows = await query.order_by(Notification.id, ascending=False).limit(most + 1)
    known = [(row["template"], load(row["facts"])) for row in rows[:most]]
    told = [
        readable(template, facts, me, place, language)
        for (template, _), facts in zip(known, await rendering.completed(known), strict=True)
    ]
    items = [
        Notice(row["id"], row["written_at"], row["read_at"] is None, words)
        for row, words in zip(rows, told, strict=False)
    ]
    return Notices(items, items[-1].id if len(rows) > most else None)


def readable(template: str, facts: Facts, me: Viewer, place: Place, language: str) -> Told:
    """The notice in words. An old one may lack what its template asks for by now: the others
    must still be shown."""
    try:
        return rendering.shown(template, facts, me, place, language)
    except TemplateError:
        log.exception("A notice %s cannot be shown.", template)
        return Told(gettext("This notice is too old to be shown."), "")


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
