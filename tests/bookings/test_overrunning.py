"""Still running at the end: who may say so, when, and what comes of it."""

from datetime import timedelta

import pytest

from fablab.bookings.overrunning import still_running
from fablab.bookings.tables import Booking, Status
from fablab.core.errors import NotFound, Refused
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
    """Checked in from nine to ten; it is five to ten."""
    found = await factories.a_booking(hours(0), printer, member, status=Status.CHECKED_IN)
    travel(MONDAY + timedelta(minutes=55))
    return found


async def test_it_goes_on_step_by_step(running: Booking, member: Member) -> None:
    for end in (1.25, 1.5):
        found = await still_running(viewer(member), running.id)
        assert found.until == hours(end).start
        if end == 1.25:
            with pytest.raises(Refused) as refused:
                await still_running(viewer(member), running.id)
            assert refused.value.codes == ("too_early",)
            return


async def test_staff_say_it_too_and_strangers_do_not(
    running: Booking, ben: Viewer, manager: Viewer
) -> None:
    with pytest.raises(NotFound):
        await still_running(ben, running.id)
    assert (await still_running(manager, running.id)).until == hours(1.25).start


@pytest.mark.parametrize(("minutes", "code"), [(-20, "too_early"), (16, "too_late")])
async def test_near_its_end_only(
    running: Booking, member: Member, travel: Travel, minutes: int, code: str
) -> None:
    travel(hours(1).start + timedelta(minutes=minutes))
    with pytest.raises(Refused) as refused:
        await still_running(viewer(member), running.id)
    assert refused.value.codes == (code,)


async def test_the_rules_are_asked(lab: None, member: Member, travel: Travel) -> None:
    policy = {"granularity_minutes": 15, "max_minutes": 60}
    laser = await factories.a_machine(policy=policy)
    booking = await factories.a_booking(hours(0), laser, member, status=Status.CHECKED_IN)
    travel(MONDAY + timedelta(minutes=55))
    with pytest.raises(Refused) as refused:
        await still_running(viewer(member), booking.id)
    assert refused.value.codes == ("too_long",)
    assert (await now_of(booking)).overran_at is None


async def test_what_was_finished_by_hand_does_not_go_on(
    printer: Machine, member: Member, travel: Travel
) -> None:
    booking = await factories.a_booking(
        hours(0), printer, member, status=Status.COMPLETED, finished_at=hours(0.9).start
    )
    travel(MONDAY + timedelta(minutes=58))
    with pytest.raises(Refused) as refused:
        await still_running(viewer(member), booking.id)
    assert refused.value.codes == ("not_running",)


async def test_who_booked_both_is_told_nothing(
    running: Booking, printer: Machine, member: Member
) -> None:
    await factories.a_booking(hours(1), printer, member)
    found = await still_running(viewer(member), running.id)
    assert (found.until, found.told) == (None, None)
    assert not await Notification.exists()


async def test_the_page_says_that_somebody_waits(
    browser: Browser, running: Booking, printer: Machine, member: Member, counted: Counting
) -> None:
    await factories.a_booking(hours(1), printer)
    await browser.sign_in(member)
    address = f"/bookings/{running.id}"
    shown = await browser.get(address)
    with counted() as sent:
        done = await browser.send_form(shown, f"{address}/still-running")
    assert done.status_code == 303
    assert sent.count <= 24, sent.statements
    assert "Please make room soon" in (await browser.get(address)).text
    assert (await now_of(running)).status == Status.CHECKED_IN
