"""Opening hours as each machine asks for them: Berkane's Friday, its nights, its Sunday."""

from datetime import UTC, datetime

import pytest

from fablab.core import formats, i18n
from fablab.core.errors import Refused
from fablab.core.periods import Period
from fablab.core.zones import zone
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.conftest import Book

DAY_AND_NIGHT = {
    "attendance": "start_and_end_staffed",
    "closed_hours": "night",
    "max_minutes": 4 * 24 * 60,
}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In the week of Monday 30 November 2026; Berkane is on UTC then."""
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


THURSDAY, FRIDAY, SATURDAY = 3, 4, 5


@pytest.fixture
async def press(lab: None) -> Machine:
    return await factories.a_machine()


@pytest.fixture
async def night_printer(lab: None) -> Machine:
    return await factories.a_machine(policy=DAY_AND_NIGHT)


async def test_fridays_prayer_break_is_named(ada: Viewer, press: Machine, book: Book) -> None:
    with pytest.raises(Refused) as refused:
        await book(ada, press, Period(at(FRIDAY, 11), at(FRIDAY, 15)))
    assert refused.value.codes == ("closed",)
    i18n.language.set("en")
    formats.zone_in_use.set(zone("Africa/Casablanca"))
    words = i18n.say(refused.value.problems[0])
    assert "09:00\u202f–\u202f11:30" in words
    assert "14:30\u202f–\u202f18:30" in words


@pytest.mark.parametrize(
    ("start", "end", "accepted"),
    [
        (at(FRIDAY, 11), at(FRIDAY, 15), True),  # prints through the break
        (at(FRIDAY, 13), at(FRIDAY, 15), False),  # nobody there to start it
        (at(THURSDAY, 17), at(FRIDAY, 10), True),  # overnight
        (at(FRIDAY, 17), at(SATURDAY, 16), False),  # Saturday closes at 14:00
        (at(FRIDAY, 17), at(SATURDAY, 14), True),
        (at(SATURDAY, 13), at(7, 10), False),  # over Sunday: more than a night
    ],
)
async def test_a_print_needs_somebody_at_both_ends(
    start: datetime,
    end: datetime,
    accepted: bool,
    ada: Viewer,
    night_printer: Machine,
    book: Book,
) -> None:
    if accepted:
        assert (await book(ada, night_printer, Period(start, end))).new
    else:
        with pytest.raises(Refused, match="closed"):
            await book(ada, night_printer, Period(start, end))


async def test_a_weekend_print_runs_through_sunday(ada: Viewer, lab: None, book: Book) -> None:
    printer = await factories.a_machine(policy=DAY_AND_NIGHT | {"closed_hours": "weekend"})
    assert (await book(ada, printer, Period(at(SATURDAY, 13), at(7, 10)))).new


async def test_a_plan_for_open_lab_hours_names_them(lab: None, press: Machine, book: Book) -> None:
    from fablab.members.tables import BookingWindows
    from tests.bookings.conftest import viewer

    plan = await factories.a_plan("public", windows=BookingWindows.OPEN_LAB, horizon_days=7)
    newcomer = viewer(await factories.a_member(plan=plan.id))
    with pytest.raises(Refused) as refused:
        await book(newcomer, press, Period(at(THURSDAY, 10), at(THURSDAY, 11)))
    assert refused.value.codes == ("outside_plan_hours",)
    assert refused.value.problems[0].nearest == [at(SATURDAY, 9)]
    assert (await book(newcomer, press, Period(at(2, 15), at(2, 16)))).new
    with pytest.raises(Refused, match="too_far"):
        await book(newcomer, press, Period(at(9, 15), at(9, 16)))
