"""Days that are not certain yet come near: the managers are asked to confirm them."""

from collections.abc import Iterator

from fablab.core import clock, db
from fablab.lab.calendar import Calendar
from fablab.lab.hours import ClosureDays, Span
from fablab.lab.queries import place
from fablab.members.tables import STAFF, Member, MemberState
from fablab.notifications.actions import Notice, notify_all

DAYS_BEFORE = (10, 2)


async def remind_of_unconfirmed() -> int:
    """Ten and two days before, once each; what was missed is made up for. How many were written."""
    found = list(near((await place()).calendar))
    return await _remind(found) if found else 0


def near(calendar: Calendar) -> Iterator[tuple[Span, int]]:
    """What is not confirmed and begins soon, with the reminder that is due: ten or two."""
    today = calendar.day_of(clock.now())
    for span in (*calendar.closures, *calendar.seasons):
        left = (span.first_day - today).days
        due = [days for days in DAYS_BEFORE if 0 <= left <= days]
        if not span.confirmed and due:
            yield span, min(due)


@db.transactional
async def _remind(found: list[tuple[Span, int]]) -> int:
    staff = Member.role.is_in(list(STAFF)) & (Member.state == MemberState.ACTIVE)
    people = await Member.select(Member.id).where(staff).order_by(Member.id)
    return await notify_all(
        [notice(span, days, row["id"]) for span, days in found for row in people]
    )


def notice(span: Span, days: int, member_id: int) -> Notice:
    is_closure = isinstance(span, ClosureDays)
    thing = "closures" if is_closure else "seasons"
    key = f"unconfirmed:{thing}:{span.id}:{span.first_day}:{days}:{member_id}"
    known = {
        "closure": span.name,
        "first_on": span.first_day,
        "last_on": span.last_day,
        "is_closure": is_closure,
        "span": span.id,
    }
    return Notice(member_id, "lab/unconfirmed", key, known)
