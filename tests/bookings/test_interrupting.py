"""Something ends what runs: who is told, what they get back, what the machine has."""

from datetime import timedelta

import pytest

from fablab.activity.tables import Activity
from fablab.bookings import interrupting
from fablab.bookings.calling_off import Ended
from fablab.bookings.tables import Booking, Status, Strike, Waiting
from fablab.core.errors import Forbidden, NotFound, Refused
from fablab.core.facts import load
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer
from fablab.notifications.tables import Notification
from tests import factories
from tests.bookings.conftest import now_of, viewer
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.browser import Browser
from tests.support.counting import Counting


@pytest.fixture
async def member(lab: None) -> Member:
    return await factories.a_member()


@pytest.fixture
async def running(printer: Machine, member: Member, travel: Travel) -> Booking:
    """Checked in at nine, until eleven; it is half past nine."""
    found = await factories.a_booking(hours(0, 2), printer, member, status=Status.CHECKED_IN)
    travel(MONDAY + timedelta(minutes=30))
    return found


async def told() -> list[Notification]:
    return await Notification.objects().where(Notification.template == "bookings/called_off")


async def test_only_staff_interrupt(
    running: Booking, member: Member, ada: Viewer, manager: Viewer
) -> None:
    with pytest.raises(NotFound):
        await interrupting.interrupt(ada, running.id, Ended.FAULT)
    with pytest.raises(Forbidden):
        await interrupting.interrupt(viewer(member), running.id, Ended.FAULT)
    assert (await now_of(running)).status == Status.CHECKED_IN
    done = await interrupting.interrupt(manager, running.id, Ended.FAULT)
    assert done.status == Status.COMPLETED


async def test_it_ends_now_and_frees_the_rest(
    running: Booking, printer: Machine, manager: Viewer, member: Member
) -> None:
    waiting = await Waiting.objects().create(
        member=(await factories.a_member()).id,
        machine=printer.id,
        window_start=hours(0.5).start,
        window_end=hours(2).start,
        minutes=60,
        made_at=MONDAY,
    )
    for _ in range(2):
        await interrupting.interrupt(manager, running.id, Ended.SAFETY, "Smoke")
    found = await now_of(running)
    assert (found.status, found.ended_because) == (Status.COMPLETED, "safety")
    assert found.finished_at == found.busy_until == hours(0.5).start
    [notice] = await told()
    assert (notice.member, load(notice.facts)["note"]) == (member.id, "Smoke")
    assert await Booking.exists().where(Booking.waiting == waiting.id, Booking.kind == "offer")
    machine = await Machine.objects().get(Machine.id == printer.id)
    assert machine is not None
    assert machine.hours_counter == 30
    [entry] = await Activity.objects().where(Activity.verb == "interrupted")
    assert entry.member == member.id


async def test_the_turnaround_follows_the_new_end(
    lab: None, manager: Viewer, travel: Travel
) -> None:
    laser = await factories.a_machine(policy={"turnaround_minutes": 20})
    booking = await factories.a_booking(hours(0, 2), laser, status=Status.CHECKED_IN)
    travel(MONDAY + timedelta(minutes=30))
    await interrupting.interrupt(manager, booking.id, Ended.POWER)
    assert (await now_of(booking)).busy_until == MONDAY + timedelta(minutes=50)


async def test_who_had_not_come_yet_has_used_nothing(
    printer: Machine, member: Member, manager: Viewer, travel: Travel
) -> None:
    booking = await factories.a_booking(hours(0, 2), printer, member)
    travel(MONDAY + timedelta(minutes=5))
    await interrupting.interrupt(manager, booking.id, Ended.POWER)
    found = await now_of(booking)
    assert (found.status, found.finished_at) == (Status.COMPLETED, MONDAY)
    travel(MONDAY + timedelta(hours=1))
    assert not await Strike.exists()


async def test_what_does_not_run_is_not_interrupted(
    printer: Machine, member: Member, manager: Viewer
) -> None:
    ahead = await factories.a_booking(hours(3), printer, member)
    with pytest.raises(Refused) as refused:
        await interrupting.interrupt(manager, ahead.id, Ended.FAULT)
    assert refused.value.codes == ("not_running",)


async def test_what_starts_soon_is_cancelled_with_it(
    running: Booking, printer: Machine, member: Member, manager: Viewer
) -> None:
    soon = await factories.a_booking(hours(2), printer, member)
    later = await factories.a_booking(hours(4), printer, member)
    within = timedelta(hours=2)
    await interrupting.interrupt_all(manager, [printer.id], Ended.POWER, within=within)
    found = await now_of(soon)
    assert (found.status, found.cancel_reason) == (Status.CANCELLED, "power")
    assert found.gave_up is False
    assert (await now_of(later)).status == Status.CONFIRMED
    [notice] = await told()
    assert [each["booking"] for each in load(notice.facts)["items"]] == [running.id, soon.id]


async def test_many_cost_as_much_as_one(
    lab: None, manager: Viewer, travel: Travel, counted: Counting
) -> None:
    costs = []
    category = await factories.a_category()
    for number in (1, 5):
        machines = [await factories.a_machine(category=category) for _ in range(number)]
        for machine in machines:
            await factories.a_booking(hours(0, 2), machine, status=Status.CHECKED_IN)
        travel(MONDAY + timedelta(minutes=10))
        ids = [each.id for each in machines]
        with counted() as sent:
            rows = await interrupting.interrupt_all(manager, ids, Ended.POWER)
        assert len(rows) == number
        costs.append(sent)
    assert costs[1].count <= costs[0].count, costs[1].statements


async def test_the_page_of_a_booking_offers_it_to_staff(
    browser: Browser, running: Booking, manager: Viewer, member: Member
) -> None:
    address = f"/bookings/{running.id}"
    await browser.sign_in(member)
    assert "Interrupt it" not in (await browser.get(address)).text
    await browser.sign_in(manager.id)
    done = await browser.submit(address, f"{address}/interrupt", because="fault")
    assert done.status_code == 303
    text = (await browser.get(address)).text
    assert "A fault of the machine" in text
    assert "interrupted" in text
