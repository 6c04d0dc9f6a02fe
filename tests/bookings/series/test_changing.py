"""Changing a part of a series: the past stays, the rest goes all or not at all."""

from datetime import time, timedelta
from typing import Any

import pytest

from fablab.activity.tables import Activity
from fablab.bookings import checks
from fablab.bookings.series.altering import Alteration, repeat_of
from fablab.bookings.series.asking import SeriesDenied
from fablab.bookings.series.changing import change
from fablab.bookings.series.repeating import Unit
from fablab.bookings.tables import Booking, Series, Status
from fablab.core.errors import NotFound, Refused
from fablab.core.facts import load
from fablab.core.periods import Period
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from fablab.notifications.tables import Notification
from tests import factories
from tests.bookings.series.conftest import TUESDAY, Again, rows_of, times
from tests.conftest import Travel
from tests.factories import hours
from tests.support.counting import Counting

TEN = Period(TUESDAY, TUESDAY + timedelta(hours=1))
LATER = Alteration(starts=time(10, 30))


async def series(series_id: int) -> Series:
    found = await Series.objects().get(Series.id == series_id)
    assert found is not None
    return found


async def test_all_to_come_of_one_that_has_not_begun_stays_one_series(
    again: Again, ada: Viewer, tool: Machine
) -> None:
    made = (await again(ada, tool, TEN, count=3)).series
    found = await change(ada, made.id, "future", None, LATER)
    assert found == made.id
    assert await times(made.id) == ["12-01 10:30", "12-08 10:30", "12-15 10:30"]
    now = await series(made.id)
    assert (now.starts_wall, now.ends_wall) == ("2026-12-01T10:30", "2026-12-01T11:30")
    assert (now.follows, now.followed_by) == (None, None)
    rows = await rows_of(made.id)
    assert [row.starts_wall[11:16] for row in rows] == ["10:30"] * 3
    assert [row.sequence for row in rows] == [1] * 3
    assert [row.release_at - row.starts_at for row in rows] == [timedelta(minutes=15)] * 3


async def test_to_a_sister_for_less_time(again: Again, ada: Viewer, tool: Machine) -> None:
    made = (await again(ada, tool, TEN, unit=Unit.DAY, count=4)).series
    policy = {"attendance": "anytime", "horizon_days": 365, "turnaround_minutes": 20}
    sister = await factories.a_machine(policy=policy)
    alteration = Alteration(machine_id=sister.id, minutes=30)
    assert await change(ada, made.id, "future", None, alteration) == made.id
    rows = await rows_of(made.id)
    assert {row.machine for row in rows} == {sister.id}
    assert {row.busy_until - row.starts_at for row in rows} == {timedelta(minutes=50)}
    assert (await series(made.id)).machine == sister.id


async def test_each_comes_to_where_another_was(again: Again, ada: Viewer, tool: Machine) -> None:
    """Mondays become Tuesdays while Tuesdays become Wednesdays: the guard looks row by row."""
    made = (await again(ada, tool, hours(1 + 24 * 7), count=4, weekdays=(0, 1))).series
    await change(ada, made.id, "future", None, Alteration(weekdays=(1, 2)))
    assert await times(made.id) == ["12-08 10:00", "12-09 10:00", "12-15 10:00", "12-16 10:00"]
    rows = await rows_of(made.id)
    assert [str(row.occurrence) for row in rows] == [
        "2026-12-08",
        "2026-12-09",
        "2026-12-15",
        "2026-12-16",
    ]
    assert repeat_of(await series(made.id)).weekdays == (1, 2)
    assert await counted_wrong() == 0


async def counted_wrong() -> int:
    """Of everything that must hold of bookings but for the activity of those the tests write."""
    each = [check for name, check in checks.CHECKS.items() if "activity" not in name]
    return sum([await check() for check in each])


async def test_weekdays_must_be_as_many_as_before(again: Again, ada: Viewer, tool: Machine) -> None:
    made = (await again(ada, tool, TEN, count=3)).series
    with pytest.raises(Refused) as refused:
        await change(ada, made.id, "future", None, Alteration(weekdays=(1, 2)))
    assert refused.value.codes == ("invalid_repeat",)
    with pytest.raises(Refused) as refused:
        await change(ada, made.id, "future", None, Alteration())
    assert refused.value.codes == ("required",)


async def test_one_date_that_is_taken_keeps_them_all(
    again: Again, ada: Viewer, tool: Machine
) -> None:
    made = (await again(ada, tool, TEN, count=3)).series
    await factories.a_booking(hours(26 + 24 * 7), tool)  # 8 December, eleven
    with pytest.raises(SeriesDenied) as refused:
        await change(ada, made.id, "future", None, LATER)
    assert [(each.code, each.about) for each in refused.value.problems] == [("taken", "2026-12-08")]
    assert await times(made.id) == ["12-01 10:00", "12-08 10:00", "12-15 10:00"]
    assert {row.unit for row in await rows_of(made.id)} == {1}
    assert await Series.count() == 1


async def test_a_series_divided_twice_is_linked_in_a_row(
    again: Again, ada: Viewer, tool: Machine
) -> None:
    made = (await again(ada, tool, TEN, count=4)).series
    rows = await rows_of(made.id)
    last = await change(ada, made.id, "following", rows[3].id, LATER)
    middle = await change(ada, made.id, "following", rows[1].id, Alteration(starts=time(14)))
    assert await times(made.id) == ["12-01 10:00"]
    assert await times(middle) == ["12-08 14:00", "12-15 14:00"]
    assert await times(last) == ["12-22 10:30"]
    links = [(s.follows, s.followed_by) for s in [await series(i) for i in (made.id, middle, last)]]
    assert links == [(None, middle), (made.id, last), (middle, None)]
    assert repeat_of(await series(made.id)).until == (rows[1].starts_at - timedelta(days=1)).date()
    verbs = await Activity.select(Activity.verb).where(Activity.thing == "series")
    assert sorted(row["verb"] for row in verbs) == ["divided", "divided", "made"]


async def test_this_one_alone_stays_in_its_series(again: Again, ada: Viewer, tool: Machine) -> None:
    made = (await again(ada, tool, TEN, count=3)).series
    rows = await rows_of(made.id)
    assert await change(ada, made.id, "this", rows[1].id, Alteration(starts=time(15))) == made.id
    assert await times(made.id) == ["12-01 10:00", "12-08 15:00", "12-15 10:00"]
    await change(ada, made.id, "future", None, Alteration(minutes=30))
    assert await times(made.id) == ["12-01 10:00", "12-08 15:00", "12-15 10:00"]
    lengths = {row.ends_at - row.starts_at for row in await rows_of(made.id)}
    assert lengths == {timedelta(minutes=30)}


async def test_what_has_begun_or_gone_is_left_alone(
    again: Again, ada: Viewer, tool: Machine, travel: Travel
) -> None:
    made = (await again(ada, tool, TEN, count=3)).series
    rows = await rows_of(made.id)
    await Booking.update({Booking.status: Status.CANCELLED}).where(Booking.id == rows[2].id)
    travel(TUESDAY + timedelta(minutes=5))
    new = await change(ada, made.id, "future", None, LATER)
    assert await times(new) == ["12-08 10:30"]
    assert await times(made.id) == ["12-01 10:00", "12-15 10:00"]
    travel(TUESDAY + timedelta(days=30))
    with pytest.raises(Refused) as refused:
        await change(ada, new, "future", None, Alteration(minutes=30))
    assert refused.value.codes == ("nothing_to_come",)


async def test_too_late_to_move_is_told_for_its_date(
    again: Again, ada: Viewer, tool: Machine, travel: Travel
) -> None:
    made = (await again(ada, tool, TEN, count=2)).series
    travel(TUESDAY - timedelta(minutes=30))
    with pytest.raises(SeriesDenied) as refused:
        await change(ada, made.id, "future", None, Alteration(starts=time(16)))
    assert [(each.code, each.about) for each in refused.value.problems] == [
        ("change_too_late", "2026-12-01")
    ]


async def test_one_notice_and_a_constant_number_of_statements(
    again: Again, ada: Viewer, tool: Machine, counted: Counting
) -> None:
    few = (await again(ada, tool, TEN, count=2)).series
    sister = await factories.a_machine(policy={"attendance": "anytime", "horizon_days": 365})
    shifted = Period(TEN.start + timedelta(hours=5), TEN.end + timedelta(hours=5))
    many = (await again(ada, sister, shifted, count=30)).series
    counts = []
    for one, at in ((few, time(11)), (many, time(17))):
        with counted() as sent:
            await change(ada, one.id, "future", None, Alteration(starts=at))
        counts.append(sent.count)
    assert counts[0] == counts[1] <= 16
    told = await Notification.select().where(Notification.template == "bookings/series_changed")
    assert [len(load(each["facts"])["dates"]) for each in told] == [2, 30]


async def test_strangers_and_strange_bookings(
    again: Again, ada: Viewer, ben: Viewer, tool: Machine
) -> None:
    made = (await again(ada, tool, TEN, count=2)).series
    other = await factories.a_booking(hours(3))
    wishes: list[tuple[Any, ...]] = [(ben, None), (ada, other.id)]
    for actor, booking in wishes:
        part = "following" if booking else "future"
        with pytest.raises(NotFound):
            await change(actor, made.id, part, booking, LATER)


async def test_seats_are_dealt_anew_for_those_who_move(
    again: Again, ada: Viewer, lab: None
) -> None:
    """Two half days fill a seat each; in between only dealing anew makes a whole one."""
    policy = {"attendance": "anytime", "max_minutes": 480}
    room = await factories.a_room(units=2, booking_mode="per_seat", policy=policy)
    made = (await again(ada, room, TEN, unit=Unit.DAY, count=2)).series
    day = TUESDAY + timedelta(days=1)
    for unit, start in ((1, 3), (2, 5)):
        at = Period(day + timedelta(hours=start), day + timedelta(hours=start + 2))
        await factories.a_booking(at, room, unit=unit)
    await change(ada, made.id, "future", None, Alteration(starts=time(13), minutes=240))
    rows = await rows_of(made.id)
    assert [row.starts_at.hour for row in rows] == [13, 13]
    assert {row.status for row in rows} == {Status.CONFIRMED}
    assert await counted_wrong() == 0
