"""The minutes a machine was really used are counted once, however a use ends."""

import asyncio
from datetime import timedelta

import pytest

from fablab.activity.tables import Activity
from fablab.bookings import checkin, completion
from fablab.bookings.tables import Kind, Status
from fablab.core.errors import Refused
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.conftest import Book, viewer
from tests.conftest import Travel
from tests.factories import MONDAY, hours


async def counter(machine: Machine) -> int:
    [row] = await Machine.select(Machine.hours_counter).where(Machine.id == machine.id)
    return int(row["hours_counter"])


async def test_finishing_counts_from_check_in_and_only_once(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    booking = (await book(ada, printer, hours(1))).booking
    travel(MONDAY + timedelta(hours=1, minutes=5))
    await checkin.check_in(ada, booking.id)
    travel(MONDAY + timedelta(hours=1, minutes=42))
    await checkin.finish(ada, booking.id, note="The bed is worn")
    assert await counter(printer) == 37
    travel(timedelta(minutes=10))
    await checkin.finish(ada, booking.id)
    travel(timedelta(hours=3))
    await completion.complete_due()
    assert await counter(printer) == 37
    told = await Activity.objects().get(Activity.verb == "finished")
    assert told is not None
    assert told.reason == "The bed is worn"
    assert '"minutes":37' in told.after.replace(" ", "")


async def test_who_came_before_the_start_counts_from_the_start(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    booking = (await book(ada, printer, hours(1))).booking
    travel(MONDAY + timedelta(minutes=51))
    await checkin.check_in(ada, booking.id)
    travel(MONDAY + timedelta(minutes=58))
    await checkin.finish(ada, booking.id)
    assert await counter(printer) == 0


async def test_what_completes_by_itself_counts_to_its_end(printer: Machine, travel: Travel) -> None:
    other = await factories.a_machine()
    for start in (1, 2):
        await factories.a_booking(hours(start), printer, status=Status.CHECKED_IN)
    await factories.a_booking(hours(1, 0.5), other, kind=Kind.TRAINING)
    await factories.a_booking(hours(2), other, kind=Kind.MAINTENANCE)
    travel(hours(4).start)
    assert await completion.complete_due() == 4
    assert (await counter(printer), await counter(other)) == (120, 30)
    assert await completion.complete_due() == 0
    assert (await counter(printer), await counter(other)) == (120, 30)


async def test_a_refused_finish_counts_nothing(ada: Viewer, printer: Machine, book: Book) -> None:
    booking = (await book(ada, printer, hours(1))).booking
    with pytest.raises(Refused):
        await checkin.finish(ada, booking.id)
    assert await counter(printer) == 0


async def test_finished_while_it_completes_by_itself_it_counts_once(
    committed_database: object, travel: Travel
) -> None:
    """Both at once, in transactions of their own."""
    await factories.a_lab()
    machine = await factories.a_machine()
    member = await factories.a_member()
    ada = viewer(member)
    booking = await factories.a_booking(hours(1), machine, member, status=Status.CHECKED_IN)
    travel(hours(2).start)
    await asyncio.gather(
        *(checkin.finish(ada, booking.id) for _ in range(3)),
        *(completion.complete_due() for _ in range(3)),
    )
    assert await counter(machine) == 60
