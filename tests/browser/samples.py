"""What the pages of the demo are opened with, and what it lacks: a series and an offer."""

from datetime import timedelta

from fablab.bookings.series import actions
from fablab.bookings.tables import Booking, Kind, Status, WaitingState
from fablab.core import db
from fablab.machines.tables import Machine
from fablab.members.tables import Member, Role
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.series.conftest import wanted
from tests.factories import MONDAY, hours

FOUND = {
    "tag": "SELECT 'LAS-02' AS it",
    "slug": "SELECT 'laser-40w' AS it",
    "number": "SELECT number AS it FROM member WHERE email = 'member@example.org'",
    "booking_id": (
        "SELECT b.id AS it FROM booking b JOIN member m ON m.id = b.member"
        " WHERE m.email = 'member@example.org' AND b.status = 'confirmed' ORDER BY b.id LIMIT 1"
    ),
    "closure_id": "SELECT min(id) AS it FROM closure",
    "season_id": "SELECT min(id) AS it FROM season",
    "quota_id": "SELECT min(id) AS it FROM quota",
}
SECOND = (
    "SELECT min(b.id) AS it FROM booking b JOIN member m ON m.id = b.buddy"
    " WHERE m.email = 'member@example.org'"
)


async def samples(who: str) -> dict[str, int | str]:
    """A value for each parameter of an address. What is made here is that member's."""
    found = {name: (await db.fetch(sql))[0]["it"] for name, sql in FOUND.items()}
    member = await Member.objects().get(Member.email == who)
    drill = await Machine.objects().get(Machine.slug == "printer-fdm-b")
    assert member is not None
    assert drill is not None
    viewer = Viewer(id=member.id, number=member.number, role=Role(member.role), language="fr")
    series = await actions.book(viewer, wanted(drill, hours(25), take="free", count=3))
    return found | {"series_id": series.series.id, "offer_id": await an_offer(drill, member)}


async def an_offer(machine: Machine, member: Member) -> int:
    """Open for half an hour more."""
    waiting = await factories.a_waiting(machine, hours(8), member, state=WaitingState.OFFERED)
    offer: Booking = await factories.a_booking(
        hours(8),
        machine,
        member,
        kind=Kind.OFFER,
        status=Status.PENDING,
        waiting=waiting.id,
        decide_by=MONDAY + timedelta(minutes=30),
    )
    return offer.id


async def second() -> int:
    """A booking for which that member was asked to be the second person."""
    return int((await db.fetch(SECOND))[0]["it"])
