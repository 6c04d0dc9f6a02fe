"""What a mail about a booking carries for the reader's calendar."""

from datetime import timedelta
from typing import Any

import icalendar
import pytest

from fablab.bookings import actions, cancelling
from fablab.bookings.asking import Asked
from fablab.bookings.parties.making import book_party
from fablab.bookings.series import actions as series
from fablab.bookings.series.asking import SeriesAsked
from fablab.bookings.series.repeating import Repeat, Unit
from fablab.calendars.invitations import attached
from fablab.core import clock
from fablab.core.words import Words
from fablab.notifications.actions import notify
from fablab.notifications.leasing import take, waiting
from fablab.notifications.outbox import send_waiting
from tests import factories
from tests.bookings.conftest import viewer
from tests.factories import hours
from tests.support.postbox import Postbox


def enclosed(message: Any) -> tuple[str, Any]:
    """The method and the only event of a mail's only attachment."""
    [part] = list(message.iter_attachments())
    assert part.get_content_type() == "text/calendar"
    content = part.get_payload(decode=True)
    calendar = icalendar.Calendar.from_ical(content)
    [event] = calendar.walk("VEVENT")
    assert part.get_param("method") == calendar["method"]
    return str(calendar["method"]), event


async def test_the_confirmation_invites_and_the_cancellation_takes_back(
    postbox: Postbox, rolled_back: None
) -> None:
    await factories.a_lab()
    ada = viewer(await factories.a_member(email="ada@example.org", language="ar"))
    machine = await factories.a_machine(name=Words("ليزر", "Découpeuse", "Laser"))
    asked = Asked(machine_id=machine.id, period=hours(4))
    made = await actions.book(ada, asked)
    assert await send_waiting(attach=attached) == 1
    method, event = enclosed(postbox.messages[0])
    assert (method, event["uid"]) == ("REQUEST", made.booking.uid)
    assert event["summary"] == f"ليزر ({machine.tag})"
    assert event["attendee"] == "mailto:ada@example.org"
    assert event.decoded("dtstart") == asked.period.start

    await cancelling.cancel(ada, made.booking.id)
    await send_waiting(attach=attached)
    method, after = enclosed(postbox.messages[1])
    assert (method, after["uid"], after["status"]) == ("CANCEL", made.booking.uid, "CANCELLED")
    assert after["sequence"] > event["sequence"]


async def test_other_mails_go_alone(postbox: Postbox, rolled_back: None) -> None:
    await factories.a_lab()
    ada = await factories.a_member(email="ada@example.org")
    booking = await factories.a_booking(hours(4), member=ada)
    await notify(
        ada.id,
        "bookings/finished",
        booking=booking.id,
        machine=Words(en="Laser"),
        tag="LAS-01",
        starts_at=booking.starts_at,
        finished_at=booking.starts_at + timedelta(minutes=20),
    )
    assert await send_waiting(attach=attached) == 1
    assert not list(postbox.messages[0].iter_attachments())


@pytest.mark.parametrize("count", [1, 4])
async def test_many_cost_as_little_as_one(
    postbox: Postbox, rolled_back: None, counted: Any, count: int
) -> None:
    await factories.a_lab()
    ada = viewer(await factories.a_member(email="ada@example.org"))
    machine = await factories.a_machine()
    for number in range(count):
        await actions.book(ada, Asked(machine_id=machine.id, period=hours(1 + number)))
    notices = await taken_all()
    with counted() as sent:
        found = await attached(notices)
    assert len(found) == count
    assert sent.count <= 3


async def test_every_date_of_a_series_comes_with_its_one_mail(
    postbox: Postbox, rolled_back: None
) -> None:
    await factories.a_lab()
    ada = viewer(await factories.a_member(email="ada@example.org"))
    machine = await factories.a_machine()
    first = Asked(machine_id=machine.id, period=hours(4))
    repeat = Repeat(unit=Unit.DAY, every=1, count=3)
    await series.book(ada, SeriesAsked(first=first, repeat=repeat))
    await send_waiting(attach=attached)
    [message] = postbox.messages
    [part] = list(message.iter_attachments())
    found = icalendar.Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
    starts = [event.decoded("dtstart") for event in found]
    assert starts == [first.period.start + timedelta(days=n) for n in range(3)]


async def test_a_party_is_one_mail_with_all_its_places(postbox: Postbox, rolled_back: None) -> None:
    await factories.a_lab()
    ada = viewer(await factories.a_member(email="ada@example.org"))
    machines = [await factories.a_machine() for _ in range(2)]
    await book_party(ada, [Asked(machine_id=each.id, period=hours(4)) for each in machines])
    await send_waiting(attach=attached)
    [message] = postbox.messages
    [part] = list(message.iter_attachments())
    found = icalendar.Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
    assert len({event["uid"] for event in found}) == 2


async def taken_all() -> Any:
    return await take(await waiting(50), clock.now() + timedelta(minutes=1))
