"""A year of Tuesdays at one machine: every date looked at, then all of them booked."""

import time
from datetime import datetime, timedelta
from typing import Any

from bench.inside.answering import answer
from fablab.bookings.asking import Asked, Override
from fablab.bookings.series import actions, cancelling
from fablab.bookings.series.asking import SeriesAsked
from fablab.bookings.series.repeating import Repeat, Unit
from fablab.bookings.tables import Booking
from fablab.core import clock, db, zones
from fablab.core.periods import Period
from fablab.demo.generating import SLUG
from fablab.lab.place import Place
from fablab.lab.queries import read_place
from fablab.machines.tables import Machine
from fablab.members.tables import Member, Role
from fablab.members.viewer import Viewer

WEEKS, TUESDAY, NIGHT = 52, 1, 22
WEEK, YEAR = timedelta(weeks=1), 54
# It lies after closing, when nobody has booked, and a year ahead: a manager sets that aside.
RULES = frozenset(
    {"too_far", "closed", "not_certified", "charter_not_accepted", "email_unverified"}
)


async def measure(rounds: int) -> dict[str, Any]:
    """Milliseconds of each preview and of each booking, and the statements of one of either.

    The machine is as busy to the end of the year as in the weeks to come. The first round only
    warms up; what was booked is cancelled before the next.
    """
    async with db.connected():
        lab, machine = await read_place(), await one_machine()
        await busy_all_year(machine)
        asked, staff = wanted(machine, lab), await a_manager()
        looked, booked = [], []
        for _ in range(rounds + 1):
            looked.append(await preview(staff, asked))
            booked.append(await book(staff, asked))
        with db.counting() as previewing:
            await preview(staff, asked)
        with db.counting() as booking:
            await actions.book(staff, asked)
        return {
            "preview": looked[1:],
            "book": booked[1:],
            "preview_statements": previewing.count,
            "book_statements": booking.count,
        }


async def one_machine() -> Machine:
    machines = await Machine.objects().where(Machine.slug.like(f"{SLUG}-%")).order_by(Machine.id)
    return machines[len(machines) // 2]


@db.transactional
async def a_manager() -> Viewer:
    member = await Member.objects().where(Member.email.like("member-%")).order_by(Member.id).first()
    assert member is not None
    await Member.update({Member.role: Role.MANAGER}).where(Member.id == member.id)
    return Viewer(id=member.id, number=member.number, role=Role.MANAGER, language="en")


@db.transactional
async def busy_all_year(machine: Machine) -> None:
    """What lies ahead of it again and again, until the year is full."""
    now = clock.now()
    ahead = (Booking.machine == machine.id) & (Booking.starts_at > now)
    rows = await Booking.objects().where(ahead)
    weeks = -(-(max(row.busy_until for row in rows) - now) // WEEK)
    copies = []
    for number in range(1, -(-YEAR // weeks)):
        by = WEEK * weeks * number
        for row in rows:
            times = {name: getattr(row, name) + by for name in ("starts_at", "ends_at")}
            values = row.to_dict() | times | {"busy_until": row.busy_until + by}
            values |= {"uid": f"{row.uid[:30]}-{number}", "release_at": None, "remind_at": None}
            copies.append(Booking(**{name: each for name, each in values.items() if name != "id"}))
    await db.insert_all(copies)


def wanted(machine: Machine, lab: Place) -> SeriesAsked:
    day = lab.calendar.day_of(clock.now()) + timedelta(days=3)
    day += timedelta(days=(TUESDAY - day.weekday()) % 7)
    face = datetime(day.year, day.month, day.day, NIGHT)  # noqa: DTZ001 - a clock face
    start = zones.from_wall(face, lab.zone)
    return SeriesAsked(
        first=Asked(
            machine_id=machine.id,
            period=Period(start, start + timedelta(hours=1)),
            override=Override(rules=RULES, reason="Measuring"),
        ),
        repeat=Repeat(unit=Unit.WEEK, count=WEEKS),
    )


async def preview(staff: Viewer, asked: SeriesAsked) -> float:
    began = time.perf_counter()
    plan = await actions.preview(staff, asked)
    took = (time.perf_counter() - began) * 1000
    assert len(plan.free) == WEEKS, f"{len(plan.free)} dates were free, not {WEEKS}."
    return took


async def book(staff: Viewer, asked: SeriesAsked) -> float:
    began = time.perf_counter()
    made = await actions.book(staff, asked)
    took = (time.perf_counter() - began) * 1000
    assert made.new, "It was booked before."
    await cancelling.cancel(staff, made.series.id, "future", give_up=True)
    return took


if __name__ == "__main__":
    answer(measure)
