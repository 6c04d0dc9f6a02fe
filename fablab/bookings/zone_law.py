"""When the law of a time zone changes, 10:00 stays 10:00 (domain: time).

Whoever starts with other zone data than the bookings were derived with derives them anew,
machine by machine under its lock: two who do it at once take turns, and after one that was
killed on the way the next finds the rest.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fablab.activity.actions import record
from fablab.bookings import seats, zone_telling
from fablab.bookings.making import on_the_wall
from fablab.bookings.tables import BLOCKING, Booking, Status
from fablab.bookings.zone_plan import Plan, planned
from fablab.core import clock, db, zones
from fablab.core.periods import Period
from fablab.lab.tables import Lab
from fablab.machines.tables import Machine

BACK = timedelta(days=1)  # no law moves a clock by more
OUTDATED = """
SELECT DISTINCT machine FROM booking
WHERE status IN ('pending', 'confirmed', 'checked_in') AND ends_at > {} AND tzdata <> {}
ORDER BY machine
"""
NEAR = """
SELECT id FROM booking WHERE machine = {} AND busy_until > {}
    AND status IN ('pending', 'confirmed', 'checked_in', 'completed')
"""


@dataclass(frozen=True, slots=True)
class Rederived:
    """How many bookings have other instants now, and how many found no place."""

    moved: int = 0
    cancelled: int = 0


async def rederive() -> Rederived:
    """Give bookings to come the instants of today's law; one read when it is the same one."""
    version = zones.tzdata_version()
    lab = await Lab.select(Lab.tzdata).order_by(Lab.id).first()
    if lab and lab["tzdata"] == version:
        return Rederived()
    machines = await db.fetch(OUTDATED, clock.now() - BACK, version)
    done = [await _rederive(row["machine"], version) for row in machines]
    await zone_telling.tell_cancelled(version)  # other machines' times are right only now
    await _remember(version)
    return Rederived(sum(each.moved for each in done), sum(each.cancelled for each in done))


@db.transactional
async def _remember(version: str) -> None:
    await Lab.update({Lab.tzdata: version}).where(Lab.tzdata != version)


@db.transactional
async def _rederive(machine_id: int, version: str) -> Rederived:
    machine, now = await db.locked(Machine, machine_id), clock.now()
    near = await db.fetch(NEAR, machine_id, now - 2 * BACK)
    found = await db.locked_all(Booking, [row["id"] for row in near])
    rows = [row for row in found if row.status in BLOCKING]
    plan = planned(rows, machine.units, version, now)
    await cancel(plan, now)
    await park(plan)
    await move(plan, now)
    await keep(plan, version)
    return Rederived(len(plan.moved), len(plan.cancelled))


async def cancel(plan: Plan, now: datetime) -> None:
    """First of all, so that nobody meets them. They show when they would have been."""
    for row in plan.cancelled:
        period = plan.period(row)
        changed = {
            "status": Status.CANCELLED,
            "cancelled_at": now,
            "cancel_reason": zone_telling.REASON,
            "busy_until": max(period.start, min(now, plan.busy(row).end)),
            "remind_at": None,
            "sequence": row.sequence + 1,
        }
        await write(row, on_the_wall(period, zones.zone(row.zone)) | changed)
        await note("cancelled", row, {"status": str(row.status)}, {"status": Status.CANCELLED})


async def park(plan: Plan) -> None:
    """Whoever changes place waits on a unit of its own, where nobody meets anybody."""
    if ids := [row.id for row in plan.moved + plan.reseated]:
        await seats.park(ids)


async def move(plan: Plan, now: datetime) -> None:
    for row in plan.reseated:
        await write(row, {"unit": plan.units[row.id]})
    for row in plan.moved:
        period = plan.period(row)
        await write(row, times(row, period, now) | {"unit": plan.units[row.id]})
        before = {"starts_at": row.starts_at, "ends_at": row.ends_at}
        after = {"starts_at": period.start, "ends_at": period.end}
        await note("zone_changed", row, before, after)
        await zone_telling.tell_moved(row, period)


async def keep(plan: Plan, version: str) -> None:
    """Nearly always all of them. Only the wall of who is there already may show another offset."""
    same = []
    for row in plan.kept:
        wall = on_the_wall(row.period, zones.zone(row.zone))
        if (row.starts_wall, row.ends_wall) == (wall["starts_wall"], wall["ends_wall"]):
            same.append(row.id)
        else:
            await write(row, wall)
    if same:
        sql = "UPDATE booking SET tzdata = {} WHERE id IN {}"
        await db.execute(sql, version, db.among(same))


def times(row: Booking, period: Period, now: datetime) -> dict[str, Any]:
    """Everything that hangs on the start and the end moves with them.

    Whose start is suddenly over has the whole grace from now, and gets no strike.
    """
    release_at = row.release_at
    if release_at is not None:
        grace = release_at - row.starts_at
        release_at = min(period.end, max(period.start, now) + grace)
    by = period.start - row.starts_at
    return on_the_wall(period, zones.zone(row.zone)) | {
        "busy_until": period.end + (row.busy_until - row.ends_at),
        "release_at": release_at,
        "remind_at": row.remind_at + by if row.remind_at else None,
        "spared": row.spared or period.start < now,
        "sequence": row.sequence + 1,
    }


async def write(row: Booking, values: dict[str, Any]) -> None:
    await Booking.update(dict[Any, Any](values)).where(Booking.id == row.id)


async def note(verb: str, row: Booking, before: dict[str, Any], after: dict[str, Any]) -> None:
    await record(
        verb,
        "booking",
        row.id,
        actor=None,
        member=row.member,
        before=before,
        after=after,
        reason=zone_telling.REASON,
    )
