"""Absences that were none, absences forgiven, and what giving up late costs."""

from datetime import timedelta

import pytest

from fablab.activity.tables import Activity
from fablab.bookings import cancelling, correcting, forgiving
from fablab.bookings.release import release_due
from fablab.bookings.tables import Booking, Status, Strike
from fablab.core.errors import Forbidden, NotFound, Refused
from fablab.lab.tables import Lab
from fablab.machines.tables import Machine
from fablab.members.tables import Hold, HoldKind, Member
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.conftest import Book, now_of, viewer
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.browser import Browser


@pytest.fixture
async def member(lab: None) -> Member:
    return await factories.a_member()


@pytest.fixture
async def missed(printer: Machine, member: Member, travel: Travel) -> Booking:
    """From ten to eleven, released at a quarter past."""
    found = await factories.a_booking(hours(1), printer, member)
    travel(MONDAY + timedelta(hours=1, minutes=15))
    assert await release_due() == 1
    return found


async def test_what_was_taken_meanwhile_stays_taken(
    missed: Booking, printer: Machine, ben: Viewer, manager: Viewer, book: Book, travel: Travel
) -> None:
    travel(MONDAY + timedelta(hours=1, minutes=16))
    other = (await book(ben, printer, hours(1.5, 1))).booking
    corrected = await correcting.was_here(manager, missed.id)
    assert corrected.status == Status.COMPLETED
    assert corrected.busy_until == hours(1.25).start
    assert corrected.busy_until <= other.starts_at


async def test_its_time_is_cut_where_somebody_started_before_the_release(
    missed: Booking, printer: Machine, manager: Viewer, travel: Travel
) -> None:
    """A start to the minute lies before a release of some seconds later."""
    await factories.a_booking(hours(1.2, 0.5), printer, status=Status.CHECKED_IN)
    corrected = await correcting.was_here(manager, missed.id)
    assert corrected.busy_until == hours(1.2).start


async def test_only_a_no_show_is_corrected_and_only_by_staff(
    missed: Booking, printer: Machine, member: Member, ben: Viewer, manager: Viewer
) -> None:
    with pytest.raises(NotFound):
        await correcting.was_here(ben, missed.id)
    with pytest.raises(Forbidden):
        await correcting.was_here(viewer(member), missed.id)
    ahead = await factories.a_booking(hours(5), printer, member)
    with pytest.raises(Refused) as refused:
        await correcting.was_here(manager, ahead.id)
    assert refused.value.codes == ("not_a_no_show",)


async def test_the_page_offers_it_to_staff(
    browser: Browser, missed: Booking, member: Member, manager: Viewer
) -> None:
    address = f"/bookings/{missed.id}"
    await browser.sign_in(member)
    assert "They were here" not in (await browser.get(address)).text
    await browser.sign_in(manager.id)
    await browser.submit(address, f"{address}/was-here")
    assert (await now_of(missed)).status == Status.COMPLETED
    assert "Put right: they were here" in (await browser.get(address)).text


async def strikes_of(member: Member, number: int) -> list[Strike]:
    """So many in the last days, and the hold that three of them put."""
    found = []
    for days in range(number, 0, -1):
        booking = await factories.a_booking(hours(-24 * days), None, member, status=Status.NO_SHOW)
        at = MONDAY - timedelta(days=days)
        found.append(await Strike.objects().create(member=member.id, booking=booking.id, at=at))
    return found


async def a_hold(member: Member, since: timedelta) -> Hold:
    return await Hold.objects().create(
        member=member.id,
        kind=HoldKind.NO_SHOW,
        reason="no_show",
        starts_at=MONDAY - since,
        ends_at=MONDAY + timedelta(days=6),
    )


async def test_a_forgiven_strike_lifts_the_hold_that_stood_on_it(
    member: Member, manager: Viewer
) -> None:
    first, *_ = await strikes_of(member, 3)
    hold = await a_hold(member, timedelta(days=1))
    assert await forgiving.forgive(manager, first.id, "Ill") == forgiving.Forgiven(True, True)
    lifted = await Hold.objects().get(Hold.id == hold.id)
    assert lifted is not None
    assert (lifted.lifted_at, lifted.lift_reason) == (MONDAY, "Ill")
    assert await forgiving.forgive(manager, first.id, "Ill") == forgiving.Forgiven(False, False)


async def test_a_hold_stays_that_enough_others_bear(member: Member, manager: Viewer) -> None:
    first, *_ = await strikes_of(member, 4)
    hold = await a_hold(member, timedelta(days=1))
    await forgiving.forgive(manager, first.id, "Ill")
    kept = await Hold.objects().get(Hold.id == hold.id)
    assert kept is not None
    assert kept.lifted_at is None


async def test_holds_of_other_kinds_stay(member: Member, manager: Viewer) -> None:
    [strike] = await strikes_of(member, 1)
    hold = await factories.a_hold(member)
    await forgiving.forgive(manager, strike.id, "Ill")
    kept = await Hold.objects().get(Hold.id == hold.id)
    assert kept is not None
    assert kept.lifted_at is None


async def test_forgiving_takes_staff_and_a_reason(
    member: Member, ben: Viewer, manager: Viewer
) -> None:
    [strike] = await strikes_of(member, 1)
    with pytest.raises(Forbidden):
        await forgiving.forgive(ben, strike.id, "Ill")
    with pytest.raises(Refused):
        await forgiving.forgive(manager, strike.id, "  ")


async def test_the_desk_lists_and_forgives_them(
    browser: Browser, member: Member, manager: Viewer
) -> None:
    [strike] = await strikes_of(member, 1)
    await browser.sign_in(manager.id)
    page = f"/desk/members/{member.number}"
    address = f"/desk/strikes/{strike.id}/forgive"
    done = await browser.submit(page, address, reason="The tablet was off")
    assert done.headers["location"] == page
    text = (await browser.get(page)).text
    assert "forgiven" in text
    assert "The tablet was off" in text
    assert await Activity.exists().where(Activity.verb == "forgave")
    await browser.sign_in(member)
    assert "The tablet was off" in (await browser.get("/me")).text


@pytest.mark.parametrize(("policy", "halves"), [("0", None), ('"1/2"', 1), ("1", 2)])
async def test_giving_up_late_costs_what_the_lab_says(
    printer: Machine, member: Member, policy: str, halves: int | None
) -> None:
    await Lab.update({Lab.policy: f'{{"late_cancellation_strikes": {policy}}}'}, force=True)
    booking = await factories.a_booking(hours(1), printer, member)
    done = await cancelling.cancel(viewer(member), booking.id, give_up=True)
    assert (done.gave_up, done.busy_until) == (True, done.starts_at)
    strike = await Strike.objects().get(Strike.booking == booking.id)
    assert (strike.halves if strike else None) == halves


async def test_halves_add_up_to_a_hold(printer: Machine, member: Member) -> None:
    policy = '{"late_cancellation_strikes": "1/2", "strikes": 1}'
    await Lab.update({Lab.policy: policy}, force=True)
    for start in (1, 1.5):
        assert not await Hold.exists()
        booking = await factories.a_booking(hours(start, 0.5), printer, member)
        await cancelling.cancel(viewer(member), booking.id, give_up=True)
    assert await Hold.exists()
