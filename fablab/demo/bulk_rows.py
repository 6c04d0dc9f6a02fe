"""A generated booking and its log as the database stores them, by now. Pure."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from fablab.activity.tables import Activity
from fablab.bookings import making
from fablab.bookings.rules import Limits
from fablab.bookings.tables import Booking, Status
from fablab.core import bulk, zones
from fablab.core.periods import Period

BOOKING = bulk.columns(Booking)
ACTIVITY = {name: value for name, value in bulk.columns(Activity).items() if name != "id"}
CANCELLED, MISSED = 0.02, 0.02
REMEMBERED = timedelta(days=61)
"""Nobody was missing later than this ago: strikes older than that count no more."""
EARLIEST, LATEST = 30, 5 * 24 * 60
MINUTE = timedelta(minutes=1)
LIMITS = Limits()
Columns = dict[str, Any]
Event = tuple[str, datetime, int | None, Status | None, Status]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """When and where it is made up."""

    now: datetime
    zone: ZoneInfo
    tzdata: str
    dice: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311


@dataclass(frozen=True, slots=True)
class Made:
    """One booking: its columns, what the log says of it, and whether it cost a strike."""

    columns: Columns
    events: Sequence[Event]

    @property
    def struck_at(self) -> datetime | None:
        return next((at for verb, at, *_ in self.events if verb == "released"), None)


def make(scene: Scene, booking: int, machine: int, member: int, period: Period) -> Made:
    """What became of it: kept mostly, else cancelled in good time, or missed long ago."""
    start, now = period.start, scene.now
    made_at = min(start, now) - MINUTE * scene.dice.randint(EARLIEST, LATEST)
    agreed = BOOKING | {
        "id": booking,
        "uid": str(uuid4()),
        "machine": machine,
        "member": member,
        **wall(period, scene),
        "busy_until": period.end + LIMITS.turnaround_after,
        "release_at": making.release_time(period, LIMITS, made_at),
        "made_at": made_at,
        "made_by": member,
    }
    made: Event = ("made", made_at, member, None, Status.CONFIRMED)
    luck = scene.dice.random()
    if luck < CANCELLED:
        return cancelled(agreed, made, min(start, now))
    if luck < CANCELLED + MISSED and start < now - REMEMBERED:
        return missed(agreed, made)
    if start > now:
        remind_at = making.reminder_time(period, now)
        return Made(agreed | {"status": "confirmed", "remind_at": remind_at}, (made,))
    return came(agreed, made, now)


def wall(period: Period, scene: Scene) -> Columns:
    """As `making.on_the_wall`, which asks for the version of the zone data each time."""
    return {
        "starts_at": period.start,
        "ends_at": period.end,
        "starts_wall": zones.iso(period.start, scene.zone),
        "ends_wall": zones.iso(period.end, scene.zone),
        "zone": str(scene.zone.key),
        "tzdata": scene.tzdata,
    }


def cancelled(agreed: Columns, made: Event, before: datetime) -> Made:
    at = made[1] + (before - made[1]) / 2
    columns = {
        "status": "cancelled",
        "sequence": 1,
        "busy_until": agreed["starts_at"],
        "cancelled_at": at,
        "cancelled_by": agreed["member"],
    }
    told = ("cancelled", at, agreed["member"], Status.CONFIRMED, Status.CANCELLED)
    return Made(agreed | columns, (made, told))


def missed(agreed: Columns, made: Event) -> Made:
    at = agreed["release_at"]
    columns = {"status": "no_show", "sequence": 1, "busy_until": at}
    return Made(agreed | columns, (made, ("released", at, None, Status.CONFIRMED, Status.NO_SHOW)))


def came(agreed: Columns, made: Event, now: datetime) -> Made:
    """On time; still there, or until the end."""
    member, start, end = agreed["member"], agreed["starts_at"], agreed["ends_at"]
    here: Event = ("checked_in", start, member, Status.CONFIRMED, Status.CHECKED_IN)
    columns = agreed | {
        "status": "checked_in",
        "operator": member,
        "checked_in_at": start,
        "checked_in_by": member,
        "checked_in_via": "web",
    }
    if end > now:
        return Made(columns, (made, here))
    gone: Event = ("completed", end, None, Status.CHECKED_IN, Status.COMPLETED)
    return Made(columns | {"status": "completed", "finished_at": end}, (made, here, gone))


def log(made: Made, slug: str) -> Iterator[tuple[Any, ...]]:
    """Rows of the log, in the order of ACTIVITY, as the actions of bookings write them."""
    columns = made.columns
    for verb, at, actor, before, after in made.events:
        facts = {"status": after.value}
        if before is None:
            times = {name: columns[name].isoformat() for name in ("starts_at", "ends_at")}
            facts |= {"machine": slug, **times}
        row = ACTIVITY | {
            "at": at,
            "actor": actor,
            "verb": verb,
            "thing": "booking",
            "thing_id": columns["id"],
            "member": columns["member"],
            "before": json.dumps({"status": before.value} if before else {}),
            "after": json.dumps(facts),
        }
        yield tuple(row.values())
