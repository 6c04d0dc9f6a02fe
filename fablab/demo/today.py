"""What one finds on arriving: bookings of the account to try, and machines at work just now."""

from datetime import date, datetime, timedelta

from fablab.core.periods import Period
from fablab.demo.accounts import ACCOUNT_SLUGS, MEMBER
from fablab.demo.cast import Bookable, Held, Person
from fablab.demo.diary import Fate
from fablab.demo.machines import APPROVED
from fablab.demo.story import DAY, Story
from fablab.demo.times import some_period, steps

SOON, TOMORROW = "laser-40w", "printer-fdm-a"
"""What the member has now and tomorrow. The laser's grid is the finer: some step is always near."""
PAST = (
    (-4, "printer-fdm-b", Fate.KEPT),
    (-11, "laser-40w", Fate.MISSED),
    (-19, "printer-fdm-a", Fate.KEPT),
    (-33, "laser-40w", Fate.KEPT),
)
STILL_WELCOME = timedelta(minutes=5)
LENGTHS = (timedelta(hours=1), timedelta(minutes=30), timedelta(minutes=15))
POPULAR = ("printer-fdm-b", "vinyl-cutter", "cnc-router-desktop", "solder-bench-a", "embroidery")
PRINTERS = ("printer-multimaterial", "printer-fdm-a")
NEXT = ("test-bench", "craft-cutter", "codesign-room", "mill-precision")
RESTRICTED = "acrylic"
"""What somebody asks to put into the machine whose bookings staff decide."""
AN_HOUR = timedelta(hours=1)
REMEMBERED = 60
TRIES = 40


def plan(story: Story) -> None:
    """The member's own bookings, then what runs now and what begins next."""
    member = story.cast.people[MEMBER]
    plan_soon(story, member)
    plan_tomorrow(story, member)
    for ago, slug, fate in PAST:
        plan_on(story, member, story.cast.machines[slug], story.diary.today + ago * DAY, fate)
    for slug in POPULAR:
        plan_running(story, story.cast.machines[slug])
    for slug in PRINTERS:
        plan_print(story, story.cast.machines[slug])
    for slug in NEXT:
        plan_next(story, story.cast.machines[slug])
    plan_request(story, story.cast.machines[APPROVED], 2)
    plan_request(story, story.cast.machines[APPROVED], 4, RESTRICTED)


def plan_soon(story: Story, member: Person) -> None:
    """A booking whose check-in is open now; with the lab closed, the first after it opens."""
    machine, diary = story.cast.machines[SOON], story.diary
    window = diary.calendar.window_at(diary.now) or diary.calendar.next_opening(diary.now)
    while window:
        starts = steps(window, machine.policy.granularity, diary.zone)
        soonest = diary.now + machine.policy.checkin_opens_before
        near = [at for at in starts if diary.now - STILL_WELCOME <= at <= soonest]
        later = [at for at in starts if at > soonest]
        for start in (*reversed(near), *later):
            if any(story.book(member, machine, Period(start, start + each)) for each in LENGTHS):
                return
        window = diary.calendar.next_opening(window.end)


def plan_tomorrow(story: Story, member: Person) -> None:
    """Two hours in the afternoon, or in the morning of a short day; else on a later day."""
    machine, diary = story.cast.machines[TOMORROW], story.diary
    for ahead in range(1, 8):
        windows = diary.calendar.opening(diary.today + ahead * DAY).windows
        starts = [at for each in windows for at in steps(each, AN_HOUR / 2, diary.zone)]
        for start in reversed(starts[:-4]):
            if story.book(member, machine, Period(start, start + 2 * AN_HOUR)):
                return


def plan_on(
    story: Story, person: Person, machine: Bookable, day: date, fate: Fate = Fate.KEPT
) -> bool:
    """Some visit that day, or on one of the days before."""
    for number in range(TRIES):
        on = day - (number // 8) * DAY
        period = some_period(story.diary.calendar, person, machine, on, story.dice)
        if not period or period.end >= story.diary.now:
            continue
        if story.book(person, machine, period, fate):
            return True
    return False


def plan_running(story: Story, machine: Bookable) -> None:
    """Somebody who began within the last hour, as far as the lab was open then."""
    now = story.diary.now
    plan_from(story, machine, now - AN_HOUR, now, until=now + AN_HOUR / 2)


def plan_print(story: Story, machine: Bookable) -> None:
    """A print that runs while the lab is closed, begun before it closed."""
    calendar, now = story.diary.calendar, story.diary.now
    morning = calendar.next_opening(now)
    if calendar.is_open(now) or morning is None:
        return
    for hours in range(1, 40):
        window = calendar.window_at(now - hours * AN_HOUR)
        if window:
            period = Period(window.end - AN_HOUR, morning.start + AN_HOUR)
            any(story.book(each, machine, period) for each in story.anybody(machine))
            return


def plan_next(story: Story, machine: Bookable) -> None:
    """Somebody who begins within two hours."""
    now = story.diary.now
    plan_from(story, machine, now + AN_HOUR / 6, now + 2 * AN_HOUR, until=now + AN_HOUR)


def plan_request(story: Story, machine: Bookable, ahead: int, material: str = "") -> None:
    """Somebody asked for two hours in some days and waits for the staff's word."""
    diary, granularity = story.diary, machine.policy.granularity
    people = [each for each in story.anybody(machine) if not each.is_staff]
    others = [each for each in people if each.slug not in ACCOUNT_SLUGS]
    for day in range(ahead, ahead + 7):
        for window in diary.calendar.opening(diary.today + day * DAY).windows:
            for start in steps(window, granularity, diary.zone):
                period = Period(start, start + 2 * AN_HOUR)
                if any(story.book(each, machine, period, Fate.ASKED, material) for each in others):
                    return


def plan_from(
    story: Story, machine: Bookable, after: datetime, before: datetime, until: datetime
) -> None:
    """The first who may, beginning in that time and staying until then at least."""
    granularity = machine.policy.granularity
    starts = steps(Period(after, before), granularity, story.diary.zone)
    others = [each for each in story.anybody(machine) if each.slug != MEMBER]
    for start in story.dice.sample(starts, len(starts)):
        length = granularity * -((start - until) // granularity)
        period = Period(start, start + max(length, machine.policy.min_duration, AN_HOUR))
        if any(story.book(person, machine, period) for person in others):
            return


def plan_use(story: Story, person: Person, held: Held) -> None:
    """A recent visit that keeps the certificate alive, where it would lapse unused."""
    first = max(held.first_day + DAY, story.diary.today - REMEMBERED * DAY)
    days = (story.diary.today - first).days
    machines = [
        each
        for each in story.cast.machines.values()
        if (each.certification, each.level) == (held.certification, held.level)
    ]
    for _ in range(TRIES if machines and days > 0 else 0):
        machine = story.dice.choice(machines)
        day = first + story.dice.randrange(days) * DAY
        period = some_period(story.diary.calendar, person, machine, day, story.dice)
        if period and period.end < story.diary.now and story.book(person, machine, period):
            return


def plan_uses(story: Story) -> None:
    """Every certificate meant as valid has been used (domain: certificates that lapse unused)."""
    today = story.diary.today
    for person in story.cast.people.values():
        for held in person.held:
            if held.inactivity_months and held.covers(today, today):
                plan_use(story, person, held)
