"""What a mail about a booking carries for the reader's calendar."""

from datetime import timedelta
from typing import Any

import icalendar
import pytest

from fablab.bookings import actions, cancelling
from fablab.bookings.asking import Asked
from fablab.calendars.invitations import attached
from fablab.core.words import Words
from fablab.notifications.actions import notify
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


async def taken_all() -> Any:
    from fablab.core import clock
    from fablab.notifications.leasing import take, waiting

    return await take(await waiting(50), clock.now() + timedelta(minutes=1))
