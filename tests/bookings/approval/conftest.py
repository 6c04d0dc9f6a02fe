"""A machine whose bookings staff decide, and requests for it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from fablab.bookings.tables import Booking
from fablab.core import db
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer
from fablab.notifications.tables import Notification
from tests import factories
from tests.bookings.conftest import Book
from tests.bookings.conftest import viewer as seen_as
from tests.factories import hours

Request = Callable[..., Awaitable[Booking]]
FINE = {"granularity_minutes": 15, "min_minutes": 15}


@pytest.fixture
async def router(lab: None) -> Machine:
    return await factories.a_machine(policy=FINE | {"needs_approval": True})


@pytest.fixture
async def kiln(lab: None) -> Machine:
    """Used by two."""
    return await factories.a_machine(policy=FINE, buddy_required=True)


@pytest.fixture
async def other_manager(lab: None) -> Viewer:
    named = {"given_name_latin": "Grace", "family_name_latin": "Hopper"}
    return seen_as(await factories.a_manager(**named))


@pytest.fixture
async def request_of(book: Book, router: Machine) -> Request:
    """`await request_of(ada, start=26)`: hours after MONDAY nine o'clock."""

    async def ask(who: Viewer, start: float = 26, length: float = 1, **more: Any) -> Booking:
        return (await book(who, router, hours(start, length), **more)).booking

    return ask


async def a_safe_member(**values: Any) -> Member:
    """With the certificate that everybody needs."""
    member = await factories.a_member(**values)
    await factories.a_certificate("safety", member)
    return member


async def told(member: Viewer | Member) -> list[str]:
    """The templates of what they were told, in order."""
    rows = await Notification.objects().where(Notification.member == member.id)
    return [row.template for row in sorted(rows, key=lambda row: row.id)]


async def stored(booking: Booking | int) -> Booking:
    found = await Booking.objects().get(
        Booking.id == (booking if isinstance(booking, int) else booking.id)
    )
    assert found is not None
    return found


async def history(booking: Booking) -> list[str]:
    sql = "SELECT verb FROM activity WHERE thing = 'booking' AND thing_id = {} ORDER BY id"
    return [row["verb"] for row in await db.fetch(sql, booking.id)]
