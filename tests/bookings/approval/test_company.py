"""Machines used by two: who may be named, who may answer, and what waits for them."""

from datetime import timedelta
from typing import Any

import pytest

from fablab.bookings import cancelling, changing, checkin
from fablab.bookings.approval.actions import approve
from fablab.bookings.approval.company import agree, decline, name_buddy
from fablab.bookings.tables import Booking, Status
from fablab.core.errors import NotFound, Refused
from fablab.machines.tables import Machine
from fablab.members.tables import HoldKind, Member
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.approval.conftest import FINE, a_safe_member, stored, told
from tests.bookings.conftest import Book
from tests.bookings.conftest import viewer as seen_as
from tests.conftest import Travel
from tests.factories import MONDAY, hours


@pytest.fixture
async def carl(lab: None) -> Viewer:
    """Of age, with the safety certificate, and free."""
    return seen_as(await a_safe_member(given_name_latin="Carl"))


async def refused_codes(book: Book, *given: Any, **more: Any) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        await book(*given, **more)
    return refused.value.codes


async def a_pair(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer, start: float = 26
) -> Booking:
    return (await book(ada, kiln, hours(start), buddy_id=carl.id)).booking


async def test_it_waits_for_whom_one_named_until_it_starts(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer
) -> None:
    booking = await a_pair(book, ada, kiln, carl, start=24 * 7)
    assert (booking.status, booking.awaits) == (Status.PENDING, "buddy")
    assert booking.decide_by == booking.starts_at
    assert await told(carl) == ["bookings/buddy_asked"]
    assert await told(ada) == ["bookings/requested"]


async def test_nobody_named_nothing_booked(book: Book, ada: Viewer, kiln: Machine) -> None:
    assert await refused_codes(book, ada, kiln, hours(26)) == ("buddy_missing",)


async def a_pupil() -> Member:
    return await a_safe_member(birth_year=2012, declared_adult=False)


async def uncertified() -> Member:
    return await factories.a_member()


async def stopped() -> Member:
    member = await a_safe_member()
    await factories.a_hold(member, HoldKind.SAFETY)
    return member


async def lapsing() -> Member:
    """Their certificate ends the day before."""
    member = await factories.a_member()
    await factories.a_certificate("safety", member, valid_until=MONDAY.date())
    return member


async def closed() -> Member:
    return await a_safe_member(state="closed")


async def at_the_lathe() -> Member:
    member = await a_safe_member()
    await factories.a_booking(hours(26.5), member=member)
    return member


@pytest.mark.parametrize("someone", [a_pupil, uncertified, stopped, lapsing, closed, at_the_lathe])
async def test_who_may_not_be_second(
    someone: Any, book: Book, ada: Viewer, kiln: Machine, carl: Viewer
) -> None:
    member = await someone()
    found = await refused_codes(book, ada, kiln, hours(26), buddy_id=member.id)
    assert found == ("buddy_missing",)
    assert await told(member) == []


async def test_nobody_accompanies_themselves(book: Book, kiln: Machine, carl: Viewer) -> None:
    found = await refused_codes(book, carl, kiln, hours(26), buddy_id=carl.id)
    assert found == ("buddy_missing",)


async def test_a_print_in_the_night_keeps_nobody_away(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer
) -> None:
    """Only a machine at which somebody must stand does."""
    printer = await factories.a_machine(policy=FINE | {"attendance": "anytime"})
    await book(carl, printer, hours(26))
    assert (await a_pair(book, ada, kiln, carl)).status == Status.PENDING


async def test_agreed_it_is_confirmed(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer, travel: Travel
) -> None:
    booking = await a_pair(book, ada, kiln, carl)
    now = travel(timedelta(hours=1))
    await agree(carl, booking.id)
    await agree(carl, booking.id)  # twice is once
    found = await stored(booking)
    assert (found.status, found.awaits, found.buddy_agreed_at) == (Status.CONFIRMED, "", now)
    assert await told(ada) == ["bookings/requested", "bookings/buddy_agreed"]


async def test_whoever_agreed_once_is_engaged_then(
    book: Book, ada: Viewer, ben: Viewer, kiln: Machine, carl: Viewer
) -> None:
    other = await factories.a_machine(policy=FINE, buddy_required=True)
    first, second = await a_pair(book, ada, kiln, carl), await a_pair(book, ben, other, carl)
    await agree(carl, first.id)
    with pytest.raises(Refused) as refused:
        await agree(carl, second.id)
    assert refused.value.codes == ("buddy_missing",)


async def test_only_they_may_answer(
    book: Book, ada: Viewer, ben: Viewer, kiln: Machine, carl: Viewer, manager: Viewer
) -> None:
    booking = await a_pair(book, ada, kiln, carl)
    for somebody in (ada, ben, manager):
        for answer in (agree, decline):
            with pytest.raises(NotFound):
                await answer(somebody, booking.id)


async def test_declined_its_member_hears_and_names_another(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer
) -> None:
    booking = await a_pair(book, ada, kiln, carl)
    await decline(carl, booking.id)
    found = await stored(booking)
    assert (found.status, found.buddy) == (Status.PENDING, None)
    assert (await told(ada))[-1] == "bookings/buddy_declined"
    dora = seen_as(await a_safe_member(given_name_latin="Dora"))
    await name_buddy(ada, booking.id, dora.id)
    with pytest.raises(NotFound):
        await agree(carl, booking.id)
    await agree(dora, booking.id)
    assert (await stored(booking)).status == Status.CONFIRMED


async def test_who_cannot_come_after_all_sets_it_waiting_again(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer
) -> None:
    booking = await a_pair(book, ada, kiln, carl)
    await agree(carl, booking.id)
    await decline(carl, booking.id)
    found = await stored(booking)
    assert (found.status, found.awaits) == (Status.PENDING, "buddy")
    assert (found.buddy_agreed_at, found.decide_by) == (None, found.starts_at)


async def test_another_is_named_only_if_they_may(
    book: Book, ada: Viewer, ben: Viewer, kiln: Machine, carl: Viewer
) -> None:
    booking = await a_pair(book, ada, kiln, carl)
    for wrong in (await a_pupil(), await uncertified()):
        with pytest.raises(Refused) as refused:
            await name_buddy(ada, booking.id, wrong.id)
        assert refused.value.codes == ("buddy_missing",)
    with pytest.raises(NotFound):
        await name_buddy(ben, booking.id, (await a_safe_member()).id)
    assert (await stored(booking)).buddy == carl.id


async def test_moved_they_are_asked_again(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer
) -> None:
    booking = await a_pair(book, ada, kiln, carl)
    await agree(carl, booking.id)
    await changing.change(ada, booking.id, starts_at=hours(28).start)
    found = await stored(booking)
    assert (found.status, found.awaits, found.buddy_agreed_at) == (Status.PENDING, "buddy", None)
    assert await told(carl) == ["bookings/buddy_asked", "bookings/buddy_asked"]


async def test_shortened_nobody_is_asked(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer
) -> None:
    booking = await a_pair(book, ada, kiln, carl)
    await agree(carl, booking.id)
    await changing.change(ada, booking.id, ends_at=hours(26.5).start)
    assert (await stored(booking)).status == Status.CONFIRMED


async def test_cancelled_whoever_agreed_hears(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer
) -> None:
    booking = await a_pair(book, ada, kiln, carl)
    await agree(carl, booking.id)
    await cancelling.cancel(ada, booking.id)
    assert await told(carl) == ["bookings/buddy_asked", "bookings/buddy_free"]


async def test_it_waits_for_both_whoever_comes_first(
    book: Book, ada: Viewer, carl: Viewer, manager: Viewer
) -> None:
    machine = await factories.a_machine(policy=FINE | {"needs_approval": True}, buddy_required=True)
    one, other = [await a_pair(book, ada, machine, carl, start) for start in (26, 28)]
    await approve(manager, one.id)
    assert ((await stored(one)).status, (await stored(one)).awaits) == (Status.PENDING, "buddy")
    await agree(carl, one.id)
    await agree(carl, other.id)
    assert (await stored(other)).awaits == "approval"
    await approve(manager, other.id)
    assert {(await stored(each)).status for each in (one, other)} == {Status.CONFIRMED}


async def test_what_waits_for_the_second_person_alone_staff_cannot_approve(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer, manager: Viewer
) -> None:
    booking = await a_pair(book, ada, kiln, carl)
    with pytest.raises(Refused) as refused:
        await approve(manager, booking.id)
    assert refused.value.codes == ("nothing_to_decide",)


async def test_unanswered_it_expires_at_its_start(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer, travel: Travel
) -> None:
    booking = await a_pair(book, ada, kiln, carl, start=2)
    travel(hours(2).start)
    with pytest.raises(Refused):
        await agree(carl, booking.id)
    assert (await stored(booking)).status == Status.EXPIRED


async def test_at_check_in_they_must_still_be_free(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer, travel: Travel
) -> None:
    booking = await a_pair(book, ada, kiln, carl, start=2)
    await agree(carl, booking.id)
    lathe = await factories.a_machine(policy=FINE)
    elsewhere = (await book(carl, lathe, hours(2.5))).booking
    travel(hours(2).start)
    with pytest.raises(Refused) as refused:
        await checkin.check_in(ada, booking.id)
    assert refused.value.codes == ("buddy_missing",)
    await cancelling.cancel(carl, elsewhere.id, give_up=True)
    assert (await checkin.check_in(ada, booking.id)).status == Status.CHECKED_IN


async def test_booking_with_somebody_asks_little(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer, counted: Any
) -> None:
    await a_pair(book, ada, kiln, carl)
    with counted() as asked:
        booking = await a_pair(book, ada, kiln, carl, start=28)
    assert asked.count <= 16, asked.statements
    with counted() as asked:
        await agree(carl, booking.id)
    assert asked.count <= 16, asked.statements


async def test_shortened_at_its_front_it_waits_until_the_new_start(
    book: Book, ada: Viewer, kiln: Machine, carl: Viewer
) -> None:
    booking = (await book(ada, kiln, hours(26, 2), buddy_id=carl.id)).booking
    await changing.change(ada, booking.id, starts_at=hours(27).start, ends_at=hours(28).start)
    found = await stored(booking)
    assert (found.status, found.awaits) == (Status.PENDING, "buddy")
    assert found.decide_by == hours(27).start
