"""What somebody who looks for a time says: of what, how long, when."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Annotated

import msgspec

from fablab.bookings.finding.search import Sought
from fablab.core import zones
from fablab.core.errors import Problem, Refused
from fablab.core.periods import Period
from fablab.core.words import N_
from fablab.lab.calendar import Calendar
from fablab.machines.catalogue import Catalogue, MachineView

USUAL, LONGEST = 14, 62
"""Days that are looked through when nothing is said, and at most."""
LENGTHS = (30, 60, 90, 120, 180, 240, 360, 480, 720, 1440, 2880, 4320, 10080)
WEEK = 10_080
DAY = timedelta(days=1)
FARTHEST = timedelta(days=730)


class FindForm(msgspec.Struct):
    """Everything that is bookable, a category, or some machines. `after` and `before` are hours
    of the day; `from` and `to` days, both included. `member` is for staff."""

    category: str = ""
    machine: list[str] = []
    minutes: Annotated[int, msgspec.Meta(ge=1, le=WEEK)] = 60
    from_: date | None = msgspec.field(default=None, name="from")
    to: date | None = None
    after: time | None = None
    before: time | None = None
    page: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    member: Annotated[int, msgspec.Meta(ge=1)] | None = None

    def sought(self, machines: Catalogue, calendar: Calendar, now: datetime) -> Sought:
        """Never before now; `Refused` for days that run backwards or too many."""
        today = calendar.day_of(now)
        first = max(self.from_ or today, today)
        if first > today + FARTHEST:
            message = N_("This day is too far away to be looked through.")
            raise Refused(Problem("too_far", message, "from"))
        last = self.to or first + DAY * (USUAL - 1)
        if last < first:
            message = N_("The last day must not come before the first.")
            raise Refused(Problem("invalid_period", message, "to"))
        if last - first >= DAY * LONGEST:
            message = N_("At most {days} days are looked through at once.")
            raise Refused(Problem("too_many_days", message, "to", {"days": LONGEST}, LONGEST))
        start = max(now.replace(second=0, microsecond=0), zones.midnight(first, calendar.zone))
        end = zones.midnight(last + DAY, calendar.zone)
        return Sought(
            machines=self.views(machines),
            length=timedelta(minutes=self.minutes),
            span=Period(start, max(start, end)),
            hours=self.hours,
        )

    @property
    def hours(self) -> tuple[time, time] | None:
        """From midnight, or to midnight, where only one of both is said."""
        if self.after is None and self.before is None:
            return None
        return self.after or time(0), self.before or time(0)

    def views(self, machines: Catalogue) -> tuple[MachineView, ...]:
        """Those named, wherever they are; else those of the category; else all."""
        if self.machine:
            named = (machines.seen(slug) for slug in self.machine)
            return once(view for view in named if view)
        return machines.of_category(self.category) if self.category else machines.visible()


def once(views: Iterable[MachineView]) -> tuple[MachineView, ...]:
    return tuple({view.id: view for view in views}.values())
