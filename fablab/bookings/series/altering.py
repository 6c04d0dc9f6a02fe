"""What shall be different in a series, and where each of its dates would then be. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fablab.bookings.asking import Judged
from fablab.bookings.series.parts import day_of
from fablab.bookings.series.refusals import overlapping
from fablab.bookings.series.repeating import Repeat, Unit
from fablab.bookings.series.rules import Occasion, face, occasion
from fablab.bookings.tables import Booking, Series
from fablab.core.errors import Problem, Refused
from fablab.core.facts import load
from fablab.core.periods import Period
from fablab.core.words import N_, NN_

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration:
    """What shall be different: a time on the wall, a length, a machine, the days of the week."""

    starts: time | None = None
    minutes: int | None = None
    machine_id: int | None = None
    weekdays: tuple[int, ...] | None = None

    def must_say_something(self) -> None:
        said = (self.starts, self.minutes, self.machine_id, self.weekdays)
        if all(each is None for each in said):
            raise Refused(Problem("required", N_("Say what shall be different."), "starts"))

    @property
    def length(self) -> timedelta | None:
        return None if self.minutes is None else timedelta(minutes=self.minutes)


@dataclass(slots=True, kw_only=True)
class Altered:
    """A booking of a series with its new place; `judged` once it was.

    `was` is the day of the series it stood for, `day` the one it stands for now; `before` is kept
    when the row becomes what it is to be.
    """

    row: Booking
    was: date
    day: date
    occasion: Occasion
    machine_id: int
    judged: Judged | None = None
    before: dict[str, Any] = field(default_factory=dict)

    @property
    def period(self) -> Period | None:
        return self.occasion.period

    @property
    def is_changed(self) -> bool:
        return self.machine_id != self.row.machine or self.period != self.row.period


def altered(
    rows: Sequence[Booking], series: Series, alteration: Alteration, zone: ZoneInfo
) -> list[Altered]:
    """Each with what is said of it new, and otherwise as it is: also who was moved alone before.

    Refused when they would meet each other, or when the days of the week do not match.
    """
    repeat = repeat_of(series)
    days = matching(repeat, alteration.weekdays)
    found = [one(row, days, alteration, zone) for row in rows]
    longest = max(face(r.ends_at, zone) - face(r.starts_at, zone) for r in rows)
    wrong = overlapping(
        sorted(each.day for each in found), alteration.length or longest, timedelta(0)
    )
    if wrong and (alteration.minutes or alteration.weekdays):
        raise Refused(wrong)
    return found


def repeat_of(series: Series) -> Repeat:
    return Repeat.of_dict(load(series.repeat))


def matching(repeat: Repeat, weekdays: tuple[int, ...] | None) -> dict[int, int]:
    """Which weekday becomes which: the first of a week the first, and so on."""
    if weekdays is None:
        return {}
    if repeat.unit != Unit.WEEK or not repeat.weekdays:
        message = N_("Only what repeats by weeks has days of the week.")
        raise Refused(Problem("invalid_repeat", message, "weekdays"))
    if len(weekdays) != len(repeat.weekdays):
        count = len(repeat.weekdays)
        one, many = NN_("Choose {count} day of the week.", "Choose {count} days of the week.")
        raise Refused(Problem("invalid_repeat", one, "weekdays", plural=many, count=count))
    return dict(zip(repeat.weekdays, weekdays, strict=True))


def one(row: Booking, days: dict[int, int], alteration: Alteration, zone: ZoneInfo) -> Altered:
    start, end = face(row.starts_at, zone), face(row.ends_at, zone)
    day = day_of(row)
    new = day + DAY * (days.get(day.weekday(), day.weekday()) - day.weekday())
    on = new if days else start.date()
    at = start.time() if alteration.starts is None else alteration.starts
    length = alteration.length or end - start
    return Altered(
        row=row,
        was=day,
        day=new,
        occasion=occasion(on, at, length, zone, row.period),
        machine_id=alteration.machine_id or row.machine,
    )


def first_face(on: date, series: Series, alteration: Alteration) -> tuple[datetime, datetime]:
    """The wall clock of the first date of what comes out."""
    start = datetime.fromisoformat(series.starts_wall)
    length = datetime.fromisoformat(series.ends_wall) - start
    at = start.time() if alteration.starts is None else alteration.starts
    begins = datetime.combine(on, at)
    return begins, begins + (alteration.length or length)
