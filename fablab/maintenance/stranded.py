"""Which bookings new hours or a stopped machine would leave in the lurch, asked before."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fablab.bookings import keeping
from fablab.bookings.schedule import NAMES
from fablab.bookings.taken import REACH
from fablab.core import db, zones
from fablab.core.periods import Period, without
from fablab.lab.calendar import Calendar
from fablab.lab.hours import Span
from fablab.lab.open_day import OpenDay
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.maintenance.preview import Affected, Preview, affected

# S608: every part is a constant.
ROWS = f"""
SELECT b.id, b.machine, b.member, b.status, b.starts_at, b.ends_at, b.attention, b.title, {NAMES}
FROM booking b LEFT JOIN member m ON m.id = b.member
WHERE b.kind IN ('use', 'training') AND b.status IN ('pending', 'confirmed', 'checked_in')
    AND b.starts_at >= {{}} AND b.starts_at < {{}} AND b.ends_at > {{}}
"""  # noqa: S608
DURING = f"{ROWS} ORDER BY b.starts_at, b.id"
AT_MACHINE = f"{ROWS} AND b.machine = {{}} ORDER BY b.starts_at, b.id"
DAY = timedelta(days=1)
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does: the preview, what is no longer in the way, whether time opens."""

    preview: Preview
    cleared: tuple[int, ...] = ()
    opens: bool = False


async def of_hours(
    before: Calendar,
    after: Calendar,
    old: Span | None,
    new: Span | None,
    catalogue: Catalogue,
    now: datetime,
) -> Effect:
    """What other hours on the days of these spans do. One statement."""
    during = days_of(old, new, calendar=before)
    rows = await db.fetch(DURING, during.start - REACH, during.end, max(now, during.start))
    found: list[Affected] = []
    cleared = []
    for row in rows:
        view = catalogue.by_id(row["machine"])
        if view is None:
            continue
        each = affected(row, view, now)
        fits = suits(after, view, each.period)
        if not fits and suits(before, view, each.period):
            found.append(each)
        elif fits and each.attention == keeping.HOURS:
            cleared.append(each.id)
    reopened = tuple(day for day in days_left(old, new, after) if gains(before, day))
    opens = any(gains(before, day) for day in days_between(during, after))
    return Effect(Preview(tuple(found), reopened), tuple(cleared), opens)


def suits(calendar: Calendar, view: MachineView, period: Period) -> bool:
    return calendar.attends(period, view.policy.attendance, view.policy.closed_hours) is None


def days_left(old: Span | None, new: Span | None, after: Calendar) -> list[OpenDay]:
    """The days of the old span that the new one has no more."""
    if old is None or old == new:
        return []
    days = after.days(old.first_day, old.length.days + 1)
    taken_back = new is None or (old.confirmed and not new.confirmed)
    return [each for each in days if taken_back or (new and not new.covers(each.day))]


def days_between(during: Period, after: Calendar) -> list[OpenDay]:
    first, last = after.day_of(during.start), after.day_of(during.end)
    return after.days(first, (last - first).days)


def gains(before: Calendar, day: OpenDay) -> bool:
    """Whether it is open for longer than it was, or surely where it was only probable."""
    was = before.opening(day.day)
    if any(without(day.windows, was.windows)):
        return True
    doubted = was.unconfirmed or was.unconfirmed_season
    return bool(day.windows and doubted and not (day.unconfirmed or day.unconfirmed_season))


async def of_machine(view: MachineView, now: datetime, until: datetime) -> list[Affected]:
    """The bookings of a machine from now on that begin before that. One statement."""
    rows = await db.fetch(AT_MACHINE, now - REACH, until, now, view.id)
    return [affected(row, view, now) for row in rows]


def days_of(*spans: Span | None, calendar: Calendar) -> Period:
    """From the first to the last of these days, the nights on both sides with them."""
    given = [span for span in spans if span]
    first = min(span.first_day for span in given) - DAY
    last = max(span.last_day for span in given) + DAY
    start, end = zones.day(first, calendar.zone), zones.day(last, calendar.zone)
    return Period(start.start, end.end)
