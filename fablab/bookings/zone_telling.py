"""What is told when the law of the time zone changes: to owners, and to the staff."""

from datetime import datetime
from typing import Any

from fablab.bookings.alternatives import alternatives
from fablab.bookings.knowing import known
from fablab.bookings.rules import Wish
from fablab.bookings.tables import Booking
from fablab.bookings.taken import REACH
from fablab.bookings.telling import notice
from fablab.core import clock, db, zones
from fablab.core.periods import Period
from fablab.machines.queries import catalogue
from fablab.members.tables import STAFF, Member, MemberState
from fablab.notifications.actions import notify

REASON = "zone_change"
CANCELLED = """
SELECT b.id, m.number FROM booking b LEFT JOIN member m ON m.id = b.member
WHERE b.status = 'cancelled' AND b.cancelled_by IS NULL AND b.cancel_reason = {}
    AND b.tzdata = {} AND b.starts_at > {} ORDER BY b.id
"""


async def tell_moved(row: Booking, period: Period) -> None:
    """Nothing, unless the wall shows something else than agreed: 10:00 stays 10:00."""
    zone = zones.zone(row.zone)
    agreed = [face(datetime.fromisoformat(text)) for text in (row.starts_wall, row.ends_wall)]
    now = [face(zones.wall(at, zone)) for at in (period.start, period.end)]
    if agreed == now or row.member is None:
        return
    view = (await catalogue()).by_id(row.machine)
    assert view is not None
    start, end = agreed
    await notify(
        row.member,
        "bookings/zone_moved",
        booking=row.id,
        machine=view.name,
        tag=view.tag,
        starts_at=period.start,
        ends_at=period.end,
        was_start=f"{start:%H:%M}",
        was_end=f"{end:%H:%M}",
    )


def face(at: datetime) -> datetime:
    """What the wall shows, without its offset."""
    return at.replace(tzinfo=None)


async def tell_cancelled(version: str) -> None:
    """Each owner and all staff, once, whoever asks and however often."""
    rows = await db.fetch(CANCELLED, REASON, version, clock.now() - REACH)
    for row in rows:
        booking = await Booking.objects().get(Booking.id == row["id"])
        assert booking is not None
        await _tell_cancelled(booking, row["number"], await instead(booking))


async def instead(booking: Booking) -> list[dict[str, Any]]:
    """What the owner may book instead, as a notice keeps it."""
    if booking.member is None:
        return []
    situation = await known(booking.member, clock.now())
    wish = Wish(machine_id=booking.machine, period=booking.period)
    return [
        {
            "machine": other.machine.name,
            "tag": other.machine.tag,
            "slug": other.machine.slug,
            "starts_at": other.period.start,
            "ends_at": other.period.end,
        }
        for other in await alternatives(situation, wish)
    ]


@db.transactional
async def _tell_cancelled(
    booking: Booking, number: int | None, others: list[dict[str, Any]]
) -> None:
    view = (await catalogue()).by_id(booking.machine)
    assert view is not None
    staff = Member.role.is_in(list(STAFF)) & (Member.state == MemberState.ACTIVE)
    asked = await Member.select(Member.id).where(staff).order_by(Member.id)
    told = [row["id"] for row in asked if row["id"] != booking.member]
    for member in [booking.member, *told] if booking.member else told:
        await notify(
            member,
            "bookings/zone_cancelled",
            key=f"zone_cancelled:{booking.id}:{member}",
            **notice(booking, view.name, view.tag),
            to_staff=member != booking.member,
            number=number,
            alternatives=others,
        )
