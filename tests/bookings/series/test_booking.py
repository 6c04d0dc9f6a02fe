"""Booking a series: each date by every rule, as if those before it were granted."""

import asyncio
from datetime import timedelta

import pytest

from fablab.activity.tables import Activity
from fablab.bookings import zone_law
from fablab.bookings.asking import Override
from fablab.bookings.series import actions, cancelling
from fablab.bookings.series.asking import SeriesDenied
from fablab.bookings.series.repeating import Unit
from fablab.bookings.tables import Booking, Series, Status
from fablab.core.errors import Forbidden, Refused
from fablab.core.facts import load
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from fablab.notifications.tables import Notification
from fablab.quotas.measures import Measure, Span
from fablab.quotas.tables import Quota
from tests import factories
from tests.bookings.conftest import viewer
from tests.bookings.series.conftest import TUESDAY, Again, rows_of, wanted
from tests.factories import MONDAY, hours
from tests.support.counting import Counting
from tests.support.databases import Copy

TEN = Period(TUESDAY, TUESDAY + timedelta(hours=1))


async def test_a_quota_counts_those_before(again: Again, ada: Viewer, tool: Machine) -> None:
    await Quota.objects().create(
        name=Words(en="Two a week").dump(), measure=Measure.BOOKINGS, span=Span.WEEK, most=2
    )
    with pytest.raises(SeriesDenied) as refused:
        await again(ada, tool, TEN, unit=Unit.DAY, count=4)
    assert [(each.code, each.about) for each in refused.value.problems] == [
        ("quota_exceeded", "2026-12-03"),
        ("quota_exceeded", "2026-12-04"),
    ]
    made = await again(ada, tool, TEN, unit=Unit.DAY, count=8, take="free")
    assert [row.starts_at.day for row in await rows_of(made.series.id)] == [1, 2, 7, 8]


async def test_nothing_is_made_of_nothing(again: Again, ada: Viewer, tool: Machine) -> None:
    for day in (0, 7):
        await factories.a_booking(hours(25 + day * 24), tool)
    with pytest.raises(SeriesDenied):
        await again(ada, tool, TEN, count=2, take="free")
    assert await Series.count() == 0


async def test_waiting_dates_wait_each_for_itself(again: Again, ada: Viewer, lab: None) -> None:
    policy = {"attendance": "anytime", "needs_approval": True}
    asks = await factories.a_machine(policy=policy)
    made = await again(ada, asks, TEN, count=3)
    rows = await rows_of(made.series.id)
    assert {row.status for row in rows} == {Status.PENDING}
    assert {row.awaits for row in rows} == {"approval"}
    assert await Notification.count() == 1


async def test_staff_book_for_somebody_and_set_rules_aside(
    again: Again, ada: Viewer, manager: Viewer, printer: Machine
) -> None:
    override = Override(rules=frozenset({"closed", "too_far"}), reason="Open nights")
    night = Period(TUESDAY + timedelta(hours=12), TUESDAY + timedelta(hours=13))
    first = {"member_id": ada.id, "override": override}
    made = await again(manager, printer, night, count=20, first=first)
    rows = await rows_of(made.series.id)
    assert {row.member for row in rows} == {ada.id}
    assert all("Open nights" in row.override for row in rows)
    assert '"too_far"' not in rows[0].override  # only what was in fact needed
    assert '"too_far"' in rows[-1].override
    with pytest.raises(Forbidden):
        await again(ada, printer, night, count=2, first={"override": override})


async def test_the_same_again_is_found(again: Again, ada: Viewer, tool: Machine) -> None:
    first = await again(ada, tool, TEN, count=3)
    second = await again(ada, tool, TEN, count=3)
    assert (second.new, second.series.id) == (False, first.series.id)
    assert await Booking.count() == 3
    await cancelling.cancel(ada, first.series.id, "future")
    third = await again(ada, tool, TEN, count=3)
    assert (third.new, third.series.id != first.series.id) == (True, True)


async def test_a_preview_writes_nothing_and_asks_as_often_for_many(
    ada: Viewer, tool: Machine, counted: Counting
) -> None:
    counts = []
    await actions.preview(ada, wanted(tool, TEN, count=1))  # the lab is read once
    for count in (2, 40):
        with counted() as sent:
            plan = await actions.preview(ada, wanted(tool, TEN, count=count))
        assert len(plan.free) == count
        counts.append(sent.count)
    assert counts[0] == counts[1] <= 8
    assert await Booking.count() == await Activity.count() == 0


async def test_booking_asks_as_often_for_many(
    again: Again, ada: Viewer, tool: Machine, counted: Counting
) -> None:
    counts = []
    await actions.preview(ada, wanted(tool, TEN, count=1))  # the lab is read once
    for count, by in ((2, 0), (40, 5)):
        shifted = Period(TEN.start + timedelta(hours=by), TEN.end + timedelta(hours=by))
        with counted() as sent:
            await again(ada, tool, shifted, count=count)
        counts.append(sent.count)
    assert counts[0] == counts[1] <= 16
    assert await Notification.count() == 2


async def test_a_room_with_seats_deals_them_anew(again: Again, ada: Viewer, lab: None) -> None:
    policy = {"attendance": "anytime", "max_minutes": 480}
    room = await factories.a_room(units=2, booking_mode="per_seat", policy=policy)
    for day in (0, 1):
        for unit, start in ((1, 0), (2, 2)):
            at = TUESDAY + timedelta(days=day, hours=start)
            await factories.a_booking(Period(at, at + timedelta(hours=2)), room, unit=unit)
    whole = Period(TEN.start, TEN.start + timedelta(hours=4))
    made = await again(ada, room, whole, unit=Unit.DAY, count=2)
    assert len(await rows_of(made.series.id)) == 2


async def test_made_under_an_older_law_ten_stays_ten(
    again: Again, ada: Viewer, tool: Machine
) -> None:
    """A series, a neighbour that touches it, and one date that clashes under the new law."""
    hour = timedelta(hours=1)
    made = (await again(ada, tool, TEN, count=3)).series
    neighbour = await factories.a_booking(Period(TEN.end, TEN.end + hour), tool)
    for row in await Booking.objects():
        await agreed_an_hour_ahead(row)
    late = await rows_of(made.id)
    clash = await factories.a_booking(  # made since, where the second date will come to be
        Period(late[1].starts_at + hour, late[1].ends_at + hour), tool, made_at=MONDAY
    )
    await Booking.update({Booking.made_at: MONDAY - timedelta(days=9)}).where(
        Booking.id != clash.id
    )
    found = await zone_law.rederive()
    assert (found.moved, found.cancelled) == (4, 1)
    rows = await rows_of(made.id)
    assert {row.starts_wall[11:] for row in rows} == {"10:00:00+00:00"}
    assert [row.starts_at.hour for row in rows] == [10] * 3
    assert [str(row.occurrence) for row in rows] == ["2026-12-01", "2026-12-08", "2026-12-15"]
    touching = await Booking.objects().get(Booking.id == neighbour.id)
    assert touching is not None
    assert touching.starts_at == rows[0].ends_at
    gone = await Booking.objects().get(Booking.id == clash.id)
    assert gone is not None
    assert (gone.status, gone.cancel_reason) == (Status.CANCELLED, "zone_change")
    assert await Notification.count().where(Notification.template == "bookings/zone_cancelled") == 1
    series = await Series.objects().get(Series.id == made.id)
    assert series is not None
    assert series.starts_wall == rows[0].starts_wall[:16]


async def agreed_an_hour_ahead(row: Booking) -> None:
    """As if it was made while Casablanca was at UTC+1: the same wall, an hour earlier."""
    hour = timedelta(hours=1)
    await Booking.update(
        {
            Booking.starts_at: row.starts_at - hour,
            Booking.ends_at: row.ends_at - hour,
            Booking.busy_until: row.busy_until - hour,
            Booking.release_at: row.release_at - hour,
            Booking.starts_wall: row.starts_wall.replace("+00:00", "+01:00"),
            Booking.ends_wall: row.ends_wall.replace("+00:00", "+01:00"),
            Booking.tzdata: "2026.2",
        }
    ).where(Booking.id == row.id)


async def test_two_series_at_once_for_the_same_dates(committed_database: Copy) -> None:
    """One gets them all, the other hears why: never half of each."""
    await factories.a_lab()
    policy = {"attendance": "anytime", "horizon_days": 365}
    machine = await factories.a_machine(policy=policy)
    people = [viewer(await factories.a_member()) for _ in range(3)]

    async def one(actor: Viewer) -> tuple[str, ...]:
        try:
            await actions.book(actor, wanted(machine, TEN, count=5))
        except Refused as refused:
            return refused.codes
        return ()

    told = sorted(await asyncio.gather(*map(one, people)))
    assert told == [(), ("taken",) * 5, ("taken",) * 5]
    assert await Booking.count() == 5
    assert await Series.count() == 1


async def test_the_second_person_is_asked_once_for_all_dates(
    again: Again, ada: Viewer, ben: Viewer, lab: None
) -> None:
    policy = {"attendance": "anytime"}
    machine = await factories.a_machine(buddy_required=True, policy=policy)
    made = (await again(ada, machine, TEN, count=3, first={"buddy_id": ben.id})).series
    rows = await rows_of(made.id)
    assert {(row.status, row.awaits) for row in rows} == {(Status.PENDING, "buddy")}
    [asked] = await Notification.select().where(Notification.member == ben.id)
    dates = load(asked["facts"])["dates"]
    assert asked["template"] == "bookings/series_buddy_asked"
    assert [each["booking"] for each in dates] == [row.id for row in rows]
    await Booking.update({Booking.buddy_agreed_at: MONDAY}).where(Booking.id == rows[1].id)
    await cancelling.cancel(ada, made.id, "future")
    told = await Notification.select().where(Notification.template.like("%series_buddy_free"))
    assert [len(load(each["facts"])["dates"]) for each in told] == [1]
