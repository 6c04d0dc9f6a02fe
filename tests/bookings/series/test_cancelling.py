"""Giving back a part of a series: what is late is asked about, never decided in silence."""

from datetime import timedelta
from typing import Any

import pytest

from fablab.activity.tables import Activity
from fablab.bookings.series.cancelling import cancel
from fablab.bookings.series.repeating import Unit
from fablab.bookings.tables import Booking, Status, Strike
from fablab.core.errors import NotFound, Refused
from fablab.core.facts import load
from fablab.core.periods import Period
from fablab.lab.tables import Lab
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from fablab.notifications.tables import Notification
from tests.bookings.series.conftest import TUESDAY, Again, rows_of
from tests.conftest import Travel
from tests.support.counting import Counting

TEN = Period(TUESDAY, TUESDAY + timedelta(hours=1))


async def states(series_id: int) -> list[str]:
    return [str(row.status) for row in await rows_of(series_id)]


async def all_told() -> list[dict[str, Any]]:
    found = Notification.template == "bookings/series_cancelled"
    rows: list[dict[str, Any]] = await Notification.select().where(found).order_by(Notification.id)
    return rows


async def test_this_and_following(again: Again, ada: Viewer, tool: Machine) -> None:
    made = (await again(ada, tool, TEN, count=4)).series
    rows = await rows_of(made.id)
    await cancel(ada, made.id, "following", rows[2].id, reason="A trip")
    assert await states(made.id) == ["confirmed", "confirmed", "cancelled", "cancelled"]
    gone = (await rows_of(made.id))[2]
    assert (gone.cancel_reason, gone.gave_up, gone.cancelled_by) == ("A trip", False, ada.id)
    assert (gone.busy_until, gone.remind_at, gone.sequence) == (gone.starts_at, None, 1)
    await cancel(ada, made.id, "this", rows[0].id)
    assert (await states(made.id))[:2] == ["cancelled", "confirmed"]
    await again(ada, tool, Period(rows[2].starts_at, rows[2].ends_at), count=2)  # free again
    verbs = await Activity.select(Activity.thing).where(Activity.verb == "cancelled")
    assert sorted(row["thing"] for row in verbs) == ["booking"] * 3 + ["series"]


async def test_late_ones_are_refused_given_up_or_kept(
    again: Again, ada: Viewer, tool: Machine, travel: Travel
) -> None:
    made = (await again(ada, tool, TEN, count=3)).series
    other = (await again(ada, tool, Period(TEN.end, TEN.end + timedelta(hours=1)), count=3)).series
    travel(TUESDAY - timedelta(hours=1))
    with pytest.raises(Refused) as refused:
        await cancel(ada, made.id, "future")
    assert [(each.code, each.about) for each in refused.value.problems] == [
        ("cancel_too_late", "2026-12-01")
    ]
    assert await states(made.id) == ["confirmed"] * 3
    await cancel(ada, made.id, "future", give_up=False)
    assert await states(made.id) == ["confirmed", "cancelled", "cancelled"]
    with pytest.raises(Refused) as refused:
        await cancel(ada, made.id, "future", give_up=False)
    assert refused.value.codes == ("nothing_to_come",)
    travel(TUESDAY - timedelta(minutes=30))
    await cancel(ada, other.id, "future", give_up=True)
    assert [row.gave_up for row in await rows_of(other.id)] == [True, False, False]
    verbs = await Activity.select(Activity.verb).where(Activity.verb == "gave_up")
    assert len(verbs) == 1
    told = await all_told()
    facts = [load(each["facts"]) for each in told]
    assert [(len(f["dates"]), len(f["late"]), len(f["kept"])) for f in facts] == [
        (2, 0, 1),
        (3, 1, 0),
    ]


async def test_staff_may_always(
    again: Again, ada: Viewer, manager: Viewer, tool: Machine, travel: Travel
) -> None:
    made = (await again(ada, tool, TEN, count=2)).series
    travel(TUESDAY - timedelta(minutes=5))
    await cancel(manager, made.id, "future", reason="Repairs")
    assert await states(made.id) == ["cancelled"] * 2
    assert [row.gave_up for row in await rows_of(made.id)] == [False, False]
    [told] = await Notification.select().where(Notification.template == "bookings/series_cancelled")
    assert (told["member"], load(told["facts"])["by_staff"]) == (ada.id, True)


async def test_one_that_has_begun_goes_with_those_after_it(
    again: Again, ada: Viewer, tool: Machine, travel: Travel
) -> None:
    made = (await again(ada, tool, TEN, count=2)).series
    now = travel(TUESDAY + timedelta(minutes=5))
    rows = await rows_of(made.id)
    await cancel(ada, made.id, "following", rows[0].id, give_up=True)
    gone = (await rows_of(made.id))[0]
    assert (gone.status, gone.gave_up, gone.busy_until) == (Status.CANCELLED, True, now)


async def test_as_many_statements_for_many(
    again: Again, ada: Viewer, tool: Machine, counted: Counting
) -> None:
    few = (await again(ada, tool, TEN, count=2)).series
    shifted = Period(TEN.start + timedelta(hours=5), TEN.end + timedelta(hours=5))
    many = (await again(ada, tool, shifted, count=30)).series
    counts = []
    for one in (few, many):
        with counted() as sent:
            await cancel(ada, one.id, "future")
        counts.append(sent.count)
    assert counts[0] == counts[1] <= 16
    assert await Booking.count().where(Booking.status == Status.CANCELLED) == 32


async def test_strangers_are_told_nothing(
    again: Again, ada: Viewer, ben: Viewer, tool: Machine
) -> None:
    made = (await again(ada, tool, TEN, count=2)).series
    with pytest.raises(NotFound):
        await cancel(ben, made.id, "future")
    assert await states(made.id) == ["confirmed"] * 2


async def test_each_late_one_costs_what_the_lab_says(
    again: Again, ada: Viewer, tool: Machine, travel: Travel
) -> None:
    policy = '{"late_cancellation_strikes": "1/2", "strikes": 1}'
    await Lab.update({Lab.policy: policy}, force=True)
    made = (await again(ada, tool, TEN, unit=Unit.DAY, count=2)).series
    many = (await again(ada, tool, Period(TEN.end, TEN.end + TEN.length), count=2)).series
    travel(TUESDAY - timedelta(minutes=30))
    await cancel(ada, made.id, "future", give_up=True)
    late = next(row for row in await rows_of(made.id) if row.gave_up)
    [strike] = await Strike.objects()
    assert (strike.booking, strike.halves) == (late.id, 1)
    await cancel(ada, many.id, "future", give_up=True)
    assert await Strike.count() == 2
    told = await all_told()
    facts = [load(each["facts"]) for each in told]
    assert [each["halves"] for each in facts] == [1, 1]
    assert [each["held_until_at"] is None for each in facts] == [True, False]


async def test_staff_who_cancel_late_cost_nobody_anything(
    again: Again, ada: Viewer, manager: Viewer, tool: Machine, travel: Travel
) -> None:
    await Lab.update({Lab.policy: '{"late_cancellation_strikes": 1}'}, force=True)
    made = (await again(ada, tool, TEN, count=2)).series
    travel(TUESDAY - timedelta(minutes=5))
    await cancel(manager, made.id, "future")
    assert not await Strike.exists()
