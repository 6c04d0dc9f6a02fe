"""What stands in the calendar on purpose: trainings, maintenance, a broken machine."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from fablab.bookings.tables import Kind
from fablab.core import zones
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.demo import certificates, machines
from fablab.demo.cast import Bookable, Course
from fablab.demo.diary import Fate, Planned
from fablab.demo.source import Almanac
from fablab.demo.story import DAY, Story
from fablab.demo.times import steps

ROOM = "training-room"
PLANNED_AHEAD = timedelta(days=12)
COMING = (
    (3, "safety-0", "younes-benaissa"),
    (9, "3dp-l1", "imane-ouchen"),
    (16, "las-l1", "anas-lamrabet"),
    (23, "ele-l1", "mehdi-boutaybi"),
)
"""Trainings ahead: in how many days, the course, its trainer."""

OPTICS = Words(
    ar="تنظيف العدسات والمرايا وضبط مسار الشعاع",
    fr="Nettoyage des optiques et alignement du faisceau",
    en="Cleaning the optics and aligning the beam",
)
RAILS = Words(
    ar="تغيير كيس الغبار وفحص السكك",
    fr="Remplacement du sac à poussière et contrôle des rails",
    en="Changing the dust bag and checking the rails",
)
MAINTENANCE = (
    (-24, "cnc-router-large", RAILS),
    (-38, "laser-40w", OPTICS),
    (1, "laser-80w", OPTICS),
)
"""Maintenance: in how many days, the machine, what is done."""
MANAGER = "younes-benaissa"
HALF_HOUR = timedelta(minutes=30)
BREAKS_AFTER = timedelta(minutes=70)
BACK_AFTER = 3 * DAY


def plan(story: Story, almanac: Almanac, days_back: int) -> None:
    """Everything here, before members take what is left."""
    for day, course, trainer in past_trainings(story, almanac, days_back):
        plan_training(story, day, course, trainer)
    for ahead, slug, trainer in COMING:
        plan_training(story, next_open_day(story, ahead), story.cast.courses[slug], trainer)
    for ahead, slug, title in MAINTENANCE:
        plan_maintenance(story, next_open_day(story, ahead), story.cast.machines[slug], title)
    break_a_machine(story)


def next_open_day(story: Story, ahead: int) -> date:
    """The first day on which the lab opens, from so many days after today on."""
    day = story.diary.today + ahead * DAY
    opening = story.diary.calendar.next_opening(zones.midnight(day, story.diary.zone))
    return story.diary.calendar.day_of(opening.start) if opening else day


def past_trainings(
    story: Story, almanac: Almanac, days_back: int
) -> Iterator[tuple[date, Course, str]]:
    """The sessions on which certificates were earned, once each."""
    granted = {grant: each for each in story.cast.courses.values() for grant in each.grants}
    seen = set()
    for day, _, row in certificates.in_order(almanac):
        course = granted[row["certification"], row["level"]]
        session = (day, course.slug, row["issued_by"])
        recent = almanac.today - days_back * DAY <= day < almanac.today
        if recent and row["source"] == "course" and session not in seen:
            seen.add(session)
            yield day, course, row["issued_by"]


def plan_training(story: Story, day: date, course: Course, trainer: str) -> None:
    """Room and machines as one, that day or shortly before; left out where there is no room."""
    needed = [story.cast.machines[ROOM], *(story.cast.tagged[tag] for tag in course.machines)]
    days = (day - number * DAY for number in range(4))
    period = next(filter(None, (free_together(story, each, needed, course) for each in days)), None)
    if period is None:
        return
    party = str(UUID(int=story.dice.getrandbits(128), version=4)) if len(needed) > 1 else None
    for machine in needed:
        block(story, machine, period, Kind.TRAINING, course.title, trainer, party)


def free_together(story: Story, day: date, needed: list[Bookable], course: Course) -> Period | None:
    """The latest time of that day at which everything needed is free, in opening hours."""
    diary = story.diary
    for window in reversed(diary.calendar.opening(day).windows):
        for start in reversed(steps(window, HALF_HOUR, diary.zone)):
            period = Period(start, start + course.length)
            if period.within(window) and all(diary.free_unit(each, period) for each in needed):
                return period
    return None


def plan_maintenance(story: Story, day: date, machine: Bookable, title: Words) -> None:
    for window in story.diary.calendar.opening(day).windows:
        period = Period(window.start, window.start + timedelta(hours=2))
        if story.diary.free_unit(machine, period):
            block(story, machine, period, Kind.MAINTENANCE, title, MANAGER)
            return


def block(
    story: Story,
    machine: Bookable,
    period: Period,
    kind: Kind,
    title: Words,
    by: str,
    party: str | None = None,
) -> None:
    """Room and machines of one training are shown as one: they share a party."""
    story.diary.add(
        Planned(
            machine=machine,
            period=period,
            kind=kind,
            made_at=min(period.start - PLANNED_AHEAD, story.diary.now - DAY),
            made_by=by,
            via="desk",
            title=title,
            party=party,
        )
    )


def break_a_machine(story: Story) -> None:
    """It broke in somebody's hands on the last open day, and is expected back in a few days."""
    machine = story.cast.machines[machines.BROKEN]
    diary = story.diary
    back = diary.calendar.next_opening(diary.now + BACK_AFTER)
    until = back.start if back else diary.now + BACK_AFTER
    for ago in range(1, 8):
        day = diary.today - ago * DAY
        for window in reversed(diary.calendar.opening(day).windows):
            period = Period(window.end - timedelta(hours=2), window.end)
            for person in story.anybody(machine):
                if story.book(person, machine, period, Fate.INTERRUPTED):
                    diary.down[machine.slug] = Period(period.start + BREAKS_AFTER, until)
                    return
    diary.down[machine.slug] = Period(diary.now - DAY, until)
