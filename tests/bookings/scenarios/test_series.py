"""What repeats, as people meet it: the scenarios of this name, through the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from fablab.bookings.tables import Booking, Series, Status
from fablab.core.facts import load
from fablab.core.periods import Period
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from fablab.notifications.tables import Notification
from tests import factories
from tests.bookings.scenarios.conftest import Program, a_fine_machine, codes, said
from tests.conftest import Travel
from tests.factories import hours

ALWAYS = {"attendance": "anytime", "horizon_days": 365}


@pytest.fixture
async def tool(lab: None) -> Machine:
    """Nobody has to be there, and it may be booked for a year."""
    return await a_fine_machine(ALWAYS)


def series(
    machine: Machine, start: str, end: str, take: str = "all", **repeat: Any
) -> dict[str, Any]:
    times = {"starts_at": start, "ends_at": end}
    return {"machine": machine.slug, **times, "repeat": {"every": 1, **repeat}, "take": take}


def starts(answer: httpx.Response) -> list[str]:
    return [each["starts_at"] for each in answer.json()["bookings"]]


def days(answer: httpx.Response) -> list[str]:
    return [start[:10] for start in starts(answer)]


FOUR_DAYS = ("2026-12-01T10:00", "2026-12-01T11:00")


async def test_r1_one_of_four_days_is_busy(ada_asks: httpx.AsyncClient, tool: Machine) -> None:
    await factories.a_booking(hours(49), tool)  # Wednesday from ten to eleven
    body = series(tool, *FOUR_DAYS, unit="day", count=4)
    refused = await ada_asks.post("/series", json=body)
    assert (refused.status_code, codes(refused)) == (409, {"taken"})
    assert said(refused, "taken")["field"] == "2026-12-02"
    assert await Booking.count() == 1
    assert await Series.count() == 0
    made = await ada_asks.post("/series", json=body | {"take": "free"})
    assert made.status_code == 201
    assert days(made) == ["2026-12-01", "2026-12-03", "2026-12-04"]
    assert [each["date"] for each in made.json()["left_out"]] == ["2026-12-02"]
    assert made.headers["location"] == f"/api/v1/series/{made.json()['id']}"
    [told] = await Notification.select()
    facts = load(told["facts"])
    assert told["template"] == "bookings/series_made"
    assert [each["starts_at"].day for each in facts["dates"]] == [1, 3, 4]
    assert [str(day) for day in facts["left_out_on"]] == ["2026-12-02"]


@pytest.mark.parametrize(
    ("every", "until", "found"), [(1, "2026-10-11", 2), (1, "2026-10-18", 4), (2, "2026-11-01", 4)]
)
async def test_r2_mondays_and_tuesdays(
    every: int,
    until: str,
    found: int,
    ada_asks: httpx.AsyncClient,
    tool: Machine,
    travel: Travel,
) -> None:
    travel(datetime(2026, 10, 1, 9, tzinfo=UTC))
    body = series(
        tool,
        "2026-10-05T10:00",
        "2026-10-05T11:00",
        unit="week",
        every=every,
        weekdays=["mon", "tue"],
        until=until,
    )
    made = await ada_asks.post("/series", json=body)
    assert made.status_code == 201
    assert len(starts(made)) == found
    assert days(made)[:2] == ["2026-10-05", "2026-10-06"]
    assert made.json()["repeat"] == body["repeat"]


async def test_r5_the_last_day_counts(ada_asks: httpx.AsyncClient, tool: Machine) -> None:
    body = series(tool, *FOUR_DAYS, unit="day", until="2026-12-03")
    made = await ada_asks.post("/series", json=body)
    assert days(made) == ["2026-12-01", "2026-12-02", "2026-12-03"]


async def test_r5_no_weekday_is_refused_clearly(ada_asks: httpx.AsyncClient, tool: Machine) -> None:
    body = series(tool, *FOUR_DAYS, unit="week", weekdays=[], count=3)
    refused = await ada_asks.post("/series", json=body)
    assert (refused.status_code, codes(refused)) == (422, {"no_weekday"})
    assert said(refused, "no_weekday")["message"] == "Choose at least one day of the week."
    looked = await ada_asks.post("/series/preview", json=body)
    assert looked.status_code == 200
    assert [each["code"] for each in looked.json()["violations"]] == ["no_weekday"]


async def test_r5_instances_longer_than_a_day_cannot_repeat_daily(
    ada_asks: httpx.AsyncClient, tool: Machine
) -> None:
    body = series(tool, "2026-12-01T10:00", "2026-12-02T16:00", unit="day", count=3)
    refused = await ada_asks.post("/series", json=body)
    assert (refused.status_code, codes(refused)) == (422, {"instances_overlap"})
    assert said(refused, "instances_overlap")["limit"] == 24 * 60
    assert await Booking.count() == 0


async def test_r6_the_past_stays_and_the_future_is_a_series_of_its_own(
    ada_asks: httpx.AsyncClient, tool: Machine, travel: Travel
) -> None:
    body = series(tool, "2026-12-01T10:00", "2026-12-01T11:00", unit="week", count=5)
    made = (await ada_asks.post("/series", json=body)).json()
    travel(datetime(2026, 12, 10, 9, tzinfo=UTC))
    changed = await ada_asks.patch(
        f"/series/{made['id']}", json={"part": "future", "starts": "15:00"}
    )
    assert changed.status_code == 200, changed.text
    after = changed.json()
    assert after["id"] != made["id"]
    assert starts(changed) == [f"2026-12-{day}T15:00:00+00:00" for day in ("15", "22", "29")]
    assert after["follows"] == made["id"]
    assert after["starts"] == "2026-12-15T15:00"
    assert after["repeat"]["count"] == 3
    before = await ada_asks.get(f"/series/{made['id']}")
    assert starts(before) == ["2026-12-01T10:00:00+00:00", "2026-12-08T10:00:00+00:00"]
    assert before.json()["followed_by"] == after["id"]
    assert before.json()["repeat"]["until"] == "2026-12-14"


async def test_r7_sixty_are_the_most(
    ada_asks: httpx.AsyncClient, tool: Machine, manager: Viewer, program: Program
) -> None:
    def daily(count: int) -> dict[str, Any]:
        return series(tool, *FOUR_DAYS, unit="day", count=count)

    refused = await ada_asks.post("/series", json=daily(61))
    assert (refused.status_code, codes(refused)) == (422, {"series_too_long"})
    assert said(refused, "series_too_long")["limit"] == 60
    assert (await ada_asks.post("/series", json=daily(60))).status_code == 201
    assert await Booking.count() == 60
    staff, sister = await program(manager), await a_fine_machine(ALWAYS)
    body = daily(61) | {"machine": sister.slug}
    override = {"rules": ["series_too_long"], "reason": "A whole season of it"}
    made = await staff.post("/series", json=body | {"override": override})
    assert made.status_code == 201
    assert len(starts(made)) == 61


async def test_d1_ten_stays_ten_through_the_change_of_the_law(
    ada_asks: httpx.AsyncClient, tool: Machine, travel: Travel
) -> None:
    travel(datetime(2026, 8, 1, 9, tzinfo=UTC))
    body = series(tool, "2026-08-04T10:00", "2026-08-04T12:00", unit="week", count=10)
    made = await ada_asks.post("/series", json=body)
    assert made.status_code == 201
    assert {start[11:16] for start in starts(made)} == {"10:00"}
    offsets = [(start[:10] < "2026-09-20", start[19:]) for start in starts(made)]
    assert set(offsets) == {(True, "+01:00"), (False, "+00:00")}
    rows = await Booking.select(Booking.starts_at, Booking.starts_wall).order_by(Booking.id)
    assert [row["starts_at"].hour for row in rows] == [9] * 7 + [10] * 3
    assert {row["starts_wall"][11:16] for row in rows} == {"10:00"}
    assert Period(rows[6]["starts_at"], rows[7]["starts_at"]).length == timedelta(days=7, hours=1)
    assert await Booking.count().where(Booking.status == Status.CONFIRMED) == 10
