"""How much to generate, whether it fits, and who has what when: evenly, day by day. Pure."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fablab.core import zones
from fablab.core.errors import WrongSetup
from fablab.core.periods import Period

OPENS = time(7)
STEP = timedelta(minutes=30)
STEPS_A_DAY = 30  # until ten in the evening: no clock is changed between the two
LONGEST = 8
MOST_A_DAY = 6
STEADY_A_DAY = 4.4
"""Bookings of a machine a day: what fits, and what 50 machines need for about 220."""

TOO_MANY = (
    "{bookings:,} bookings do not fit on {machines} machines in {days} days: that would be"
    " {a_day:.0f} a day, and {most} fit. They fit, {steady:.0f} a day, with: --days-back {back}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What `fablab generate` is asked for. Today is a day of its own."""

    machines: int
    members: int
    bookings: int
    days_back: int
    days_forward: int

    @property
    def days(self) -> int:
        return self.days_back + 1 + self.days_forward

    @property
    def enough_days_back(self) -> int:
        """With these the bookings fit, at a steady density."""
        days = -int(-self.bookings // (self.machines * STEADY_A_DAY))
        return max(days - self.days_forward - 1, self.days_back)

    def check(self) -> None:
        """`WrongSetup` when the bookings do not fit, with how many days back would."""
        most = self.machines * MOST_A_DAY
        if self.bookings > most * self.days:
            a_day = self.bookings / self.days
            steady = self.bookings / (self.enough_days_back + 1 + self.days_forward)
            raise WrongSetup(
                TOO_MANY.format(
                    bookings=self.bookings,
                    machines=self.machines,
                    days=self.days,
                    a_day=a_day,
                    most=most,
                    steady=steady,
                    back=self.enough_days_back,
                )
            )

    def on(self, number: int) -> int:
        """How many bookings the day of that number gets; every day as many, give or take one."""
        return share(self.bookings, self.days, number)


@dataclass(frozen=True, slots=True)
class Slot:
    """A machine of the generated ones, by its number, for a while."""

    machine: int
    period: Period


def share(whole: int, parts: int, number: int) -> int:
    """What part `number` gets when the whole is dealt out evenly."""
    return (number + 1) * whole // parts - number * whole // parts


def slots(amount: Amount, today: date, zone: ZoneInfo, number: int) -> Iterator[Slot]:
    """Everything of one day, machine by machine; no two of a machine overlap."""
    dice = random.Random(number)  # noqa: S311 - made up, and again the same
    day = today + timedelta(days=number - amount.days_back)
    opening = zones.again(datetime.combine(day, OPENS), zone)
    for machine in range(amount.machines):
        turn = (machine + number) % amount.machines  # else the same would always get one more
        count = share(amount.on(number), amount.machines, turn)
        for period in periods(opening, count, dice):
            yield Slot(machine, period)


def periods(opening: datetime, count: int, dice: random.Random) -> Iterator[Period]:
    """So many visits from `opening` on, each somewhere in a stretch of its own."""
    for visit in range(count):
        stretch = STEPS_A_DAY // count
        length = dice.randint(2, min(stretch, LONGEST))
        first = visit * stretch + dice.randint(0, stretch - length)
        yield Period(opening + first * STEP, opening + (first + length) * STEP)
