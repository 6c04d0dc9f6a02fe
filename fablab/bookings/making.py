"""The columns of a booking: what is agreed, kept on the wall, released and reminded of."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fablab.bookings.rules import Limits
from fablab.core import zones
from fablab.core.periods import Period

REMINDERS = (timedelta(hours=24), timedelta(hours=1))


def on_the_wall(period: Period, zone: ZoneInfo) -> dict[str, Any]:
    """A future booking keeps its wall-clock times: 10:00 stays 10:00 (domain: time)."""
    return {
        "starts_at": period.start,
        "ends_at": period.end,
        "starts_wall": zones.iso(period.start, zone),
        "ends_wall": zones.iso(period.end, zone),
        "zone": str(zone.key),
        "tzdata": zones.tzdata_version(),
    }


def columns(
    period: Period,
    limits: Limits,
    zone: ZoneInfo,
    agreed_at: datetime,
    *,
    released: bool = True,
    late: timedelta = timedelta(0),
) -> dict[str, Any]:
    """All times of a use. `released` is False for staff's own: nobody takes those away.

    `agreed_at` is when it was made or last moved: the grace counts from there if it is later.
    """
    return {
        **on_the_wall(period, zone),
        "busy_until": period.end + limits.turnaround_after,
        "release_at": release_time(period, limits, agreed_at, late) if released else None,
        "remind_at": reminder_time(period, agreed_at),
    }


def release_time(
    period: Period, limits: Limits, agreed_at: datetime, late: timedelta = timedelta(0)
) -> datetime:
    """Without check-in by then the slot is free again (domain: check-in)."""
    return min(period.end, max(period.start, agreed_at) + limits.grace + late)


def reminder_time(period: Period, agreed_at: datetime) -> datetime | None:
    """The first reminder still ahead: a day before, else an hour before, else none."""
    times = (period.start - before for before in REMINDERS)
    return next((at for at in times if at > agreed_at), None)
