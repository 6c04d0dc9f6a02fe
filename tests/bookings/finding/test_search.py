"""The search finds what the rules allow: all of it, nothing else, in order, and soon enough."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from fablab.bookings import choices, rules
from fablab.bookings.finding import looking, search
from fablab.bookings.finding.search import Found, Sought, suited
from fablab.bookings.knowing import known
from fablab.bookings.rules import Wish
from fablab.bookings.situation import Situation
from fablab.core import clock
from fablab.core.periods import Period
from fablab.machines.catalogue import MachineView
from fablab.machines.queries import catalogue
from fablab.machines.tables import Machine
from fablab.members.tables import BookingWindows, Member
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.scenarios.conftest import a_fine_machine
from tests.factories import MONDAY, hours

DAY = timedelta(days=1)
NIGHT = {"attendance": "start_and_end_staffed", "max_minutes": 1440}


async def found(who: Viewer, sought: Sought) -> list[Found]:
    return list(await looking.find(await known(who.id, clock.now()), sought))


async def wanted(*machines: Machine, length: float = 1, days: float = 1, **more: Any) -> Sought:
    views = (await catalogue()).machines
    ids = {each.id for each in machines}
    return Sought(
        machines=tuple(view for view in views if view.id in ids),
        length=timedelta(hours=length),
        span=Period(MONDAY, MONDAY + DAY * days),
        **more,
    )


def starts(of: list[Found]) -> list[str]:
    return [f"{each.period.start:%a %H:%M}" for each in of]


async def test_each_free_stretch_has_its_first_start(ada: Viewer, printer: Machine) -> None:
    await factories.a_booking(hours(1), machine=printer)
    await factories.a_booking(hours(2.5), machine=printer)
    of = await found(ada, await wanted(printer))
    assert starts(of) == ["Mon 09:00", "Mon 12:30"]
    assert [f"{each.until:%H:%M}" for each in of] == ["10:00", "18:30"]


async def test_several_machines_come_in_order_of_time(ada: Viewer, printer: Machine) -> None:
    other = await a_fine_machine(position=9)
    await factories.a_booking(hours(0, 2), machine=other)
    of = await found(ada, await wanted(printer, other, days=2))
    assert [(each.machine.id, f"{each.period.start:%a %H:%M}") for each in of] == [
        (printer.id, "Mon 09:00"),
        (other.id, "Mon 11:00"),
        (printer.id, "Tue 09:00"),
        (other.id, "Tue 09:00"),
    ]


async def test_hours_of_the_day(ada: Viewer, printer: Machine) -> None:
    afternoon = await wanted(printer, days=2, hours=(time(14), time(16)))
    assert starts(await found(ada, afternoon)) == ["Mon 14:00", "Tue 14:00"]
    long = await wanted(printer, length=3, days=2, hours=(time(14), time(16)))
    assert starts(await found(ada, long)) == ["Mon 14:00", "Tue 14:00"]


async def test_a_night_and_days_on_end(ada: Viewer) -> None:
    night = await a_fine_machine(NIGHT)
    assert starts(await found(ada, await wanted(night, length=16, days=2))) == [
        "Mon 17:00",
        "Tue 17:00",
    ]
    anytime = await a_fine_machine({"attendance": "anytime", "max_minutes": 10080})
    of = await found(ada, await wanted(anytime, length=24 * 7, days=9))
    assert starts(of) == ["Mon 09:00", "Tue 00:00", "Wed 00:00"]


async def test_what_they_may_not_use_is_left_out_and_said_why(ada: Viewer, lab: None) -> None:
    laser = await a_fine_machine(certification=(await factories.a_certification("laser")).id)
    sought = await wanted(laser)
    assert await found(ada, sought) == []
    why = search.barred(await known(ada.id, clock.now()), sought)
    assert [problem.code for problem in why[laser.id]] == ["not_certified"]


async def test_longer_than_the_machine_allows_is_said(ada: Viewer, printer: Machine) -> None:
    sought = await wanted(printer, length=5)
    assert await found(ada, sought) == []
    why = search.barred(await known(ada.id, clock.now()), sought)
    assert [problem.code for problem in why[printer.id]] == ["too_long"]


async def test_who_has_as_many_as_they_may_is_told(ada: Viewer, printer: Machine) -> None:
    from fablab.quotas.tables import Quota

    await Quota.objects().create(measure="open", most=1)
    member = await Member.objects().get(Member.id == ada.id)
    await factories.a_booking(hours(3), machine=printer, member=member)
    sought = await wanted(printer, days=8)
    known_by_now = await looking.looked(await known(ada.id, clock.now()), sought)
    assert list(search.search(known_by_now, sought)) == []
    why = search.barred(known_by_now, sought)
    assert [problem.code for problem in why[printer.id]] == ["quota_exceeded"]


async def test_a_plan_of_open_lab_hours(ada: Viewer, printer: Machine) -> None:
    plan = await factories.a_plan(windows=BookingWindows.OPEN_LAB)
    await Member.update({Member.plan: plan.id}).where(Member.id == ada.id)
    of = await found(ada, await wanted(printer, days=6))
    assert starts(of) == ["Wed 14:30", "Sat 09:00"]


async def test_a_used_up_week_leaves_the_next(ada: Viewer, printer: Machine) -> None:
    from fablab.quotas.tables import Quota

    await Quota.objects().create(measure="hours", span="week", most=60)
    member = await Member.objects().get(Member.id == ada.id)
    await factories.a_booking(hours(3), machine=printer, member=member)
    of = await found(ada, await wanted(printer, days=8))
    assert starts(of) == ["Mon 09:00"]
    assert of[0].period.start == MONDAY + 7 * DAY


async def test_nobody_is_offered_two_places_at_once(ada: Viewer, printer: Machine) -> None:
    other = await a_fine_machine()
    member = await Member.objects().get(Member.id == ada.id)
    await factories.a_booking(hours(0, 2), machine=other, member=member)
    assert starts(await found(ada, await wanted(printer))) == ["Mon 11:00"]


async def test_the_first_free_seat(ada: Viewer, lab: None) -> None:
    room = await factories.a_room(
        units=2, booking_mode="per_seat", policy={"granularity_minutes": 15, "min_minutes": 15}
    )
    await factories.a_booking(hours(0, 3), machine=room, unit=1)
    await factories.a_booking(hours(1, 3), machine=room, unit=2)
    assert starts(await found(ada, await wanted(room, length=2))) == ["Mon 12:00"]


async def test_all_that_the_rules_allow_and_nothing_else(ada: Viewer, printer: Machine) -> None:
    """Against the rules asked of every single start, on machines of every kind."""
    member = await Member.objects().get(Member.id == ada.id)
    turn = await a_fine_machine({"turnaround_minutes": 30, "notice_to_book_minutes": 120})
    night = await a_fine_machine(NIGHT)
    await factories.a_closure(date(2026, 12, 3))
    for machine in (printer, turn, night):
        for start in (2, 4, 26, 29, 50, 97):
            await factories.a_booking(hours(start, 1.25), machine=machine)
    await factories.a_booking(hours(6, 2), machine=printer, member=member)
    for length in (0.25, 1, 3.5):
        sought = await wanted(printer, turn, night, length=length, days=6)
        situation = await looking.looked(await known(ada.id, clock.now()), sought)
        of = list(search.search(situation, sought))
        assert of == sorted(of, key=lambda each: (each.period.start, each.machine.position))
        allowed = {
            (view.id, at) for view in sought.machines for at in legal(situation, view, sought)
        }
        assert {(each.machine.id, each.period.start) for each in of} <= allowed
        for machine_id, at in allowed:
            assert any(
                each.machine.id == machine_id and each.period.start <= at <= each.until
                for each in of
            ), (machine_id, at)


def legal(situation: Situation, view: MachineView, sought: Sought) -> Iterator[datetime]:
    for at in choices.grid(sought.span.start, sought.span.end, situation, view):
        period = suited(view, at, sought.length)
        wish = Wish(machine_id=view.id, period=period)
        if period.end <= sought.span.end and not rules.problems(wish, situation.facts(wish)):
            yield at


@pytest.mark.parametrize("bookings", [2, 40])
async def test_statements_do_not_grow_with_the_bookings(
    bookings: int, ada: Viewer, printer: Machine, counted: Any
) -> None:
    for number in range(bookings):
        await factories.a_booking(hours(number * 2), machine=printer)
    sought = await wanted(printer, days=7)
    await found(ada, sought)
    with counted() as sent:
        await found(ada, sought)
    assert sent.count <= 6, sent.statements
