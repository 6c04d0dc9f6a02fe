"""Bookings nobody came for are counted; three in sixty days hold the account for a week."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fablab.activity.actions import record
from fablab.bookings.tables import Strike
from fablab.core import db
from fablab.members.tables import Hold, HoldKind

COUNT = """
SELECT COALESCE(sum(halves), 0) AS halves,
    (SELECT count(*) FROM hold WHERE member = {} AND kind = 'no_show' AND lifted_at IS NULL
     AND ends_at > {}) AS holds
FROM strike WHERE member = {} AND at > {} AND forgiven_at IS NULL
"""


async def strike(
    row: Mapping[str, Any], policy: Mapping[str, Any], now: datetime
) -> datetime | None:
    """Count a strike in the release's transaction; the end of a hold it leads to, if any.

    Source of the numbers: the lab's policy (`strikes`, `strike_window_days`, `hold_days`).
    """
    member = row["member"]
    await Strike.insert(Strike(member=member, booking=row["id"], at=now))
    window = now - timedelta(days=policy["strike_window_days"])
    [counted] = await db.fetch(COUNT, member, now, member, window)
    if int(counted["halves"]) < 2 * policy["strikes"] or counted["holds"]:
        return None
    until = now + timedelta(days=policy["hold_days"])
    hold = Hold(
        member=member, kind=HoldKind.NO_SHOW, reason="no_show", starts_at=now, ends_at=until
    )
    await hold.save()
    await record("held", "member", member, actor=None, member=member, after={"until_at": until})
    return until


IN_FORCE = """
SELECT COALESCE(sum(halves), 0) AS halves FROM strike
WHERE member = {} AND at > {} AND forgiven_at IS NULL
"""


async def halves_of(member_id: int, policy: Mapping[str, Any], now: datetime) -> int:
    """Half strikes that count at this instant; two are one strike."""
    window = now - timedelta(days=policy["strike_window_days"])
    [counted] = await db.fetch(IN_FORCE, member_id, window)
    return int(counted["halves"])
