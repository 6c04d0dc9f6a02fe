"""Requests decided: once, by the rules of then, with words."""

from datetime import timedelta
from typing import Any

import pytest

from fablab.bookings import actions, cancelling, expiry, settling
from fablab.bookings.approval.actions import approve, reject
from fablab.bookings.asking import Override
from fablab.bookings.tables import Booking, Status
from fablab.core.errors import Forbidden, NotFound, Refused
from fablab.core.facts import load
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.approval.conftest import FINE, Request, history, stored, told
from tests.bookings.conftest import Book
from tests.conftest import Travel
from tests.factories import MONDAY, hours

DAY = timedelta(days=1)


async def test_a_request_waits_for_staff_until_its_day_of_decision(
    request_of: Request, ada: Viewer
) -> None:
    booking = await request_of(ada, start=24 * 7)
    assert (booking.status, booking.awaits) == (Status.PENDING, "approval")
    assert booking.decide_by == MONDAY + 3 * DAY
    assert await told(ada) == ["bookings/requested"]


async def test_a_near_request_is_decided_before_it_starts(request_of: Request, ada: Viewer) -> None:
    booking = await request_of(ada, start=2)
    assert booking.decide_by == hours(2).start


async def test_what_the_category_asks_its_machines_inherit(ada: Viewer, book: Book) -> None:
    category = await factories.a_category(policy={"needs_approval": True, "approval_days": 1})
    asked = await factories.a_machine(policy=FINE, category=category.id)
    free = await factories.a_machine(policy=FINE | {"needs_approval": False}, category=category.id)
    pending = (await book(ada, asked, hours(26))).booking
    assert (pending.status, pending.decide_by) == (Status.PENDING, MONDAY + DAY)
    assert (await book(ada, free, hours(28))).booking.status == Status.CONFIRMED


async def test_staff_wait_for_nobody(request_of: Request, manager: Viewer, ada: Viewer) -> None:
    assert (await request_of(manager)).status == Status.CONFIRMED
    assert (await request_of(manager, start=28, member_id=ada.id)).status == Status.CONFIRMED


async def test_approved_it_is_confirmed_as_of_now(
    request_of: Request, ada: Viewer, manager: Viewer, travel: Travel
) -> None:
    booking = await request_of(ada, start=26)
    now = travel(DAY)
    await approve(manager, booking.id, note="Wear the apron.")
    found = await stored(booking)
    assert (found.status, found.awaits, found.decide_by) == (Status.CONFIRMED, "", None)
    assert (found.decided_by, found.decided_at) == (manager.id, now)
    assert found.decision_note == "Wear the apron."
    assert found.release_at == hours(26.25).start
    assert found.remind_at == hours(25).start  # a day before has passed
    assert found.sequence > booking.sequence
    assert await told(ada) == ["bookings/requested", "bookings/approved"]
    assert await history(booking) == ["made", "approved"]


async def test_lateness_is_that_of_the_asking(
    book: Book, ada: Viewer, manager: Viewer, travel: Travel
) -> None:
    policy = FINE | {"needs_approval": True, "notice_to_book_minutes": 24 * 60, "horizon_days": 2}
    machine = await factories.a_machine(policy=policy)
    booking = (await book(ada, machine, hours(25))).booking
    travel(DAY)
    await approve(manager, booking.id)
    assert (await stored(booking)).status == Status.CONFIRMED


async def test_what_no_longer_holds_refuses_the_approval(
    request_of: Request, ada: Viewer, manager: Viewer, router: Machine
) -> None:
    booking = await request_of(ada)
    await factories.a_closure(hours(26).start.date())
    await factories.a_hold(ada)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        await approve(manager, booking.id)
    assert set(refused.value.codes) == {"closed", "account_held"}
    assert (await stored(booking)).status == Status.PENDING


async def test_staff_set_aside_what_may_be_with_a_reason(
    request_of: Request, ada: Viewer, manager: Viewer
) -> None:
    booking = await request_of(ada)
    await factories.a_closure(hours(26).start.date())
    override = Override(rules=frozenset({"closed"}), reason="I shall be there.")
    await approve(manager, booking.id, override=override)
    found = await stored(booking)
    assert found.status == Status.CONFIRMED
    assert "I shall be there." in found.override


async def test_rejected_its_time_is_free_and_the_words_are_told(
    request_of: Request, ada: Viewer, ben: Viewer, manager: Viewer
) -> None:
    booking = await request_of(ada)
    await reject(manager, booking.id, note="The spindle is worn.")
    found = await stored(booking)
    assert (found.status, found.decision_note) == (Status.REJECTED, "The spindle is worn.")
    assert found.busy_until == found.starts_at
    assert await told(ada) == ["bookings/requested", "bookings/rejected"]
    assert (await request_of(ben)).status == Status.PENDING


@pytest.mark.parametrize(("first", "word"), [(approve, "approved"), (reject, "refused")])
@pytest.mark.parametrize("second", [approve, reject])
async def test_who_comes_second_hears_who_was_first(
    first: Any,
    word: str,
    second: Any,
    request_of: Request,
    ada: Viewer,
    manager: Viewer,
    other_manager: Viewer,
) -> None:
    booking = await request_of(ada)
    await first(other_manager, booking.id)
    with pytest.raises(Refused) as refused:
        await second(manager, booking.id)
    [problem] = refused.value.problems
    assert problem.code == "already_decided"
    assert word in problem.message
    assert problem.details["who"].say("en") == "Grace Hopper"
    assert len(await history(booking)) == 2


async def test_the_same_word_twice_is_said_once(
    request_of: Request, ada: Viewer, manager: Viewer
) -> None:
    booking, other = await request_of(ada), await request_of(ada, start=28)
    for _ in range(2):
        await approve(manager, booking.id)
        await reject(manager, other.id)
    assert await history(booking) == ["made", "approved"]
    assert await history(other) == ["made", "rejected"]


async def test_what_its_owner_took_back_is_not_approved(
    request_of: Request, ada: Viewer, manager: Viewer
) -> None:
    booking = await request_of(ada)
    await cancelling.cancel(ada, booking.id)
    with pytest.raises(Refused) as refused:
        await approve(manager, booking.id)
    [problem] = refused.value.problems
    assert (problem.code, problem.details["who"].say("en")) == ("already_decided", "Ada Lovelace")


async def test_unanswered_it_expires_and_nobody_can_approve_it_then(
    request_of: Request, ada: Viewer, manager: Viewer, travel: Travel
) -> None:
    booking = await request_of(ada, start=24 * 7)
    travel(3 * DAY)
    with pytest.raises(Refused) as refused:
        await approve(manager, booking.id)
    assert refused.value.codes == ("already_decided",)
    assert (await stored(booking)).status == Status.EXPIRED
    assert await told(ada) == ["bookings/requested", "bookings/expired"]
    assert await expiry.expire_due() == 0


async def test_only_staff_decide_and_strangers_see_nothing(
    request_of: Request, ada: Viewer, ben: Viewer
) -> None:
    booking = await request_of(ada)
    for decide in (approve, reject):
        with pytest.raises(Forbidden):
            await decide(ada, booking.id)
        with pytest.raises(NotFound):
            await decide(ben, booking.id)


async def test_what_waits_for_nobody_is_not_approved(
    printer: Machine, ada: Viewer, manager: Viewer, book: Book
) -> None:
    booking = (await book(ada, printer, hours(26))).booking
    for decide in (approve, reject):
        with pytest.raises(Refused) as refused:
            await decide(manager, booking.id)
        assert refused.value.codes == ("already_decided",)


async def test_a_pending_request_blocks_and_says_so(
    request_of: Request, ada: Viewer, ben: Viewer, router: Machine
) -> None:
    await request_of(ada)
    await settling.settle([router.id])
    judged = await actions.check(
        ben, actions.Asked(machine_id=router.id, period=hours(26), via="api")
    )
    assert [problem.code for problem in judged.problems] == ["taken"]
    assert "asked for by somebody" in judged.problems[0].message
    assert await Booking.count() == 1


@pytest.mark.parametrize("decide", [approve, reject])
async def test_deciding_asks_little(
    decide: Any, request_of: Request, ada: Viewer, manager: Viewer, counted: Any
) -> None:
    await decide(manager, (await request_of(ada)).id)
    booking = await request_of(ada, start=28)
    with counted() as asked:
        await decide(manager, booking.id)
    assert asked.count <= 16, asked.statements


async def test_approving_forgets_nothing_that_was_agreed_before(
    router: Machine, ada: Viewer, manager: Viewer
) -> None:
    """What staff set aside before, and that somebody said they would be late."""
    asked = {"status": Status.PENDING, "awaits": "approval", "decide_by": hours(25).start}
    before = {"late_minutes": 10, "override": '{"rules": ["too_long"], "reason": "A big job"}'}
    member = await Member.objects().get(Member.id == ada.id)
    booking = await factories.a_booking(hours(25), router, member, **asked, **before)
    await factories.a_closure(hours(25).start.date())
    override = Override(rules=frozenset({"closed"}), reason="I shall be there.")
    await approve(manager, booking.id, override=override)
    found = await stored(booking)
    assert load(found.override)["rules"] == ["closed", "too_long"]
    assert found.release_at == found.starts_at + timedelta(minutes=15 + 10)
