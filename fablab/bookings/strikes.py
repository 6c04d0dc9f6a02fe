"""Bookings nobody came for are counted; three in sixty days hold the account for a week."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from fablab.activity.actions import Change, record_all
from fablab.bookings.tables import Strike
from fablab.core import db
from fablab.members.tables import Hold, HoldKind

OVER = """
SELECT member FROM strike
WHERE member IN {} AND at > {} AND forgiven_at IS NULL AND member NOT IN (
    SELECT member FROM hold
    WHERE member IN {} AND kind = 'no_show' AND lifted_at IS NULL AND ends_at > {}
)
GROUP BY member HAVING sum(halves) >= {} ORDER BY member
"""


async def strike(
    rows: Iterable[Mapping[str, Any]], policy: Mapping[str, Any], now: datetime
) -> Mapping[int, datetime]:
    """Count a strike for each booking, in their release's transaction.

    Return whom that puts on hold, and until when. Source of the numbers: the lab's policy
    (`strikes`, `strike_window_days`, `hold_days`).
    """
    counted = [Strike(member=row["member"], booking=row["id"], at=now) for row in rows]
    if not counted:
        return {}
    await db.insert_all(counted)
    members = db.among(sorted({each.member for each in counted}))
    window = now - timedelta(days=policy["strike_window_days"])
    over = await db.fetch(OVER, members, window, members, now, 2 * policy["strikes"])
    until = now + timedelta(days=policy["hold_days"])
    await hold([row["member"] for row in over], now, until)
    return {row["member"]: until for row in over}


async def hold(members: Sequence[int], now: datetime, until: datetime) -> None:
    kind = HoldKind.NO_SHOW
    await db.insert_all(
        [
            Hold(member=each, kind=kind, reason="no_show", starts_at=now, ends_at=until)
            for each in members
        ]
    )
    after = {"until_at": until}
    await record_all(
        [Change("held", "member", each, actor=None, member=each, after=after) for each in members]
    )


IN_FORCE = """
SELECT COALESCE(sum(halves), 0) AS halves FROM strike
WHERE member = {} AND at > {} AND forgiven_at IS NULL
"""


async def halves_of(member_id: int, policy: Mapping[str, Any], now: datetime) -> int:
    """Half strikes that count at this instant; two are one strike."""
    window = now - timedelta(days=policy["strike_window_days"])
    [counted] = await db.fetch(IN_FORCE, member_id, window)
    return int(counted["halves"])
