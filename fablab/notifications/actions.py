"""Tell members things: a row in the transaction of its cause, the mail a moment later."""

from typing import Any

from fablab.core import clock, db, facts
from fablab.notifications.tables import Notification

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


async def notify(
    member_id: int, template: str, *, key: str | None = None, to: str | None = None, **known: Any
) -> bool:
    """Tell a member something. Call it inside the transaction of the change it tells of.

    `template` names templates/emails/<template>.txt, whose values are the `known` facts: ids,
    instants as `..._at`, lab text as `Words`; never a secret. With a `key` the notice is written
    once, whoever asks; the answer is whether this call wrote it. It is mailed to the member's
    confirmed address, or to `to` (a mail that confirms one); without either it is in-app only.
    """
    now = clock.now()
    values = (template, facts.dump(known), key, now, now, to or None, member_id)
    return bool(await db.fetch(WRITE, *values))


@db.transactional
async def mark_read(member_id: int, up_to: int) -> None:
    """The member has seen their notices up to this one."""
    await Notification.update({Notification.read_at: clock.now()}).where(
        Notification.member == member_id,
        Notification.id <= up_to,
        Notification.read_at.is_null(),
    )
