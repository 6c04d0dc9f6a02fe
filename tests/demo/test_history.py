"""The history as it is made up, at whatever moment the demo is made. No database is written."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from fablab.bookings.tables import Kind, Status
from fablab.core.periods import Period
from fablab.demo.cast import Cast
from fablab.demo.casting import gather
from fablab.demo.diary import Fate, Planned
from fablab.demo.history import History, make_up
from fablab.demo.outcomes import outcome
from fablab.demo.source import Almanac
from fablab.lab.place import Place

DAY = timedelta(days=1)
DICE = random.Random(1)  # noqa: S311 - nothing secret
MOMENTS = {
    "just opened": datetime(2026, 11, 30, 9, 0, tzinfo=UTC),
    "afternoon": datetime(2026, 12, 2, 16, 20, tzinfo=UTC),
    "just before closing": datetime(2026, 12, 1, 18, 22, tzinfo=UTC),
    "prayer break": datetime(2026, 11, 27, 12, 45, tzinfo=UTC),
    "night": datetime(2026, 12, 3, 2, 7, tzinfo=UTC),
    "sunday": datetime(2026, 11, 29, 11, 30, tzinfo=UTC),
    "before the year's stocktake": datetime(2026, 12, 29, 15, 1, tzinfo=UTC),
    "another year": datetime(2027, 10, 13, 10, 10, tzinfo=UTC),
    "while the clock went back": datetime(2026, 9, 22, 10, 0, tzinfo=UTC),
}


def history(place: Place, now: datetime, days_back: int = 21) -> tuple[Cast, History]:
    almanac = Almanac(now, place.zone)
    cast = gather(almanac, place.policy)
    return cast, make_up(cast, place.calendar, almanac, days_back)


TOLD: dict[datetime, tuple[Cast, History]] = {}


def at(place: Place, now: datetime) -> tuple[Cast, History]:
    """Made up once for all tests that only look at it."""
    if now not in TOLD:
        TOLD[now] = history(place, now)
    return TOLD[now]


def of(story: History, slug: str) -> list[Planned]:
    return [each for each in story.planned if each.member and each.member.slug == slug]


@pytest.mark.usefixtures("committed_database")
@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
async def test_there_is_something_to_see_at_any_moment(place: Place, now: datetime) -> None:
    _, story = at(place, now)
    running = [each for each in story.planned if each.period.contains(now)]
    attended = {each.machine.slug for each in running if not each.machine.runs_alone}
    window = place.calendar.window_at(now)
    if window and window.start + timedelta(hours=1) <= now <= window.end - timedelta(hours=1):
        assert len(attended) >= 4
    elif not window:
        assert [each for each in running if each.machine.runs_alone]
    kinds = {each.kind for each in story.planned if each.period.start > now}
    assert kinds == {Kind.USE, Kind.TRAINING, Kind.MAINTENANCE}


@pytest.mark.usefixtures("committed_database")
@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
async def test_the_members_check_in_is_open_when_the_lab_is(place: Place, now: datetime) -> None:
    _, story = at(place, now)
    soonest = min(
        (each for each in of(story, "demo-member") if each.period.end > now),
        key=lambda each: each.period.start,
    )
    opens = soonest.period.start - soonest.machine.policy.checkin_opens_before
    told = outcome(soonest, now, place.zone, DICE)
    assert told.columns["status"] == Status.CONFIRMED
    window = place.calendar.window_at(now)
    if window and now < window.end - timedelta(minutes=25):
        assert opens <= now < told.columns["release_at"]
    else:
        following = place.calendar.next_opening(now)
        assert following
        assert following.contains(soonest.period.start)


@pytest.mark.usefixtures("committed_database")
@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
async def test_plans_are_kept_to(place: Place, now: datetime) -> None:
    """Hours a week, days ahead, bookings at once, and open lab only for those of the public."""
    cast, story = at(place, now)
    today = place.calendar.day_of(now)
    for person in cast.people.values():
        mine = [each for each in of(story, person.slug) if each.fate != Fate.CANCELLED]
        if person.terms is None:
            continue
        ahead = [each for each in mine if each.period.start > now]
        assert len(ahead) <= person.terms.open_bookings
        for each in mine:
            last = place.calendar.day_of(each.period.end)
            assert (last - today).days <= person.terms.horizon_days
            asked = place.calendar.day_of(each.made_at)
            assert (last - asked).days <= person.terms.horizon_days, (each, asked)
            if person.terms.open_lab_only:
                windows = place.calendar.open_lab(each.period)
                assert any(each.period.within(window) for window in windows)


@pytest.mark.usefixtures("committed_database")
async def test_nobody_is_at_two_machines_at_once(place: Place) -> None:
    cast, story = history(place, MOMENTS["afternoon"], days_back=60)
    for person in cast.people.values():
        attended = sorted(
            each.period
            for each in of(story, person.slug)
            if each.fate != Fate.CANCELLED and each.machine.attended
        )
        for earlier, later in pairwise(attended):
            assert not earlier.overlaps(later)


@pytest.mark.usefixtures("committed_database")
async def test_supervised_machines_have_their_supervisor_and_second_person(place: Place) -> None:
    _, story = history(place, MOMENTS["afternoon"], days_back=60)
    uses = [each for each in story.planned if each.machine.supervision and each.member]
    assert uses
    for each in uses:
        assert each.member
        assert each.supervisor not in (None, each.member.slug)
        assert bool(each.buddy) == each.machine.buddy_required
        assert each.buddy not in (each.member.slug, each.supervisor)
        assert each.member.is_staff or each.period.end <= MOMENTS["afternoon"]


@pytest.mark.usefixtures("committed_database")
async def test_the_same_day_tells_the_same_story(place: Place) -> None:
    now = MOMENTS["afternoon"]
    assert history(place, now)[1] == history(place, now)[1]
    assert history(place, now)[1] != history(place, now + DAY)[1]


@pytest.mark.usefixtures("committed_database")
async def test_the_broken_machine_broke_in_somebodys_hands(place: Place) -> None:
    now = MOMENTS["afternoon"]
    _, story = at(place, now)
    [broken] = [each for each in story.planned if each.fate == Fate.INTERRUPTED]
    told = outcome(broken, now, place.zone, DICE).columns
    assert (told["status"], told["ended_because"]) == (Status.COMPLETED, "fault")
    assert broken.period.start < told["finished_at"] < broken.period.end
    down = Period(told["finished_at"], story.back_at)
    others = [each for each in story.planned if each.machine == broken.machine and each != broken]
    assert not [each for each in others if each.period.overlaps(down)]
