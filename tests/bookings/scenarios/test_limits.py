"""Limits in time, as people meet them: the scenarios of this name, through the API."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from fablab.activity.tables import Activity
from fablab.bookings.tables import Booking, Status
from fablab.core import db
from fablab.core.words import Words
from fablab.lab.tables import Season
from fablab.members.tables import Member
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.scenarios.conftest import Program, a_fine_machine, codes, said, times, wish
from tests.bookings.test_pages_schedule import text_of
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.browser import Browser

DAY, FRIDAY = 24, 4 * 24
NIGHT = {"attendance": "start_and_end_staffed", "closed_hours": "night", "max_minutes": 48 * 60}
ANYTIME = {"attendance": "anytime"}


async def book(asks: httpx.AsyncClient, *given: Any, **more: Any) -> httpx.Response:
    return await asks.post("/bookings", json=wish(*given, **more))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_n1_notice_counts_to_the_start(ada_asks: httpx.AsyncClient, travel: Travel) -> None:
    laser = await a_fine_machine({"notice_to_book_minutes": 120})
    travel(timedelta(hours=1))
    refused = await book(ada_asks, laser, 2.75)
    assert (refused.status_code, codes(refused)) == (422, {"too_soon"})
    assert said(refused, "too_soon")["nearest"] == ["2026-11-30T12:00:00+00:00"]
    assert (await book(ada_asks, laser, 3)).status_code == 201


@pytest.mark.parametrize(("length", "status"), [(1, 201), (1.25, 422)])
async def test_n1_the_horizon_counts_at_the_end(
    length: float, status: int, ada_asks: httpx.AsyncClient
) -> None:
    """Tomorrow until midnight, and a quarter past."""
    printer = await a_fine_machine({"horizon_days": 1} | ANYTIME)
    answer = await book(ada_asks, printer, DAY + 14, length)
    assert answer.status_code == status
    assert status == 201 or codes(answer) == {"too_far"}


async def test_n3_the_smaller_horizon_wins_and_staff_may_go_beyond(
    program: Program, lab: None, manager: Viewer
) -> None:
    plan = await factories.a_plan(horizon_days=7)
    member = await factories.a_member(plan=plan.id)
    laser = await a_fine_machine({"horizon_days": 14})
    asks, desk = await program(member), await program(manager)
    assert (await book(asks, laser, 7 * DAY)).status_code == 201
    refused = await book(asks, laser, 8 * DAY)
    assert said(refused, "too_far")["limit"] == 7
    assert (await book(desk, laser, 8 * DAY)).status_code == 201
    far = await book(desk, laser, 15 * DAY)
    assert said(far, "too_far")["limit"] == 14
    override = {"rules": ["too_far"], "reason": "A class that comes every year"}
    made = await book(desk, laser, 9 * DAY, member=member.number, override=override)
    assert made.status_code == 201
    stored = await Booking.objects().get(Booking.id == made.json()["id"])
    assert "every year" in stored.override


class TestN5:
    """Twenty-four hours' notice to cancel, an hour's to move."""

    @pytest.fixture
    async def made(self, ada_asks: httpx.AsyncClient) -> dict[str, Any]:
        policy = {"notice_to_cancel_minutes": 24 * 60, "notice_to_move_minutes": 60}
        self.laser = await a_fine_machine(policy)
        return dict((await book(ada_asks, self.laser, 2 * DAY)).json())

    async def test_n5_a_day_before_it_is_cancelled(
        self, made: dict[str, Any], ada_asks: httpx.AsyncClient, travel: Travel
    ) -> None:
        travel(MONDAY + timedelta(hours=DAY))
        done = await ada_asks.post(f"/bookings/{made['id']}/cancel", json={})
        assert (done.status_code, done.json()["status"]) == (200, "cancelled")

    async def test_n5_a_minute_later_it_can_only_be_given_up(
        self,
        made: dict[str, Any],
        ada_asks: httpx.AsyncClient,
        ben_asks: httpx.AsyncClient,
        travel: Travel,
    ) -> None:
        travel(MONDAY + timedelta(hours=DAY, minutes=1))
        refused = await ada_asks.post(f"/bookings/{made['id']}/cancel", json={})
        assert (refused.status_code, codes(refused)) == (422, {"cancel_too_late"})
        given = await ada_asks.post(f"/bookings/{made['id']}/cancel", json={"give_up": True})
        assert given.status_code == 200
        booking = await Booking.objects().get(Booking.id == made["id"])
        assert (booking.status, booking.gave_up) == (Status.CANCELLED, True)
        verbs = await Activity.select(Activity.verb).where(
            Activity.thing == "booking", Activity.thing_id == made["id"]
        )
        assert {row["verb"] for row in verbs} == {"made", "gave_up"}
        assert (await book(ben_asks, self.laser, 2 * DAY)).status_code == 201

    async def test_n5_moving_asks_the_old_start(
        self, made: dict[str, Any], ada_asks: httpx.AsyncClient, travel: Travel
    ) -> None:
        travel(MONDAY + timedelta(hours=2 * DAY - 1, minutes=1))
        late = await ada_asks.patch(f"/bookings/{made['id']}", json=times(2 * DAY + 4))
        assert (late.status_code, codes(late)) == (422, {"change_too_late"})

    async def test_n5_moving_asks_the_new_start(
        self, made: dict[str, Any], ada_asks: httpx.AsyncClient
    ) -> None:
        near = await ada_asks.patch(f"/bookings/{made['id']}", json=times(0.75))
        assert (near.status_code, codes(near)) == (422, {"change_too_late"})
        nearest = ["2026-11-30T10:00:00+00:00"]
        assert said(near, "change_too_late")["nearest"] == nearest
        booking = await Booking.objects().get(Booking.id == made["id"])
        assert booking.starts_at == hours(2 * DAY).start
        moved = await ada_asks.patch(f"/bookings/{made['id']}", json=times(1))
        assert moved.status_code == 200


async def test_n6_off_the_grid_the_nearest_steps_are_told(ada_asks: httpx.AsyncClient) -> None:
    printer = await a_fine_machine()
    start = {"starts_at": "2026-12-01T09:05:00+00:00", "ends_at": "2026-12-01T10:00:00+00:00"}
    refused = await ada_asks.post("/bookings", json={"machine": printer.slug, **start})
    assert codes(refused) == {"off_grid"}
    nearest = ["2026-12-01T09:00:00+00:00", "2026-12-01T09:15:00+00:00"]
    assert said(refused, "off_grid")["nearest"] == nearest


async def test_n6_the_grid_starts_at_local_midnight_when_the_clock_changes(
    ada_asks: httpx.AsyncClient, travel: Travel
) -> None:
    """Steps of two hours on the day of 25: two o'clock is three hours after midnight."""
    travel(at("2026-09-19T12:00:00+00:00"))
    policy = {"granularity_minutes": 120, "min_minutes": 60} | ANYTIME
    printer = await a_fine_machine(policy)

    async def asked(start: str, end: str) -> httpx.Response:
        body = {"starts_at": f"2026-09-20T{start}", "ends_at": f"2026-09-20T{end}"}
        return await ada_asks.post("/bookings", json={"machine": printer.slug, **body})

    refused = await asked("03:00", "04:00")
    assert said(refused, "off_grid")["nearest"] == [
        "2026-09-20T02:00:00+00:00",
        "2026-09-20T04:00:00+00:00",
    ]
    assert (await asked("02:00", "04:00")).status_code == 201


async def test_h1_both_windows_of_friday_are_named(ada_asks: httpx.AsyncClient) -> None:
    press, printer = await a_fine_machine(), await a_fine_machine(NIGHT)
    refused = await book(ada_asks, press, FRIDAY + 2, 4)
    assert codes(refused) == {"closed"}
    for window in ("09:00\u202f–\u202f11:30", "14:30\u202f–\u202f18:30"):
        assert window in said(refused, "closed")["message"]
    assert codes(await book(ada_asks, printer, FRIDAY + 4, 2)) == {"closed"}
    assert (await book(ada_asks, printer, FRIDAY + 2, 4)).status_code == 201


async def test_h1_a_room_takes_as_many_as_it_has_seats(program: Program, lab: None) -> None:
    room = await factories.a_room(units=16, booking_mode="per_seat")
    people = [await program(await factories.a_member()) for _ in range(17)]
    answers = [(await book(each, room, 1)).status_code for each in people]
    assert answers == [201] * 16 + [409]


async def test_h2_over_night_but_not_into_a_closed_day(ada_asks: httpx.AsyncClient) -> None:
    printer = await a_fine_machine(NIGHT)
    assert (await book(ada_asks, printer, 3 * DAY + 8, 17)).status_code == 201
    assert codes(await book(ada_asks, printer, FRIDAY + 8, 23)) == {"closed"}


@pytest.mark.parametrize(
    ("day", "gone"), [("2026-03-22", True), ("2026-03-23", False)], ids=["changes", "as ever"]
)
async def test_d2_the_day_grid_has_no_hour_that_the_clock_skips(
    day: str, gone: bool, browser: Browser, travel: Travel
) -> None:
    await factories.a_lab(week={weekday: ["00:00-23:59"] for weekday in range(7)})
    machine = await factories.a_machine(slug="printer", name=Words(en="Printer"), policy=ANYTIME)
    travel(at("2026-03-20T12:00:00+00:00"))
    text = await text_of(browser, f"/schedule?date={day}")
    assert "01:00" in text
    assert ("02:00" not in text) == gone
    await browser.sign_in(await factories.a_member())
    form = await text_of(browser, f"/bookings/new?machine={machine.slug}&date={day}")
    assert (">02:00<" not in form) == gone
    assert ">03:00<" in form


async def test_d2_the_day_of_the_change_has_twenty_five_hours(
    program: Program, travel: Travel
) -> None:
    """What a share of the day is counted of; here by the quota that all of the day uses up."""
    await factories.a_lab(week={weekday: ["00:00-00:00"] for weekday in range(7)})
    await factories.a_quota(hours="opening", most=30 * 60)
    printer = await a_fine_machine({"max_minutes": 48 * 60})
    asks = await program(await factories.a_member())
    travel(at("2026-09-18T12:00:00+00:00"))
    whole = {"starts_at": "2026-09-20T00:00", "ends_at": "2026-09-21T00:00"}
    made = await asks.post("/bookings", json={"machine": printer.slug, **whole})
    assert made.status_code == 201, made.text
    travel(at(made.json()["starts_at"]))
    [quota] = (await asks.get("/me")).json()["quotas"]
    assert quota["used"] == 25 * 60


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The server's own zone."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def test_d3_tokyo_changes_nothing(
    program: Program, ada: Viewer, in_tokyo: None, browser: Browser
) -> None:
    """The server's zone, the database's and the visitor's; two processes: test_zone_data."""
    assert datetime.now().astimezone().utcoffset() == timedelta(hours=9)
    if not db.is_sqlite():
        await db.execute("SET LOCAL TIME ZONE 'Asia/Tokyo'")
    printer = await a_fine_machine(slug="printer")
    asks = await program(ada)
    asks.headers.update({"accept-language": "ja-JP,en;q=0.5", "time-zone": "Asia/Tokyo"})
    body = {"starts_at": "2026-12-01T10:00", "ends_at": "2026-12-01T11:00"}
    made = (await asks.post("/bookings", json={"machine": printer.slug, **body})).json()
    assert made["starts_at"] == "2026-12-01T10:00:00+00:00"
    stored = await Booking.objects().get(Booking.id == made["id"])
    assert stored.starts_at == datetime(2026, 12, 1, 10, tzinfo=UTC)
    assert stored.starts_wall == "2026-12-01T10:00:00+00:00"
    await browser.sign_in(await Member.objects().get(Member.id == ada.id))
    page = await text_of(browser, f"/bookings/{made['id']}")
    assert "10:00\u202f–\u202f11:00" in page
    late = await asks.post("/bookings", json=wish(printer, 33))
    assert codes(late) == {"closed"}


class TestH3:
    """Ramadan hours: expected they change nothing, confirmed they replace the week."""

    @pytest.fixture
    async def season(self, lab: None) -> Season:
        day = date(2026, 12, 7)
        return await factories.a_season(day, day, {0: ["09:00-14:00"]}, confirmed=False)

    async def test_h3_a_season_counts_once_it_is_confirmed(
        self, program: Program, ada: Viewer, browser: Browser, season: Season
    ) -> None:
        asks, laser = await program(ada), await a_fine_machine()
        kept = await asks.post("/bookings", json=wish(laser, 7 * 24 + 2))
        late = await asks.post("/bookings", json=wish(laser, 7 * 24 + 6))
        assert (kept.status_code, late.status_code) == (201, 201)
        await browser.sign_in(await factories.a_manager())
        address = f"/desk/hours/seasons/{season.id}"
        preview = await browser.submit(address, confirmed="on")
        assert preview.status_code == 422
        assert "1 booking is in the way" in preview.text
        assert f'/bookings/{late.json()["id"]}"' in preview.text
        refused = await asks.post("/bookings", json=wish(laser, 7 * 24 + 8))
        assert refused.status_code == 201  # nothing is saved yet
        again = await browser.send_form(preview, stranded="cancel")
        assert "2 bookings are in the way" in again.text
        await browser.send_form(again, stranded="cancel")
        assert (await asks.get(f"/bookings/{kept.json()['id']}")).json()["status"] == "confirmed"
        assert (await asks.get(f"/bookings/{late.json()['id']}")).json()["status"] == "cancelled"
        refused = await asks.post("/bookings", json=wish(laser, 7 * 24 + 6))
        assert codes(refused) == {"closed"}
