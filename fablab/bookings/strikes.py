"""Bookings nobody came for are counted; three in sixty days hold the account for a week."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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


WHOLE = 2  # half strikes
LATE = {"0": 0, "1/2": 1, "1": WHOLE}


def of_giving_up(policy: Mapping[str, Any]) -> int:
    """Half strikes for giving up after the deadline: none, one or two, as the lab has decided."""
    return LATE[str(policy["late_cancellation_strikes"])]


async def strike(
    rows: Iterable[Mapping[str, Any]],
    policy: Mapping[str, Any],
    now: datetime,
    halves: int = WHOLE,
) -> Mapping[int, datetime]:
    """Count a strike for each booking, in the transaction that releases or gives it up.

    The caller holds the members' rows: of two strikes at once the second must see the first.
    Return whom that puts on hold, and until when. Source of the numbers: the lab's policy
    (`strikes`, `strike_window_days`, `hold_days`).
    """
    counted = [
        Strike(member=row["member"], booking=row["id"], at=now, halves=halves) for row in rows
    ]
    if not counted:
        return {}
    await db.insert_all(counted)
    members = db.among(sorted({each.member for each in counted}))
    window = now - timedelta(days=policy["strike_window_days"])
    over = await db.fetch(OVER, members, window, members, now, WHOLE * policy["strikes"])
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


LISTED = """
SELECT s.id, s.booking, s.at, s.halves, s.forgiven_at, s.forgiven_reason, b.machine, b.starts_at
FROM strike s JOIN booking b ON b.id = s.booking WHERE s.member = {}
ORDER BY s.at DESC, s.id DESC LIMIT {}
"""
MOST_LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A strike as a list shows it. `state` is `counts`, `forgiven` or `over`: too long ago."""

    id: int
    booking_id: int
    machine_id: int
    starts_at: datetime
    at: datetime
    halves: int
    state: str
    reason: str = ""


async def of_member(member_id: int, policy: Mapping[str, Any], now: datetime) -> list[Struck]:
    """The latest strikes of a member and what became of them, newest first. One statement."""
    rows = await db.fetch(LISTED, member_id, MOST_LISTED)
    return [struck(row, now - timedelta(days=policy["strike_window_days"])) for row in rows]


def struck(row: Mapping[str, Any], window: datetime) -> Struck:
    counts = "counts" if row["at"] > window else "over"
    return Struck(
        id=row["id"],
        booking_id=row["booking"],
        machine_id=row["machine"],
        starts_at=row["starts_at"],
        at=row["at"],
        halves=row["halves"],
        state="forgiven" if row["forgiven_at"] else counts,
        reason=row["forgiven_reason"],
    )


def in_force(found: Iterable[Struck]) -> int:
    """Half strikes among these that count."""
    return sum(each.halves for each in found if each.state == "counts")
