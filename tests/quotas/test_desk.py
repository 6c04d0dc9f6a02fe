"""Staff set how much one person may book: the pages of the desk."""

from datetime import date, datetime
from typing import Any

import httpx
import pytest

from fablab.activity.tables import Activity
from fablab.core.words import Words
from fablab.machines.tables import Category, Machine
from fablab.members.tables import Member
from fablab.quotas.tables import Quota
from tests import factories
from tests.bookings.test_pages_schedule import text_of
from tests.conftest import Travel
from tests.factories import hours
from tests.support.browser import Browser
from tests.support.counting import Counting

NEW = "/desk/quotas/new"
LASERS: dict[str, Any] = {
    "name_en": "Lasers",
    "name_fr": "Lasers",
    "measure": "hours",
    "most": "4",
    "minutes": "30",
    "span": "day",
    "hours": "all",
}


@pytest.fixture(autouse=True)
async def lab(rolled_back: None) -> None:
    await factories.a_lab()


@pytest.fixture
async def lasers() -> Category:
    return await factories.a_category(slug="laser", name=Words(en="Laser cutting").dump())


@pytest.fixture
async def laser(lasers: Category) -> Machine:
    return await factories.a_machine(slug="laser", category=lasers.id, name=Words(en="Laser"))


@pytest.fixture
async def manager(browser: Browser) -> Member:
    """Signed in."""
    found = await factories.a_manager()
    await browser.sign_in(found)
    return found


async def added(browser: Browser, **fields: Any) -> httpx.Response:
    return await browser.submit(NEW, NEW, **LASERS | fields)


async def test_a_quota_is_added_and_binds_at_once(
    browser: Browser, manager: Member, laser: Machine
) -> None:
    done = await added(browser, where="category:laser", who="role:member")
    assert done.status_code == 303, done.text
    quota = await Quota.select().first()
    assert (quota["most"], quota["measure"], quota["span"]) == (270, "hours", "day")
    assert (quota["role"], quota["machine"], quota["active"]) == ("member", None, True)
    shown = await text_of(browser, "/desk/quotas")
    for words in ("Lasers", "4\u00a0h 30\u00a0min a day", "all hours", "Members", "Laser cutting"):
        assert words in shown, words
    await browser.sign_in(await factories.a_member())
    form = await text_of(browser, "/bookings/new?machine=laser")
    assert "0\u00a0min of 4\u00a0h 30\u00a0min today" in form


async def test_sent_twice_it_is_added_once(browser: Browser, manager: Member) -> None:
    form = await browser.get(NEW)
    for _ in range(2):
        assert (await browser.send_form(form, NEW, **LASERS)).status_code == 303
    assert await Quota.count() == 1


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name_en": "", "name_fr": ""}, "Give a name in one language"),
        ({"most": "0", "minutes": "0"}, "A quota leaves something"),
        ({"who": "plan:nowhere"}, "Choose one of the list."),
        ({"where": "machine:nowhere"}, "Choose one of the list."),
        ({"measure": "weight"}, "measure-wrong"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_kept(
    fields: dict[str, str], told: str, browser: Browser, manager: Member
) -> None:
    refused = await added(browser, **fields)
    assert refused.status_code == 422
    assert told.lower() in refused.text.lower()
    assert 'value="30"' in refused.text or fields.get("minutes") == "0"
    assert await Quota.count() == 0


async def test_changing_and_switching_off_is_remembered(browser: Browser, manager: Member) -> None:
    quota = await factories.a_quota()
    at = f"/desk/quotas/{quota.id}"
    assert (await browser.submit(at, at, most="3")).status_code == 303
    assert (await browser.submit(at, f"{at}/off")).status_code == 303
    stored = await Quota.select().first()
    assert (stored["most"], stored["active"]) == (180, False)
    assert "switched off" in await text_of(browser, "/desk/quotas")
    assert (await browser.submit(at, f"{at}/on")).status_code == 303
    shown = await text_of(browser, at)
    for words in ("Changed", "At most", "Switched off", "Switched on", "Ada Lovelace"):
        assert words in shown, words
    rows = await Activity.select().where(Activity.thing == "quota").order_by(Activity.id)
    assert [row["verb"] for row in rows] == ["changed", "switched_off", "switched_on"]


async def test_nothing_changed_leaves_no_trace(browser: Browser, manager: Member) -> None:
    quota = await factories.a_quota()
    at = f"/desk/quotas/{quota.id}"
    assert (await browser.submit(at, at)).status_code == 303
    assert await Activity.count().where(Activity.thing == "quota") == 0


async def test_what_is_switched_off_limits_nobody(browser: Browser, laser: Machine) -> None:
    await factories.a_quota(active=False)
    await browser.sign_in(await factories.a_member())
    assert "Quotas" not in await text_of(browser, "/bookings/new?machine=laser")


async def test_there_is_no_other_quota(browser: Browser, manager: Member) -> None:
    for path in ("/desk/quotas/999", "/desk/quotas/999999999999"):
        assert (await browser.get(path)).status_code == 404
    assert (await browser.post("/desk/quotas/999/off")).status_code == 404


@pytest.mark.parametrize("path", ["/desk/quotas", NEW, "/desk/quotas/{id}"])
async def test_the_pages_cost_few_statements(
    path: str, browser: Browser, manager: Member, laser: Machine, counted: Counting
) -> None:
    quota = await factories.a_quota()
    at = path.format(id=quota.id)
    await browser.post(f"/desk/quotas/{quota.id}/off")
    await text_of(browser, at)
    with counted() as sent:
        await text_of(browser, at)
    assert sent.count <= 8, sent.statements


class TestMeter:
    """What is used and left, where one books and on one's own page."""

    @pytest.fixture
    async def ada(self, browser: Browser) -> Member:
        plan = await factories.a_plan(hours_per_week=6, open_bookings=4)
        found = await factories.a_member(plan=plan.id)
        await browser.sign_in(found)
        return found

    async def test_the_form_tells_the_week_of_the_chosen_day(
        self, browser: Browser, ada: Member, laser: Machine
    ) -> None:
        await factories.a_booking(hours(24, 3), laser, ada)
        await factories.a_booking(hours(49, 1.5), member=ada)
        shown = await text_of(browser, "/bookings/new?machine=laser&date=2026-12-03")
        assert "4\u00a0h 30\u00a0min of 6\u00a0h this week" in shown
        assert 'max="360"' in shown
        assert 'value="270"' in shown
        assert "Open bookings: 2 of 4" in shown
        later = await text_of(browser, "/bookings/new?machine=laser&date=2026-12-08")
        assert "0\u00a0min of 6\u00a0h in that week" in later

    async def test_only_what_counts_at_that_machine(
        self, browser: Browser, ada: Member, laser: Machine
    ) -> None:
        other = await factories.a_machine()
        await factories.a_quota(machine=other.id, name=Words(en="The press"))
        assert "The press" not in await text_of(browser, "/bookings/new?machine=laser")
        assert "The press" in await text_of(browser, "/me")

    async def test_my_page_and_the_change_form_tell_it(
        self, browser: Browser, ada: Member, laser: Machine
    ) -> None:
        booking = await factories.a_booking(hours(24, 3), laser, ada)
        for path in ("/me", f"/bookings/{booking.id}/change"):
            assert "3\u00a0h of 6\u00a0h this week" in await text_of(browser, path), path

    async def test_staff_see_that_of_the_member_they_book_for(
        self, browser: Browser, ada: Member, manager: Member, laser: Machine
    ) -> None:
        await factories.a_booking(hours(24, 3), laser, ada)
        own = await text_of(browser, "/bookings/new?machine=laser")
        assert "this week" not in own
        theirs = await text_of(browser, f"/bookings/new?machine=laser&member={ada.number}")
        assert "3\u00a0h of 6\u00a0h this week" in theirs

    @pytest.mark.parametrize("path", ["/me", "/bookings/new?machine=laser", "/bookings/{}/change"])
    async def test_it_costs_few_statements(
        self, path: str, browser: Browser, ada: Member, laser: Machine, counted: Counting
    ) -> None:
        await factories.a_quota()
        booking = await factories.a_booking(hours(24, 3), laser, ada)
        path = path.format(booking.id)
        await text_of(browser, path)
        with counted() as sent:
            await text_of(browser, path)
        assert sent.count <= 8, "\n".join(sent.statements)

    @pytest.mark.parametrize("way", ["book", "extend", "move"])
    async def test_writing_costs_few_statements(
        self, way: str, browser: Browser, ada: Member, laser: Machine, counted: Counting
    ) -> None:
        await factories.a_quota()
        booking = await factories.a_booking(hours(24), laser, ada)
        at = f"/bookings/{booking.id}"
        page, action, fields = {
            "book": ("/bookings/new?machine=laser", "/bookings", {}),
            "extend": (at, f"{at}/extend", {}),
            "move": (f"{at}/change", f"{at}/move", {"ends_at": "2026-12-01T11:00:00+00:00"}),
        }[way]
        form = await browser.get(page)
        await text_of(browser, "/bookings/new?machine=laser")
        with counted() as sent:
            done = await browser.send_form(form, action, **fields)
        assert done.status_code == 303, done.text
        assert sent.count <= 16, "\n".join(sent.statements)

    async def test_arabic_says_it_too(self, browser: Browser, ada: Member, laser: Machine) -> None:
        await Member.update({Member.language: "ar"}).where(Member.id == ada.id)
        shown = await text_of(browser, "/bookings/new?machine=laser")
        assert "من 6\u00a0ساعات هذا الأسبوع" in shown


async def test_a_month_is_the_labs(browser: Browser, laser: Machine, travel: Travel) -> None:
    """At half past eleven in the evening of the last day UTC it is the next month under UTC+1."""
    travel(datetime.fromisoformat("2026-08-31T23:30:00+00:00"))
    ada = await factories.a_member()
    await browser.sign_in(ada)
    await factories.a_quota(span="month", measure="bookings", most=5)
    await factories.a_booking(hours(-91 * 24), laser, ada)  # 31 August
    shown = await text_of(browser, f"/bookings/new?machine=laser&date={date(2026, 9, 1)}")
    assert "Bookings this month: 0 of 5" in shown
