"""Changing the hours at the desk, and the bookings that new hours would leave outside."""

from datetime import date, timedelta

import pytest

from fablab.activity.tables import Activity
from fablab.bookings.tables import Booking, Waiting
from fablab.core.facts import load
from fablab.core.words import Words
from fablab.lab import queries
from fablab.lab.open_day import OpenDay
from fablab.lab.tables import Closure, DayException, Season
from fablab.members.tables import Member
from fablab.notifications.tables import Notification
from tests import factories
from tests.factories import MONDAY
from tests.factories.lab import a_closure, a_day_exception, a_lab, a_season
from tests.factories.machines import a_machine
from tests.factories.members import a_manager, a_member
from tests.lab.hours import faces
from tests.support.browser import Browser
from tests.support.counting import Counting

TUESDAY = date(2026, 12, 1)


@pytest.fixture(autouse=True)
async def manager(rolled_back: None, browser: Browser) -> Member:
    await a_lab()
    manager = await a_manager()
    await browser.sign_in(manager)
    return manager


async def opening(day: date) -> OpenDay:
    return (await queries.place()).calendar.opening(day)


async def test_only_staff_change_the_hours(browser: Browser) -> None:
    await browser.sign_in(await a_member())
    for address in ("/desk/hours", "/desk/hours/closures/new", "/desk/hours/days/new"):
        assert (await browser.get(address)).status_code == 403
    posted = await browser.post("/desk/hours/closures/new", data={"first_day": "2026-12-01"})
    assert posted.status_code == 403
    assert not await Closure.exists()


async def test_a_closure_is_added_and_recorded(browser: Browser, manager: Member) -> None:
    answer = await browser.submit(
        "/desk/hours/closures/new",
        name_fr="Inventaire",
        first_day="2026-12-01",
        last_day="2026-12-02",
    )
    assert answer.status_code == 303
    closed = await opening(TUESDAY)
    assert closed.reason == Words(fr="Inventaire")
    assert closed.closed_by == "closure"
    entry = await Activity.objects().get(Activity.thing == "closure")
    assert (entry.verb, entry.actor) == ("made", manager.id)
    shown = await browser.get("/desk/hours")
    assert "Inventaire" in shown.text


async def test_the_same_form_sent_twice_makes_one_closure(browser: Browser) -> None:
    shown = await browser.get("/desk/hours/closures/new")
    fields = {"name_en": "Stocktake", "first_day": "2026-12-01", "last_day": "2026-12-01"}
    for _ in range(2):
        assert (await browser.send_form(shown, **fields)).status_code == 303
    assert await Closure.count() == 1


async def test_every_fault_of_a_closure_is_told(browser: Browser) -> None:
    answer = await browser.submit(
        "/desk/hours/closures/new", first_day="2026-12-02", last_day="2026-12-01"
    )
    assert answer.status_code == 422
    assert "Give a name in one language at least." in answer.text
    assert "The last day must not come before the first." in answer.text
    assert 'value="2026-12-02"' in answer.text


async def test_a_closure_over_bookings_asks_first(browser: Browser) -> None:
    await factories.a_booking(factories.hours(25))
    await factories.a_booking(factories.hours(26))
    await factories.a_booking(factories.hours(49))
    fields = {"name_en": "Stocktake", "first_day": "2026-12-01", "last_day": "2026-12-01"}
    answer = await browser.submit("/desk/hours/closures/new", **fields)
    assert answer.status_code == 422
    assert "2 bookings are in the way" in answer.text
    assert not await Closure.exists()
    kept = await browser.send_form(answer, stranded="keep")
    assert kept.status_code == 303
    assert await Closure.count() == 1


async def test_bookings_that_need_no_open_lab_are_not_stranded(browser: Browser) -> None:
    desks = await a_machine(policy={"attendance": "anytime"})
    await factories.a_booking(factories.hours(25), machine=desks)
    await factories.a_booking(factories.hours(26), status="cancelled")
    answer = await browser.submit(
        "/desk/hours/closures/new",
        name_en="Stocktake",
        first_day="2026-12-01",
        last_day="2026-12-01",
    )
    assert answer.status_code == 303


async def test_a_closure_is_confirmed_on_other_dates(browser: Browser, manager: Member) -> None:
    eid = await a_closure(TUESDAY, confirmed=False)
    address = f"/desk/hours/closures/{eid.id}"
    answer = await browser.submit(
        address,
        address,
        first_day="2026-12-02",
        last_day="2026-12-03",
        confirmed="on",
    )
    assert answer.status_code == 422
    assert "These days open as usual" in answer.text
    assert "Tuesday 1 December 2026" in answer.text
    assert (await browser.send_form(answer, address)).status_code == 303
    assert not (await opening(TUESDAY)).closed_by
    assert (await opening(date(2026, 12, 3))).closed_by == "closure"
    entry = await Activity.objects().get(Activity.thing == "closure")
    assert entry.verb == "changed"


async def test_a_closure_is_removed(browser: Browser) -> None:
    closure = await a_closure(TUESDAY)
    address = f"/desk/hours/closures/{closure.id}"
    answer = await browser.submit(address, f"{address}/remove")
    assert answer.status_code == 303
    assert not (await opening(TUESDAY)).closed_by
    gone = await browser.post(f"/desk/hours/closures/{closure.id}/remove")
    assert gone.status_code == 404


async def test_confirming_a_season_tells_what_it_strands(browser: Browser) -> None:
    season = await a_season(TUESDAY, TUESDAY, {1: ["09:00-11:00"]}, confirmed=False)
    await factories.a_booking(factories.hours(24, 1))
    await factories.a_booking(factories.hours(29, 1))
    address = f"/desk/hours/seasons/{season.id}"
    assert "Tuesday" in (await browser.get(address)).text
    answer = await browser.submit(address, confirmed="on")
    assert answer.status_code == 422
    assert "1 booking is in the way" in answer.text
    assert (await browser.send_form(answer, stranded="keep")).status_code == 303
    assert faces((await opening(TUESDAY)).windows) == ["Tue 09:00-11:00"]
    assert (await Season.objects().get(Season.id == season.id)).confirmed


async def test_one_day_gets_its_own_hours(browser: Browser) -> None:
    answer = await browser.submit(
        "/desk/hours/days/new?day=2026-12-06",
        opens_1="21:00",
        closes_1="00:30",
        opens_2="10:00",
        closes_2="12:00",
        name_ar="ليلة مفتوحة",
    )
    assert answer.status_code == 303
    sunday = await opening(date(2026, 12, 6))
    assert faces(sunday.windows) == ["Sun 10:00-12:00", "Sun 21:00-00:30"]
    assert sunday.reason == Words(ar="ليلة مفتوحة")


async def test_the_form_of_a_day_begins_with_its_usual_hours(browser: Browser) -> None:
    shown = await browser.get("/desk/hours/days/new?day=2026-12-04")
    assert '<option value="14:30" selected>' in shown.text
    answer = await browser.send_form(shown, opens_2=None, closes_2=None)
    assert answer.status_code == 303
    assert faces((await opening(date(2026, 12, 4))).windows) == ["Fri 09:00-11:30"]


async def test_a_days_hours_are_set_again_and_taken_back(browser: Browser) -> None:
    await a_day_exception(TUESDAY, '[["10:00", "12:00"]]')
    form, page = "/desk/hours/days/new", "/desk/hours/days/new?day=2026-12-01"
    answer = await browser.submit(page, form, closes_1="13:00")
    assert answer.status_code == 303
    row = await DayException.objects().get(DayException.day == TUESDAY)
    assert faces((await opening(TUESDAY)).windows) == ["Tue 10:00-13:00"]
    answer = await browser.submit(page, f"/desk/hours/days/{row.id}/remove")
    assert answer.status_code == 303
    assert faces((await opening(TUESDAY)).windows) == ["Tue 09:00-18:30"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"opens_1": "10:00", "closes_1": ""}, "Give both times or neither."),
        ({"opens_2": "10:00", "closes_2": "12:00"}, "These hours overlap."),
        ({"opens_2": "20:00", "closes_2": "09:30"}, "reach into those of the next day"),
        ({"day": "soon"}, "This is not a date."),
    ],
)
async def test_senseless_hours_are_refused(
    browser: Browser, fields: dict[str, str], reason: str
) -> None:
    answer = await browser.submit("/desk/hours/days/new?day=2026-12-01", **fields)
    assert answer.status_code == 422
    assert reason in answer.text
    assert not await DayException.exists()


async def test_what_is_past_is_not_listed(browser: Browser) -> None:
    await a_closure(MONDAY.date() - timedelta(days=3), name=Words(en="Long ago").dump())
    await a_closure(MONDAY.date(), name=Words(en="Today").dump())
    shown = await browser.get("/desk/hours")
    assert "Long ago" not in shown.text
    assert "Today" in shown.text


async def test_the_desk_costs_few_statements(browser: Browser, counted: Counting) -> None:
    for number in range(4):
        await a_closure(TUESDAY + timedelta(days=number))
    await browser.get("/desk/hours")
    with counted() as shown:
        await browser.get("/desk/hours")
    assert shown.count <= 8, shown.statements
    await a_machine()
    await browser.get("/machines")
    form = await browser.get("/desk/hours/closures/new")
    fields = {"name_en": "Stocktake", "first_day": "2026-12-10", "last_day": "2026-12-10"}
    with counted() as sent:
        answer = await browser.send_form(form, **fields)
    assert answer.status_code == 303
    assert sent.count <= 16, sent.statements


async def test_calling_off_many_costs_as_much_as_calling_off_two(
    browser: Browser, counted: Counting
) -> None:
    costs = []
    for day, number in ((TUESDAY, 2), (TUESDAY + timedelta(days=1), 8)):
        start = (day - MONDAY.date()).days * 24
        machine = await a_machine()
        for hour in range(number):
            await factories.a_booking(factories.hours(start + hour), machine)
        await browser.get("/machines")
        fields = {"name_en": "Stocktake", "first_day": f"{day}", "last_day": f"{day}"}
        preview = await browser.submit("/desk/hours/closures/new", **fields)
        with counted() as sent:
            done = await browser.send_form(preview, stranded="cancel")
        assert done.status_code == 303
        costs.append(sent)
    assert costs[0].count == costs[1].count <= 20, costs[1].statements


async def stood(booking: Booking) -> Booking:
    found = await Booking.objects().get(Booking.id == booking.id)
    assert found is not None
    return found


async def test_who_is_called_off_is_told_once_with_other_times(browser: Browser) -> None:
    ada = await a_member()
    for start in (25, 27):
        await factories.a_booking(factories.hours(start), member=ada)
    fields = {"name_en": "Stocktake", "first_day": "2026-12-01", "last_day": "2026-12-01"}
    preview = await browser.submit("/desk/hours/closures/new", **fields)
    await browser.send_form(preview, stranded="cancel")
    assert await Booking.count().where(Booking.status == "cancelled") == 2
    [told] = await Notification.objects().where(Notification.template == "bookings/called_off")
    items = load(told.facts)["items"]
    assert (told.member, len(items)) == (ada.id, 2)
    others = [other for item in items for other in item["others"]]
    assert others
    assert all(other["starts_at"].date() != TUESDAY for other in others)


async def test_a_list_that_has_grown_is_shown_again(browser: Browser) -> None:
    await factories.a_booking(factories.hours(25))
    fields = {"name_en": "Stocktake", "first_day": "2026-12-01", "last_day": "2026-12-01"}
    preview = await browser.submit("/desk/hours/closures/new", **fields)
    late = await factories.a_booking(factories.hours(27))
    again = await browser.send_form(preview, stranded="cancel")
    assert again.status_code == 422
    assert "Meanwhile something has changed." in again.text
    assert not await Closure.exists()
    assert (await stood(late)).status == "confirmed"


async def test_kept_ones_get_no_strike_and_are_cleared_when_it_opens(browser: Browser) -> None:
    booking = await factories.a_booking(factories.hours(25))
    fields = {"name_en": "Stocktake", "first_day": "2026-12-01", "last_day": "2026-12-01"}
    preview = await browser.submit("/desk/hours/closures/new", **fields)
    await browser.send_form(preview, stranded="keep")
    kept = await stood(booking)
    assert (kept.attention, kept.spared) == ("hours_changed", True)
    closure = await Closure.objects().first()
    assert closure is not None
    address = f"/desk/hours/closures/{closure.id}"
    await browser.submit(address, f"{address}/remove")
    assert (await stood(booking)).attention == ""


async def test_taking_a_days_own_hours_back_asks_as_well(browser: Browser) -> None:
    await a_day_exception(TUESDAY, '[["07:00", "20:00"]]')
    booking = await factories.a_booking(factories.hours(34))
    page = "/desk/hours/days/new?day=2026-12-01"
    row = await DayException.objects().first()
    assert row is not None
    address = f"/desk/hours/days/{row.id}/remove"
    preview = await browser.submit(page, address)
    assert preview.status_code == 422
    assert await DayException.exists()
    assert (await browser.send_form(preview, address, stranded="cancel")).status_code == 303
    assert not await DayException.exists()
    assert (await stood(booking)).status == "cancelled"


async def test_a_waiter_is_offered_what_opens_again(browser: Browser) -> None:
    machine, ada = await a_machine(), await a_member()
    closure = await a_closure(TUESDAY)
    day = factories.hours(24, 9)
    await Waiting.objects().create(
        member=ada.id,
        machine=machine.id,
        window_start=day.start,
        window_end=day.end,
        minutes=60,
        made_at=MONDAY,
    )
    address = f"/desk/hours/closures/{closure.id}"
    await browser.submit(address, f"{address}/remove")
    assert await Booking.exists().where(Booking.kind == "offer", Booking.member == ada.id)
