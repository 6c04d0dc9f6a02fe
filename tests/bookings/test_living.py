"""From check-in to the end: arriving, leaving early, giving up, being released."""

from datetime import timedelta
from typing import Any

import pytest

from fablab.activity.tables import Activity
from fablab.bookings import (
    cancelling,
    changing,
    checkin,
    completion,
    expiry,
    release,
    reminders,
)
from fablab.bookings.tables import Booking, Status, Strike
from fablab.core import db, heartbeat
from fablab.core.errors import NotFound, Refused
from fablab.core.facts import load
from fablab.machines.tables import Machine
from fablab.members.tables import Hold
from fablab.members.viewer import Viewer
from fablab.notifications.tables import Notification
from tests.bookings.conftest import Book
from tests.conftest import Travel
from tests.factories import hours


async def status(booking: Booking) -> str:
    [row] = await Booking.select(Booking.status).where(Booking.id == booking.id)
    return str(row["status"])


async def test_check_in_opens_ten_minutes_before(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    booking = (await book(ada, printer, hours(1))).booking
    travel(timedelta(minutes=49))
    with pytest.raises(Refused, match="checkin_not_open"):
        await checkin.check_in(ada, booking.id)
    travel(timedelta(minutes=1))
    await checkin.check_in(ada, booking.id)
    assert await status(booking) == Status.CHECKED_IN


async def test_a_stranger_finds_nothing_and_staff_may(
    ada: Viewer, ben: Viewer, manager: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    booking = (await book(ada, printer, hours(1))).booking
    travel(timedelta(minutes=55))
    with pytest.raises(NotFound):
        await checkin.check_in(ben, booking.id)
    found = await checkin.check_in(manager, booking.id)
    assert (found.operator, found.checked_in_by) == (ada.id, manager.id)


async def test_the_slot_is_released_when_the_grace_is_over(
    ada: Viewer, ben: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    booking = (await book(ada, printer, hours(1, 2))).booking
    travel(timedelta(hours=1, minutes=14, seconds=59))
    assert await release.release_due() == 0
    travel(timedelta(seconds=1))
    assert await release.release_due() == 1
    assert await release.release_due() == 0
    assert await status(booking) == Status.NO_SHOW
    assert await Strike.count().where(Strike.member == ada.id) == 1
    told = await Notification.count().where(Notification.template == "bookings/released")
    assert told == 1
    assert (await book(ben, printer, hours(1.25, 1))).new


async def test_a_wish_is_judged_after_what_was_due(
    ada: Viewer, ben: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    """The scheduler may be dead: whoever asks for the time settles it first."""
    await book(ada, printer, hours(1, 2))
    travel(timedelta(hours=1, minutes=20))
    assert (await book(ben, printer, hours(1.5, 1))).new
    assert await Strike.count() == 1


async def test_checking_in_after_the_release_says_so(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    booking = (await book(ada, printer, hours(1))).booking
    travel(timedelta(hours=1, minutes=16))
    with pytest.raises(Refused, match="released"):
        await checkin.check_in(ada, booking.id)


async def test_the_third_strike_holds_the_account(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    for start in (1, 2, 3):
        await book(ada, printer, hours(start))
    travel(timedelta(hours=4))
    assert await release.release_due() == 3
    [hold] = await Hold.select().where(Hold.member == ada.id)
    assert hold["ends_at"] == hours(4 + 7 * 24).start
    with pytest.raises(Refused, match="account_held"):
        await book(ada, printer, hours(5))


async def test_several_at_once_hold_an_account_once_and_tell_it_once(
    ada: Viewer, ben: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    for start in (1, 2, 3, 25):
        await book(ada, printer, hours(start))
    await book(ben, printer, hours(26))
    travel(timedelta(hours=30))
    assert await release.release_due() == 5
    assert await Hold.count() == 1
    told = Notification.select().where(Notification.template == "bookings/released")
    rows = [(row["member"], load(row["facts"])) for row in await told]
    assert sorted(member for member, _ in rows) == sorted([ada.id] * 4 + [ben.id])
    assert [(member, known["starts_at"]) for member, known in rows if known["held_until_at"]] == [
        (ada.id, hours(25).start)
    ]
    changes = await Activity.select().where(Activity.actor.is_null())
    assert sorted(row["verb"] for row in changes) == ["held", *["released"] * 5]


async def test_a_sweep_costs_as_much_for_one_as_for_many(
    ada: Viewer, ben: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    costs = []
    for starts in ([1], [25, 26, 27, 49, 50, 51]):
        for number, start in enumerate(starts):
            await book((ada, ben)[number % 2], printer, hours(start))
        travel(timedelta(hours=len(starts) * 10))
        with db.counting() as counted:
            assert await release.release_due() == len(starts)
        costs.append(counted.count)
    assert costs[1] <= costs[0] + 3  # the hold, that it was set, and the addresses of several


async def test_a_booking_shorter_than_its_grace_ends_without_a_strike(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    booking = (await book(ada, printer, hours(1, 0.25))).booking
    travel(timedelta(hours=1, minutes=15))
    assert await release.release_due() == 1
    assert await status(booking) == Status.NO_SHOW
    assert await Strike.count() == 0


async def test_after_downtime_there_is_time_to_check_in_and_no_strike(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    booking = (await book(ada, printer, hours(1, 2))).booking
    now = travel(timedelta(hours=1, minutes=40))
    await release.reopen_after_downtime(now - timedelta(minutes=45), now)
    assert await release.release_due() == 0
    travel(timedelta(minutes=15))
    assert await release.release_due() == 1
    assert await status(booking) == Status.NO_SHOW
    assert await Strike.count() == 0


async def test_finishing_early_frees_the_rest(
    ada: Viewer, ben: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    booking = (await book(ada, printer, hours(1, 2))).booking
    with pytest.raises(Refused, match="not_checked_in"):
        await checkin.finish(ada, booking.id)
    travel(timedelta(hours=1))
    await checkin.check_in(ada, booking.id)
    travel(timedelta(minutes=20))
    await checkin.finish(ada, booking.id)
    assert (await book(ben, printer, hours(1.5))).new


async def test_a_late_cancellation_is_giving_up(
    ada: Viewer, ben: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    booking = (await book(ada, printer, hours(3))).booking
    travel(timedelta(hours=1, minutes=1))
    with pytest.raises(Refused, match="cancel_too_late"):
        await cancelling.cancel(ada, booking.id)
    given = await cancelling.cancel(ada, booking.id, give_up=True)
    assert (given.status, given.gave_up) == (Status.CANCELLED, True)
    assert (await book(ben, printer, hours(3))).new


async def test_a_cancellation_in_time_is_no_giving_up(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    booking = (await book(ada, printer, hours(3))).booking
    travel(timedelta(hours=1))
    given = await cancelling.cancel(ada, booking.id)
    assert (given.status, given.gave_up) == (Status.CANCELLED, False)


async def test_moving_never_clashes_with_itself_and_keeps_the_old_when_refused(
    ada: Viewer, ben: Viewer, printer: Machine, book: Book
) -> None:
    booking = (await book(ada, printer, hours(2))).booking
    moved = await changing.change(ada, booking.id, starts_at=hours(2.5).start)
    assert (moved.starts_at, moved.ends_at) == (hours(2.5).start, hours(2.5).end)
    await book(ben, printer, hours(5))
    with pytest.raises(Refused, match="taken"):
        await changing.change(ada, booking.id, starts_at=hours(5.5).start)
    [row] = await Booking.select().where(Booking.id == booking.id)
    assert (row["starts_at"], row["sequence"]) == (hours(2.5).start, 1)


async def test_extending_into_what_was_given_back(
    ada: Viewer, ben: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    first = (await book(ada, printer, hours(0))).booking
    second = (await book(ben, printer, hours(1))).booking
    await checkin.check_in(ada, first.id)
    with pytest.raises(Refused, match="taken"):
        await changing.change(ada, first.id, ends_at=hours(1).end)
    await cancelling.cancel(ben, second.id, give_up=True)
    extended = await changing.change(ada, first.id, ends_at=hours(1).end)
    assert extended.ends_at == hours(1).end


async def test_what_has_ended_is_completed_by_itself(
    ada: Viewer, manager: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    mine = (await book(ada, printer, hours(0))).booking
    await checkin.check_in(ada, mine.id)
    staffs = (await book(manager, printer, hours(1))).booking
    travel(timedelta(hours=2))
    assert await release.release_due() == 0
    assert await completion.complete_due() == 2
    assert [await status(each) for each in (mine, staffs)] == [Status.COMPLETED] * 2


async def test_a_reminder_comes_once_and_never_of_the_past(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    await book(ada, printer, hours(3))
    await book(ada, printer, hours(30))
    travel(timedelta(hours=2, minutes=1))
    assert await reminders.remind_due() == 1
    assert await reminders.remind_due() == 0
    travel(timedelta(hours=30))
    assert await reminders.remind_due() == 0
    told = await Notification.count().where(Notification.template == "bookings/reminder")
    assert told == 1


async def test_a_sweep_waits_while_the_pages_are_away(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    """Jobs may run on another node: nobody could check in, so nobody loses the slot."""
    await book(ada, printer, hours(1, 2))
    travel(timedelta(minutes=40))
    await heartbeat.beat(heartbeat.PAGES)
    travel(timedelta(minutes=40))
    assert await release.release_due() == 0
    await heartbeat.beat(heartbeat.PAGES)
    assert await release.release_due() == 1


async def test_what_is_extended_at_its_last_moment_is_not_completed(
    ada: Viewer, printer: Machine, book: Book, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = (await book(ada, printer, hours(1))).booking
    travel(timedelta(hours=1))
    await checkin.check_in(ada, booking.id)
    travel(timedelta(hours=1))
    complete = completion._complete

    async def just_too_late(*due: Any) -> int:
        later = booking.ends_at + timedelta(minutes=30)
        times: dict[Any, Any] = {Booking.ends_at: later, Booking.busy_until: later}
        await Booking.update(times).where(Booking.id == booking.id)
        return await complete(*due)

    monkeypatch.setattr(completion, "_complete", just_too_late)
    assert await completion.complete_due() == 0
    assert await status(booking) == Status.CHECKED_IN


async def test_what_is_moved_at_its_last_moment_does_not_expire(
    ada: Viewer, printer: Machine, book: Book, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = (await book(ada, printer, hours(1))).booking
    await Booking.update({Booking.status: Status.PENDING}).where(Booking.id == booking.id)
    travel(timedelta(hours=1))
    expire = expiry._expire

    async def just_too_late(*due: Any) -> int:
        day = timedelta(days=1)
        moved = {"starts_at": booking.starts_at + day, "ends_at": booking.ends_at + day}
        times: dict[Any, Any] = moved | {"busy_until": moved["ends_at"]}
        await Booking.update(times).where(Booking.id == booking.id)
        return await expire(*due)

    monkeypatch.setattr(expiry, "_expire", just_too_late)
    assert await expiry.expire_due() == 0
    assert await status(booking) == Status.PENDING
