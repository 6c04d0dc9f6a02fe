"""When people come: the steps of the grid, and the hours they like."""

import random
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from fablab.core import zones
from fablab.core.periods import Period
from fablab.demo.cast import Bookable, Person
from fablab.lab.calendar import Calendar
from fablab.lab.hours import Attendance

LIKED = {9: 3, 10: 5, 11: 5, 12: 3, 13: 3, 14: 6, 15: 8, 16: 11, 17: 10, 18: 4, 19: 2, 20: 1}
"""How gladly people begin at an hour of the day: late afternoon above all."""
EARLIEST, LATEST = time(8), time(21)
LATE = 15
LONGEST_VISIT = timedelta(hours=5)
MORNING_AFTER = timedelta(minutes=90)
THROUGH_THE_NIGHT = 0.35


def steps(window: Period, granularity: timedelta, zone: ZoneInfo) -> list[datetime]:
    """The possible starts inside a window, on the grid counted from local midnight."""
    face = window.start.astimezone(zone)
    past = timedelta(hours=face.hour, minutes=face.minute, seconds=face.second) % granularity
    first = window.start if not past else window.start - past + granularity
    number = int((window.end - first) / granularity) + 1
    listed = (first + granularity * step for step in range(number))
    return list(takewhile(lambda start: start < window.end, listed))


def windows(calendar: Calendar, person: Person, machine: Bookable, day: date) -> tuple[Period, ...]:
    """When the person may begin on that day."""
    if person.terms and person.terms.open_lab_only:
        return calendar.opening(day).open_lab
    if machine.policy.attendance == Attendance.ANYTIME and not person.is_minor:
        faces = (datetime.combine(day, each) for each in (EARLIEST, LATEST))
        start, end = (zones.from_wall(face, calendar.zone) for face in faces)
        return (Period(start, end),)
    return calendar.opening(day).windows


def some_period(
    calendar: Calendar, person: Person, machine: Bookable, day: date, dice: random.Random
) -> Period | None:
    """A time the person might ask for that day; whether it is allowed is for others to say."""
    open_windows = windows(calendar, person, machine, day)
    granularity, zone = machine.policy.granularity, calendar.zone
    starts = [start for each in open_windows for start in steps(each, granularity, zone)]
    if not starts:
        return None
    liking = [LIKED.get(start.astimezone(zone).hour, 1) for start in starts]
    start = dice.choices(starts, liking)[0]
    if machine.runs_alone and dice.random() < THROUGH_THE_NIGHT:
        return until_morning(calendar, machine, start, dice)
    window = next(each for each in open_windows if each.contains(start))
    return Period(start, start + some_length(machine, window.end - start, dice))


def some_length(machine: Bookable, room: timedelta, dice: random.Random) -> timedelta:
    """Mostly an hour or two, on the grid, and not longer than there is room, if possible."""
    policy = machine.policy
    longest = max(policy.min_duration, min(policy.max_duration, room, LONGEST_VISIT))
    least, most = policy.min_duration / policy.granularity, longest / policy.granularity
    number = dice.triangular(least, most + 1, least + (most - least) * 0.35)
    return policy.granularity * max(int(least), min(int(number), int(most)))


def until_morning(
    calendar: Calendar, machine: Bookable, start: datetime, dice: random.Random
) -> Period | None:
    """A print started in the afternoon and taken out when the lab opens again."""
    morning = calendar.next_opening(start)
    if start.astimezone(calendar.zone).hour < LATE or morning is None:
        return None
    ready = Period(morning.start, morning.start + MORNING_AFTER)
    return Period(start, dice.choice(steps(ready, machine.policy.granularity, calendar.zone)))
