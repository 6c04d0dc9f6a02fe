"""Reads of the tablets, and of who may stand at one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fablab.bookings.pages.handling import may_check_in
from fablab.bookings.taken import REACH
from fablab.core import db
from fablab.core.periods import Period
from fablab.core.secrets import digest
from fablab.kiosk.tables import Kiosk
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.tables import Member, MemberState, Role
from fablab.members.viewer import Viewer

LONGEST_KEY = 200
AS_A_GUEST = frozenset({"book"})
FOR_OTHERS = frozenset({"book", "manage"})


async def by_key(key: str) -> Kiosk | None:
    """The tablet whose browser sends this key, unless it was revoked."""
    if not key or len(key) > LONGEST_KEY:
        return None
    return await Kiosk.objects().get((Kiosk.key_hash == digest(key)) & Kiosk.revoked_at.is_null())


async def listed() -> list[dict[str, Any]]:
    """Every tablet there is or was, those in use first."""
    return await db.fetch(
        "SELECT id, name, machine, made_at, last_seen_at, revoked_at FROM kiosk "
        "ORDER BY CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, id DESC LIMIT 100"
    )


async def viewer_of(member_id: int) -> Viewer | None:
    """The member as one who stands at a tablet: they book for themselves and see no names.

    None once the account is closed.
    """
    found = await Member.objects().get(
        (Member.id == member_id) & (Member.state == MemberState.ACTIVE)
    )
    if found is None:
        return None
    return Viewer(
        id=found.id,
        number=found.number,
        role=Role(found.role),
        language=found.language,
        scopes=AS_A_GUEST,
    )


DUE = """
SELECT id, machine, starts_at, ends_at, release_at, status FROM booking
WHERE status = 'confirmed' AND kind = 'use' AND starts_at < {} AND starts_at >= {}
    AND ends_at > {} AND member <> {}
ORDER BY starts_at, id LIMIT 50
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """A booking as staff tap it: whose it is nobody is told."""

    id: int
    status: str
    period: Period
    release_at: datetime | None


async def due_now(
    machines: Catalogue, but: int, now: datetime
) -> list[tuple[Expected, MachineView]]:
    """Everybody's whose check-in is open, theirs apart: machine and time, for staff to tap."""
    widest = max(
        (each.policy.checkin_opens_before for each in machines.machines), default=timedelta(0)
    )
    rows = await db.fetch(DUE, now + widest, now - REACH, now, but)
    found = []
    for row in rows:
        view = machines.by_id(row["machine"])
        each = Expected(
            row["id"], row["status"], Period(row["starts_at"], row["ends_at"]), row["release_at"]
        )
        if view and may_check_in(each, view, now):
            found.append((each, view))
    return found
