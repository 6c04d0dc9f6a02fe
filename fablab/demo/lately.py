"""What happened just now, by the actions people use: a series, a line of waiters, an offer."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

from fablab.bookings import cancelling
from fablab.bookings.asking import Asked
from fablab.bookings.series import actions as series
from fablab.bookings.series.asking import SeriesAsked
from fablab.bookings.series.repeating import Repeat, Unit
from fablab.bookings.tables import Booking, Kind, Status
from fablab.bookings.waitlist import actions as waitlist
from fablab.core import clock
from fablab.core.errors import Refused
from fablab.core.periods import Period
from fablab.lab.queries import place
from fablab.machines.tables import Machine
from fablab.members.tables import Member, Role
from fablab.members.viewer import Viewer

WEEKLY, WEEKS = "printer-fdm-a", 4
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WANTED = ("printer-fdm-b", "printer-fdm-a", "laser-40w")
"""What the member to try may use, and others have booked."""
NEAR, FAR = 6 * HOUR, 20 * DAY
TRAINER = "trainer@example.org"


async def make() -> None:
    """What finds no room is left out: the demo lab is whole without it."""
    await make_series(await called(TRAINER))
    await make_line(await called("member@example.org"), await called(TRAINER))


async def called(email: str) -> Viewer:
    member = await Member.objects().get(Member.email == email)
    assert member
    return viewer(member)


def viewer(member: Member) -> Viewer:
    return Viewer(
        id=member.id, number=member.number, role=Role(member.role), language=member.language
    )


async def make_series(trainer: Viewer) -> None:
    """The same hour for some weeks."""
    machine = await Machine.objects().get(Machine.slug == WEEKLY)
    assert machine
    async for period in hours_ahead():
        first = Asked(machine_id=machine.id, period=period)
        wanted = SeriesAsked(first=first, repeat=Repeat(unit=Unit.WEEK, count=WEEKS))
        try:
            await series.make(trainer, wanted)
        except Refused:
            continue
        return


async def hours_ahead() -> AsyncIterator[Period]:
    """Whole hours of the days to come in which the lab is open."""
    calendar = (await place()).calendar
    today = calendar.day_of(clock.now())
    for number in range(2, 7):
        for window in calendar.opening(today + number * DAY).windows:
            start = window.start
            while start + HOUR <= window.end:
                yield Period(start, start + HOUR)
                start += HOUR


async def make_line(member: Viewer, other: Viewer) -> None:
    """Both wait for what somebody has, who cancels: the member is offered it, the other waits on.

    The member waits for something else, too.
    """
    found = [each async for each in others_bookings({member.id, other.id})]
    waited = iter(found)
    offered = await first_waited(member, waited)
    if offered is None:
        return
    await stand(other, offered)
    await first_waited(member, waited)
    holder = await Member.objects().get(Member.id == offered.member)
    assert holder
    await cancelling.cancel(viewer(holder), offered.id)


async def others_bookings(but: set[int]) -> AsyncIterator[Booking]:
    """Bookings to come at what the member may use, the nearest first."""
    machines = Machine.select(Machine.id).where(Machine.slug.is_in(list(WANTED)))
    ids = [row["id"] for row in await machines]
    now = clock.now()
    rows = (
        await Booking.objects()
        .where(Booking.machine.is_in(ids), Booking.member.not_in(list(but)))
        .where(Booking.kind == Kind.USE, Booking.status == Status.CONFIRMED)
        .where(Booking.starts_at > now + NEAR, Booking.starts_at < now + FAR)
        .order_by(Booking.starts_at)
    )
    for row in rows:
        yield row


async def first_waited(who: Viewer, bookings: Iterator[Booking]) -> Booking | None:
    """The first of them that they may wait for: what is free at once need not be waited for."""
    for booking in bookings:
        if await is_at_leisure(who, booking) and await stand(who, booking):
            return booking
    return None


async def is_at_leisure(who: Viewer, booking: Booking) -> bool:
    """Whether nothing of their own is in the way when it is offered to them."""
    return not await Booking.exists().where(
        Booking.member == who.id,
        Booking.starts_at < booking.ends_at,
        Booking.ends_at > booking.starts_at,
    )


async def stand(who: Viewer, booking: Booking) -> bool:
    """Wait for the time of that booking; False when the rules make it pointless."""
    length = min(booking.period.length, 2 * HOUR)
    wanted = waitlist.Wanted(machine_id=booking.machine, window=booking.period, length=length)
    try:
        await waitlist.stand(who, wanted, [booking.machine])
    except Refused:
        return False
    return True
