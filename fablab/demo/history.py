"""The months behind and the weeks ahead: who had what when. Made up, the same all day long."""

import random
from dataclasses import dataclass
from datetime import date, datetime
from math import exp

from fablab.demo import agenda, machines, today
from fablab.demo.accounts import ACCOUNT_SLUGS
from fablab.demo.cast import Bookable, Cast, Person
from fablab.demo.diary import Diary, Fate, Planned
from fablab.demo.source import Almanac
from fablab.demo.story import DAY, Story
from fablab.demo.times import some_period
from fablab.lab.calendar import Calendar
from fablab.lab.hours import Attendance

DAYS_BACK, DAYS_AHEAD = 90, 30
FULL_DAY = 19
ON_CLOSED_DAYS = 2
AT_FIRST = 0.4
DAYS_TO_HALF = 11
MOST_TRIES = 6
CANCELLED, MISSED = 0.08, 0.03
MOST_MISSED = 2
DRAWN_BY_PROJECT = 4


@dataclass(frozen=True, slots=True)
class History:
    """What is planned, in the order in which it was made; when the broken machine is back."""

    planned: tuple[Planned, ...]
    back_at: datetime


def make_up(
    cast: Cast,
    calendar: Calendar,
    almanac: Almanac,
    days_back: int = DAYS_BACK,
    days_ahead: int = DAYS_AHEAD,
) -> History:
    """Everything that occupies machines from so many days ago to so many days ahead.

    The same for the same instant: the dice are seeded with the day.
    """
    dice = random.Random(almanac.today.toordinal())  # noqa: S311 - made up, and again the same
    story = Story(cast, Diary(calendar, almanac.now), dice)
    agenda.plan(story, almanac, days_back)
    today.plan(story)
    today.plan_uses(story)
    for offset in range(-days_back, days_ahead + 1):
        day = almanac.today + offset * DAY
        for _ in range(wishes(calendar, day, offset, days_back)):
            wish(story, day)
    planned = sorted(story.diary.planned, key=lambda each: (each.made_at, each.period.start))
    return History(tuple(planned), story.diary.down[machines.BROKEN].end)


def wishes(calendar: Calendar, day: date, offset: int, days_back: int) -> int:
    """How many people come that day: ever more until now, then what is booked so far."""
    if not calendar.opening(day).windows:
        return ON_CLOSED_DAYS
    growth = 1 + (1 - AT_FIRST) * offset / days_back if offset <= 0 else exp(-offset / DAYS_TO_HALF)
    return round(FULL_DAY * growth)


def wish(story: Story, day: date) -> None:
    """Somebody wants something that day, and tries a few times.

    What the accounts to try have from today on is planned on purpose; the rest they may book.
    """
    people = [
        each
        for each in story.cast.people.values()
        if each.slug not in ACCOUNT_SLUGS or day < story.diary.today
    ]
    for _ in range(MOST_TRIES):
        person = story.dice.choices(people, [each.keenness for each in people])[0]
        machine = wanted(story, person, day)
        if machine is None:
            continue
        period = some_period(story.diary.calendar, person, machine, day, story.dice)
        if period is None:
            continue
        planned = fate(story, person, period.start + machine.policy.grace < story.diary.now)
        if story.book(person, machine, period, planned):
            return


def wanted(story: Story, person: Person, day: date) -> Bookable | None:
    """A machine the person may use that day, rather one of their project, rather a popular one."""
    is_open = bool(story.diary.calendar.opening(day).windows)
    found = [
        machine
        for machine in story.cast.machines.values()
        if person.may_use(machine, day, day)
        and (is_open or machine.policy.attendance == Attendance.ANYTIME)
    ]
    if not found:
        return None
    liking = [
        machine.popularity * (DRAWN_BY_PROJECT if machine.tag in person.projects else 1)
        for machine in found
    ]
    return story.dice.choices(found, liking)[0]


def fate(story: Story, person: Person, released: bool) -> Fate:
    """Mostly kept. Nobody misses so many that the account is held."""
    roll = story.dice.random()
    if roll < CANCELLED:
        return Fate.CANCELLED
    missed = [each for each in story.diary.bookings_of(person) if each.fate == Fate.MISSED]
    spared = person.is_staff or person.slug in ACCOUNT_SLUGS or len(missed) >= MOST_MISSED
    return Fate.MISSED if released and not spared and roll < CANCELLED + MISSED else Fate.KEPT
