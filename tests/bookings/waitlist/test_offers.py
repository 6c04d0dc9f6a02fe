"""Offers: who gets one, for how long, and what follows when time frees."""

from datetime import timedelta
from typing import Any

import pytest

from fablab.bookings import cancelling, checkin, checks, expiry, release
from fablab.bookings.tables import Booking, Kind, Status, Waiting
from fablab.bookings.waitlist import answering, leaving
from fablab.bookings.waitlist.line import lapse_due
from fablab.core.errors import NotFound, Refused
from fablab.core.periods import Period
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from fablab.notifications.tables import Notification
from tests import factories
from tests.bookings.conftest import Book, viewer
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.counting import Counting

OTHERWISE = "places in line that are offered otherwise than they say"
MINUTE = timedelta(minutes=1)


async def offers() -> list[Booking]:
    """The live ones."""
    open_ones = (Booking.kind == Kind.OFFER) & (Booking.status == Status.PENDING)
    return await Booking.objects().where(open_ones).order_by(Booking.id)


async def the_offer() -> Booking:
    [found] = await offers()
    return found


async def told(member: int) -> list[str]:
    rows = (
        await Notification.select(Notification.template)
        .where(Notification.member == member)
        .order_by(Notification.id)
    )
    return [row["template"].removeprefix("bookings/") for row in rows]


async def state(entry: Waiting) -> str:
    row = await Waiting.select(Waiting.state).where(Waiting.id == entry.id).first()
    return str(row["state"])


async def give_up(book: Book, ada: Viewer, machine: Machine, period: Period) -> None:
    """Ada has booked it; now it frees."""
    made = await book(ada, machine, period)
    await cancelling.cancel(ada, made.booking.id, give_up=True)


async def asking(entry: Waiting) -> Viewer:
    from fablab.members.tables import Member

    found = await Member.objects().get(Member.id == entry.member)
    assert found is not None
    return viewer(found)


async def test_the_first_in_line_is_offered_what_frees(
    ada: Viewer, printer: Machine, book: Book
) -> None:
    made = await book(ada, printer, hours(1))
    first, second = await factories.a_waiting(printer), await factories.a_waiting(printer)
    assert await offers() == []
    await cancelling.cancel(ada, made.booking.id, give_up=True)
    offer = await the_offer()
    assert (offer.member, offer.waiting, offer.period) == (first.member, first.id, hours(1))
    assert (await state(first), await state(second)) == ("offered", "waiting")
    assert await told(first.member) == ["offered"]


async def test_who_is_silent_keeps_their_place_and_the_next_is_asked(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    first, second = await factories.a_waiting(printer), await factories.a_waiting(printer)
    await give_up(book, ada, printer, hours(1))
    travel(timedelta(minutes=15))
    assert await expiry.expire_due() == 1
    offer = await the_offer()
    assert offer.waiting == second.id
    assert (await state(first), await state(second)) == ("waiting", "offered")
    assert await told(first.member) == ["offered", "offer_expired"]
    travel(timedelta(minutes=15))
    await expiry.expire_due()
    assert await offers() == []  # nobody is offered again what they let go


async def test_a_line_of_five_is_asked_in_order_to_the_end(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    line = [await factories.a_waiting(printer, hours(5)) for _ in range(5)]
    await give_up(book, ada, printer, hours(5))
    asked = []
    for number in range(5):
        offer = await the_offer()
        asked.append(offer.waiting)
        if number % 2:
            await answering.decline(await asking(line[number]), offer.id)
        else:
            travel(offer.decide_by)
            await expiry.expire_due()
    assert asked == [entry.id for entry in line]
    assert await offers() == []


async def test_after_two_silent_holders_the_rest_have_a_quarter_of_an_hour(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    for _ in range(4):
        await factories.a_waiting(printer, hours(8.5))
    await give_up(book, ada, printer, hours(8.5))
    held = []
    now = MONDAY
    for _ in range(3):
        offer = await the_offer()
        held.append((offer.decide_by - now) / MINUTE)
        now = travel(offer.decide_by)
        await expiry.expire_due()
    assert held == [120, 120, 15]


async def test_accepting_turns_that_row_into_the_booking(
    ada: Viewer, printer: Machine, book: Book
) -> None:
    entry = await factories.a_waiting(printer)
    await give_up(book, ada, printer, hours(1))
    offer, owner = await the_offer(), await asking(entry)
    made = await answering.accept(owner, offer.id)
    assert (made.id, made.kind, made.status) == (offer.id, Kind.USE, Status.CONFIRMED)
    assert made.release_at == hours(1.25).start
    assert await state(entry) == "served"
    assert (await answering.accept(owner, offer.id)).id == made.id
    assert await told(entry.member) == ["offered", "made"]


async def test_time_that_has_begun_is_held_five_minutes_and_checked_in_at_once(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    await book(ada, printer, hours(1, 2))
    entry = await factories.a_waiting(printer, hours(1, 2), minutes=60)
    travel(MONDAY + timedelta(minutes=75))
    assert await release.release_due() == 1
    offer = await the_offer()
    assert offer.period == hours(1.25)
    travel(MONDAY + timedelta(minutes=79, seconds=30))
    assert await expiry.expire_due() == 0
    made = await answering.accept(await asking(entry), offer.id)
    assert made.status == Status.CHECKED_IN
    assert made.period == Period(MONDAY + 79 * MINUTE, hours(1.25).end)


async def test_time_that_has_begun_passes_on_after_five_minutes(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    await book(ada, printer, hours(1, 2))
    await factories.a_waiting(printer, hours(1, 2), minutes=60)
    second = await factories.a_waiting(printer, hours(1, 2), minutes=30)
    travel(MONDAY + timedelta(minutes=75))
    await release.release_due()
    travel(MONDAY + timedelta(minutes=80))
    await expiry.expire_due()
    offer = await the_offer()
    assert (offer.waiting, offer.period) == (second.id, hours(1 + 20 / 60, 25 / 60))


async def test_only_one_offer_of_a_stretch_but_another_stretch_goes_on(
    ada: Viewer, ben: Viewer, printer: Machine, book: Book
) -> None:
    morning = await book(ada, printer, hours(1, 2))
    await book(ben, printer, hours(3))
    evening = await book(ada, printer, hours(4))
    window = Period(hours(1).start, hours(5).start)
    line = [await factories.a_waiting(printer, window, minutes=60) for _ in range(3)]
    await cancelling.cancel(ada, morning.booking.id, give_up=True)
    assert [one.waiting for one in await offers()] == [line[0].id]
    await cancelling.cancel(ada, evening.booking.id, give_up=True)
    assert [(one.waiting, one.starts_at) for one in await offers()] == [
        (line[0].id, hours(1).start),
        (line[1].id, hours(4).start),
    ]
    await answering.accept(await asking(line[0]), (await offers())[0].id)
    assert [(one.waiting, one.starts_at) for one in await offers()][1:] == [
        (line[2].id, hours(2).start)
    ]


async def test_whom_the_rules_keep_is_passed_over_and_told_why_once(
    ada: Viewer, lab: None, book: Book
) -> None:
    laser = await factories.a_certification("laser")
    machine = await factories.a_machine(certification=laser.id, policy={"granularity_minutes": 15})
    await factories.a_certificate(laser, await ada_row(ada))
    novice = await factories.a_waiting(machine)
    able = await factories.a_waiting(machine)
    await factories.a_certificate(laser, await member_of(able))
    await give_up(book, ada, machine, hours(1))
    offer = await the_offer()
    assert offer.waiting == able.id
    row = await Waiting.select().where(Waiting.id == novice.id).first()
    assert row["skipped_codes"] == "not_certified"
    assert await told(novice.member) == ["waiting_skipped"]
    await answering.decline(await asking(able), offer.id)
    assert await told(novice.member) == ["waiting_skipped"]
    [notice] = await Notification.select().where(Notification.member == novice.member)
    assert notice["mail_state"] == "none"


async def ada_row(ada: Viewer) -> Any:
    from fablab.members.tables import Member

    return await Member.objects().get(Member.id == ada.id)


async def member_of(entry: Waiting) -> Any:
    from fablab.members.tables import Member

    return await Member.objects().get(Member.id == entry.member)


async def test_the_rules_are_asked_again_when_it_is_accepted(
    ada: Viewer, printer: Machine, book: Book
) -> None:
    entry = await factories.a_waiting(printer)
    await give_up(book, ada, printer, hours(1))
    await factories.a_hold(await member_of(entry))
    with pytest.raises(Refused, match="account_held"):
        await answering.accept(await asking(entry), (await the_offer()).id)
    assert (await the_offer()).waiting == entry.id


async def test_others_meet_the_hold_and_strangers_do_not_find_the_offer(
    ada: Viewer, ben: Viewer, manager: Viewer, printer: Machine, book: Book
) -> None:
    entry = await factories.a_waiting(printer)
    await give_up(book, ada, printer, hours(1))
    for other in (ben, manager):
        with pytest.raises(Refused) as refused:
            await book(other, printer, hours(1))
        assert refused.value.codes == ("on_hold",)
        assert refused.value.problems[0].nearest == [MONDAY + 15 * MINUTE]
    offer = await the_offer()
    for other in (ben, manager):
        with pytest.raises(NotFound):
            await answering.accept(other, offer.id)
        with pytest.raises(NotFound):
            await answering.decline(other, offer.id)
        with pytest.raises(NotFound):
            await cancelling.cancel(other, offer.id)
    with pytest.raises(Refused) as own:
        await book(await asking(entry), printer, hours(1))
    assert own.value.problems[0].details["offer"] == offer.id


async def test_an_offer_that_is_over_says_so(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    entry = await factories.a_waiting(printer)
    await give_up(book, ada, printer, hours(1))
    offer, owner = await the_offer(), await asking(entry)
    travel(timedelta(minutes=15))
    for answer in (answering.accept, answering.decline):
        with pytest.raises(Refused, match="offer_over"):
            await answer(owner, offer.id)


async def test_a_machine_that_needs_approval_waits_for_it(
    ada: Viewer, lab: None, book: Book
) -> None:
    machine = await factories.a_machine(policy={"needs_approval": True, "granularity_minutes": 15})
    entry = await factories.a_waiting(machine)
    made = await book(ada, machine, hours(1))
    await cancelling.cancel(ada, made.booking.id)
    taken = await answering.accept(await asking(entry), (await the_offer()).id)
    assert (taken.status, taken.awaits) == (Status.PENDING, "approval")


async def test_finishing_early_offers_the_rest(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    made = await book(ada, printer, hours(0, 3))
    entry = await factories.a_waiting(printer, hours(0, 3), minutes=60)
    await checkin.check_in(ada, made.booking.id)
    travel(timedelta(minutes=50))
    await checkin.finish(ada, made.booking.id)
    offer = await the_offer()
    assert (offer.waiting, offer.period) == (entry.id, hours(50 / 60, 55 / 60))


async def test_an_entry_with_an_offer_gets_no_second(
    ada: Viewer, printer: Machine, book: Book
) -> None:
    window = Period(hours(1).start, hours(6).start)
    only = await factories.a_waiting(printer, window, minutes=60)
    one, other = await book(ada, printer, hours(1)), await book(ada, printer, hours(4))
    await book(viewer(await factories.a_member()), printer, hours(2, 2))
    await book(viewer(await factories.a_member()), printer, hours(5))
    await cancelling.cancel(ada, one.booking.id, give_up=True)
    await cancelling.cancel(ada, other.booking.id, give_up=True)
    assert [each.waiting for each in await offers()] == [only.id]


async def test_any_of_a_family_is_the_first_machine_and_time_that_fits(
    ada: Viewer, ben: Viewer, lab: None, book: Book
) -> None:
    family = await factories.a_category()
    lasers = [
        await factories.a_machine(category=family.id, policy={"granularity_minutes": 15})
        for _ in range(2)
    ]
    pairs = zip((ada, ben), lasers, strict=True)
    taken = [await book(each, laser, hours(4, 4)) for each, laser in pairs]
    entry = await factories.a_waiting(None, hours(5, 4), category=family.id, minutes=120)
    await cancelling.cancel(ben, taken[1].booking.id)
    offer = await the_offer()
    assert (offer.machine, offer.period) == (lasers[1].id, hours(5, 2))
    assert offer.waiting == entry.id


async def test_seats_are_offered_as_many_as_are_free(lab: None, book: Book) -> None:
    desks = await factories.a_room(units=2, booking_mode="per_seat")
    people = [viewer(await factories.a_member()) for _ in range(2)]
    made = [await book(each, desks, hours(1)) for each in people]
    line = [await factories.a_waiting(desks) for _ in range(3)]
    for who, one in zip(people, made, strict=True):
        await cancelling.cancel(who, one.booking.id, give_up=True)
    assert [each.waiting for each in await offers()] == [line[0].id, line[1].id]


async def test_whose_offer_is_gone_waits_again(ada: Viewer, printer: Machine, book: Book) -> None:
    """The law of the zone may take an offer away; nobody has answered it then."""
    entry = await factories.a_waiting(printer)
    await give_up(book, ada, printer, hours(1))
    assert await checks.CHECKS[OTHERWISE]() == 0
    gone: dict[Any, Any] = {Booking.status: Status.CANCELLED}
    await Booking.update(gone).where(Booking.waiting == entry.id)
    assert await checks.CHECKS[OTHERWISE]() == 1
    await lapse_due()
    assert await state(entry) == "waiting"
    assert await checks.CHECKS[OTHERWISE]() == 0


async def test_leaving_passes_the_offer_on(
    ada: Viewer, ben: Viewer, printer: Machine, book: Book
) -> None:
    first, second = await factories.a_waiting(printer), await factories.a_waiting(printer)
    await give_up(book, ada, printer, hours(1))
    with pytest.raises(NotFound):
        await leaving.leave(ben, first.id)
    await leaving.leave(await asking(first), first.id)
    await leaving.leave(await asking(first), first.id)
    assert (await the_offer()).waiting == second.id
    assert await state(first) == "left"


@pytest.mark.parametrize("waiting", [0, 1, 20])
async def test_what_freeing_asks_is_constant(
    waiting: int, ada: Viewer, printer: Machine, book: Book, counted: Counting
) -> None:
    first = await book(ada, printer, hours(1))
    await cancelling.cancel(ada, first.booking.id, give_up=True)  # everything is known by now
    made = await book(ada, printer, hours(1))
    plan = await factories.a_plan(hours_per_week=0)
    for number in range(waiting):
        member = await factories.a_member(plan=plan.id if number < waiting - 1 else None)
        await factories.a_waiting(printer, member=member)
    with counted() as sent:
        await cancelling.cancel(ada, made.booking.id, give_up=True)
    assert len(await offers()) == min(waiting, 1)
    assert sent.count <= {0: 10, 1: 19, 20: 22}[waiting], sent.statements
