"""Making a booking: what is stored and told, and every way it is refused."""

from datetime import timedelta

import pytest

from fablab.activity.tables import Activity
from fablab.bookings import changing
from fablab.bookings.actions import Override
from fablab.bookings.tables import Booking, Status
from fablab.core import db
from fablab.core.errors import Forbidden, Refused
from fablab.core.periods import Period
from fablab.machines.tables import Machine
from fablab.members.tables import Project
from fablab.members.viewer import Viewer
from fablab.notifications.tables import Notification
from tests import factories
from tests.bookings.conftest import NOW, Book, viewer
from tests.conftest import Travel
from tests.factories import MONDAY, hours


async def test_a_booking_is_stored_with_its_wall_clock_and_told(
    ada: Viewer, printer: Machine, book: Book
) -> None:
    made = await book(ada, printer, hours(1))
    row = await Booking.select().where(Booking.id == made.booking.id).first()
    assert made.new
    assert (row["starts_at"], row["ends_at"]) == (hours(1).start, hours(1).end)
    assert row["starts_wall"] == "2026-11-30T10:00:00+00:00"
    assert row["release_at"] == hours(1.25).start
    assert await Activity.count().where(Activity.thing == "booking", Activity.verb == "made") == 1
    [notice] = await Notification.select().where(Notification.member == ada.id)
    assert notice["template"] == "bookings/made"


async def test_bookings_that_meet_do_not_clash(
    ada: Viewer, ben: Viewer, printer: Machine, book: Book
) -> None:
    await book(ada, printer, hours(1))
    assert (await book(ben, printer, hours(2))).new
    assert (await book(ben, printer, hours(0))).new


@pytest.mark.parametrize(
    "wish", [hours(1.25, 0.5), hours(0.5, 2), hours(0.5, 1), hours(1.5, 1), hours(1)], ids=str
)
async def test_what_overlaps_is_refused_and_told_when_it_is_free(
    wish: Period, ada: Viewer, ben: Viewer, printer: Machine, book: Book
) -> None:
    await book(ada, printer, hours(1))
    with pytest.raises(Refused) as refused:
        await book(ben, printer, wish)
    assert refused.value.codes == ("taken",)
    assert refused.value.problems[0].nearest == [hours(2).start]
    assert await Booking.count() == 1


async def test_the_same_wish_again_finds_the_booking(
    ada: Viewer, printer: Machine, book: Book
) -> None:
    first = await book(ada, printer, hours(1))
    again = await book(ada, printer, hours(1))
    assert (again.booking.id, again.new) == (first.booking.id, False)


async def test_all_broken_rules_come_together(ada: Viewer, lab: None, book: Book) -> None:
    laser = await factories.a_machine(
        certification=(await factories.a_certification("laser")).id, safety_class="red"
    )
    sunday = Period(hours(6 * 24).start, hours(6 * 24 + 5).start)
    with pytest.raises(Refused) as refused:
        await book(ada, laser, sunday)
    assert set(refused.value.codes) == {"closed", "too_long", "not_certified"}


@pytest.mark.parametrize(("minutes", "accepted"), [(90, True), (75, False)])
async def test_the_turnaround_counts_once(
    minutes: int, accepted: bool, ada: Viewer, lab: None, book: Book
) -> None:
    """B1: 04-05 and 08-09 with an hour between leave exactly 06-07."""
    press = await factories.a_machine(
        policy={"granularity_minutes": 15, "min_minutes": 15, "turnaround_minutes": 30}
    )
    await book(ada, press, hours(0))
    await book(ada, press, hours(2.5))
    start = MONDAY.timestamp() + minutes * 60
    wish = Period(
        hours(minutes / 60).start,
        hours(minutes / 60, 0.5).end,
    )
    assert start == wish.start.timestamp()
    if accepted:
        assert (await book(ada, press, wish)).new
    else:
        with pytest.raises(Refused, match="taken"):
            await book(ada, press, wish)


async def test_a_room_takes_as_many_as_it_has_seats(lab: None, book: Book) -> None:
    desks = await factories.a_room(units=3, booking_mode="per_seat")
    for _ in range(3):
        await book(viewer(await factories.a_member()), desks, hours(1))
    with pytest.raises(Refused, match="taken"):
        await book(viewer(await factories.a_member()), desks, hours(1.5))
    units = await Booking.select(Booking.unit).output(as_list=True)
    assert sorted(units) == [1, 2, 3]


async def test_seats_are_dealt_anew_when_only_the_numbering_is_in_the_way(
    ada: Viewer, lab: None, book: Book
) -> None:
    """Peaks decide: 1-2 on one seat, 3-4 on the other, then 1-4 still fits nobody twice."""
    desks = await factories.a_room(units=2, booking_mode="per_seat")
    people = [viewer(await factories.a_member()) for _ in range(4)]
    first = await book(people[0], desks, hours(1))
    second = await book(people[1], desks, hours(2))
    await Booking.update({Booking.unit: 2}).where(Booking.id == second.booking.id)
    assert first.booking.unit == 1
    assert (await book(people[2], desks, hours(1, 2))).new


async def test_only_staff_book_for_others_and_set_rules_aside(
    ada: Viewer, ben: Viewer, manager: Viewer, printer: Machine, book: Book
) -> None:
    override = Override(rules=frozenset({"too_long"}), reason="A week of prototypes")
    with pytest.raises(Forbidden):
        await book(ada, printer, hours(1), member_id=ben.id)
    with pytest.raises(Forbidden):
        await book(ada, printer, hours(0, 5), override=override)
    made = await book(manager, printer, hours(0, 5), member_id=ben.id, override=override)
    assert made.booking.member == ben.id
    [row] = await Activity.select().where(Activity.thing_id == made.booking.id)
    assert row["reason"] == "A week of prototypes"


async def test_nobody_sets_aside_that_it_is_taken(
    ada: Viewer, manager: Viewer, printer: Machine, book: Book
) -> None:
    await book(ada, printer, hours(1))
    override = Override(rules=frozenset({"taken"}), reason="Urgent")
    with pytest.raises(Refused, match="taken"):
        await book(manager, printer, hours(1, 2), override=override)


async def test_made_by_staff_once_its_window_is_open_counts_as_checked_in(
    ben: Viewer, manager: Viewer, printer: Machine, book: Book
) -> None:
    made = await book(manager, printer, hours(0), member_id=ben.id)
    assert (made.booking.status, made.booking.operator) == (Status.CHECKED_IN, ben.id)
    later = await book(manager, printer, hours(2), member_id=ben.id)
    assert later.booking.status == Status.CONFIRMED


async def test_starting_now_takes_the_minute_and_is_checked_in(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    now = travel(timedelta(minutes=7))
    made = await book(ada, printer, Period(now, hours(0).end), intent=NOW)
    assert (made.booking.status, made.booking.starts_at) == (Status.CHECKED_IN, now)


async def test_a_team_names_only_its_own_project(
    ada: Viewer, ben: Viewer, printer: Machine, book: Book
) -> None:
    project = await Project.objects().create(slug="saqi", lead=ben.id)
    with pytest.raises(Refused, match="not_in_project"):
        await book(ada, printer, hours(1), project_id=project.id)


async def test_whoever_is_extended_makes_room_for_those_who_are_dealt_anew(
    ada: Viewer, ben: Viewer, lab: None, book: Book
) -> None:
    """Their own old seat is where another one of that hour goes."""
    desks = await factories.a_room(units=2, booking_mode="per_seat")
    people = [viewer(await factories.a_member()) for _ in range(2)]
    await book(ben, desks, hours(1))
    mine = (await book(ada, desks, hours(1))).booking
    await book(people[0], desks, hours(2))
    await book(people[1], desks, hours(3))
    seats = [(ben, 1, 1), (ada, 1, 2), (people[0], 2, 1), (people[1], 3, 2)]
    await db.execute("UPDATE booking SET unit = -id")
    for who, start, unit in seats:
        theirs = (Booking.member == who.id) & (Booking.starts_at == hours(start).start)
        await Booking.update({Booking.unit: unit}).where(theirs)
    await changing.change(ada, mine.id, ends_at=hours(4).start)
    rows = await Booking.select(Booking.member, Booking.unit).order_by(Booking.id)
    assert [row["unit"] for row in rows] == [2, 1, 2, 2]
