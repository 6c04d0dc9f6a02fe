"""Tell members things: a row in the transaction of its cause, the mail a moment later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fablab.core import clock, db, facts
from fablab.core.facts import Facts
from fablab.notifications.tables import MailState, Notification

# One statement finds the address and writes the row. Of a key that exists nothing is written.
WRITE = """
    INSERT INTO notification
        (member, template, facts, key, written_at, next_try_at, address, mail_state,
         attempts, error)
    SELECT m.id, {}, {}, {}, {}, {}, m.address,
           CASE WHEN m.address <> '' THEN 'waiting' ELSE 'none' END, 0, ''
    FROM (
        SELECT id, COALESCE(
            {}, CASE WHEN email_confirmed_at IS NOT NULL THEN email END, ''
        ) AS address
        FROM member WHERE id = {} AND state = 'active'
    ) AS m
    WHERE 1 = 1
    ON CONFLICT (key) DO NOTHING
    RETURNING id
"""

ADDRESSES = """
    SELECT id, COALESCE(CASE WHEN email_confirmed_at IS NOT NULL THEN email END, '') AS address
    FROM member WHERE id IN {} AND state = 'active'
"""
WRITE_ALL = """
    INSERT INTO notification
        (member, template, facts, key, written_at, next_try_at, address, mail_state,
         attempts, error)
    VALUES {} ON CONFLICT (key) DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """One of many: see `notify`. It goes to the confirmed address alone, or stays on the page."""

    member_id: int
    template: str
    key: str | None
    known: Facts
    by_mail: bool = True


async def notify(
    member_id: int, template: str, *, key: str | None = None, to: str | None = None, **known: Any
) -> bool:
    """Tell a member something. Call it inside the transaction of the change it tells of.

    `template` names templates/emails/<template>.txt, whose values are the `known` facts: ids,
    instants as `..._at`, lab text as `Words`; never a secret. With a `key` the notice is written
    once, whoever asks; the answer is whether this call wrote it. It is mailed to the member's
    confirmed address, or to `to` (a mail that confirms one); without either it is in-app only.
    """
    return await written(Notice(member_id, template, key, known), to)


async def written(notice: Notice, to: str | None = None) -> bool:
    """Whether it was: not where its key is known, or where its member is not active."""
    now, known = clock.now(), facts.dump(notice.known)
    values = (notice.template, known, notice.key, now, now, to or None, notice.member_id)
    return bool(await db.fetch(WRITE, *values))


async def notify_all(notices: Sequence[Notice]) -> int:
    """The same for many notices at once, in two statements at most; how many were written."""
    if not notices:
        return 0
    if len(notices) == 1 and notices[0].by_mail:
        return int(await written(notices[0]))
    now = clock.now()
    people = await db.fetch(ADDRESSES, db.among({notice.member_id for notice in notices}))
    addresses = {row["id"]: row["address"] for row in people}
    rows = [
        row(notice, addresses[notice.member_id] if notice.by_mail else "", now)
        for notice in notices
        if notice.member_id in addresses
    ]
    return len(await db.fetch(WRITE_ALL, db.every(rows))) if rows else 0


def row(notice: Notice, address: str, now: datetime) -> tuple[Any, ...]:
    state = MailState.WAITING if address else MailState.NONE
    told = (notice.member_id, notice.template, facts.dump(notice.known), notice.key)
    return (*told, now, now, address, state.value, 0, "")


@db.transactional
async def mark_read(member_id: int, up_to: int) -> None:
    """The member has seen their notices up to this one."""
    await Notification.update({Notification.read_at: clock.now()}).where(
        Notification.member == member_id,
        Notification.id <= up_to,
        Notification.read_at.is_null(),
    )
