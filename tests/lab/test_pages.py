"""The front page and the charter, as a visitor and a member see them."""

from datetime import date, timedelta

import pytest

from fablab.core.words import Words
from fablab.lab.tables import Lab
from tests import factories
from tests.conftest import Travel
from tests.factories import MONDAY
from tests.factories.lab import a_charter, a_closure, a_day_exception, a_lab
from tests.factories.machines import a_machine
from tests.factories.members import a_member
from tests.support.browser import Browser
from tests.support.counting import Counting

ENGLISH = {"accept-language": "en"}


@pytest.fixture
async def lab() -> Lab:
    return await a_lab()


async def home(browser: Browser, language: str = "en") -> str:
    shown = await browser.get("/", headers={"accept-language": language})
    assert shown.status_code == 200
    return shown.text


async def test_the_front_page_says_until_when_it_is_open(lab: Lab, browser: Browser) -> None:
    assert "Open now, until 18:30." in await home(browser)


async def test_before_opening_it_says_when(lab: Lab, browser: Browser, travel: Travel) -> None:
    travel(MONDAY - timedelta(hours=2))
    text = await home(browser)
    assert "Closed now." in text
    assert "Open again today at 09:00." in text


async def test_after_closing_it_says_tomorrow(lab: Lab, browser: Browser, travel: Travel) -> None:
    travel(timedelta(hours=10))
    assert "Open again tomorrow at 09:00." in await home(browser)


async def test_a_closure_is_named_with_the_next_opening(lab: Lab, browser: Browser) -> None:
    await a_closure(MONDAY.date(), date(2026, 12, 1))
    text = await home(browser)
    assert "Closed today: Stocktake." in text
    assert "Open again on Wednesday 2 December" in text


async def test_the_hours_of_the_week_tell_what_is_special(lab: Lab, browser: Browser) -> None:
    await a_closure(date(2026, 12, 1))
    await a_closure(date(2026, 12, 2), confirmed=False, name=Words(en="Eid").dump())
    await a_day_exception(date(2026, 12, 3), '[["10:00", "12:00"]]')
    text = await home(browser)
    assert "Stocktake" in text
    assert "Probably closed: Eid" in text
    assert "Open day" in text
    assert "Next open lab" in text


async def test_free_machines_say_until_when(lab: Lab, browser: Browser) -> None:
    await a_machine(name=Words(en="Prusa"))
    await a_machine(name=Words(en="Broken laser"), status="out_of_order")
    text = await home(browser)
    assert "Prusa" in text
    assert "Free now until 18:30" in text
    assert "Broken laser" not in text


async def test_a_machine_in_use_is_not_free(lab: Lab, browser: Browser) -> None:
    machine = await a_machine(name=Words(en="Prusa"))
    await factories.a_booking(factories.hours(-1, 2), machine=machine)
    assert "Prusa" not in await home(browser)


async def test_a_visitor_learns_how_to_join(lab: Lab, browser: Browser) -> None:
    text = await home(browser)
    assert "How to join" in text
    assert 'href="/sign-up"' in text


@pytest.mark.parametrize(("language", "name"), [("ar", "فاب لاب بركان"), ("fr", "Fab Lab Berkane")])
async def test_the_front_page_speaks_the_readers_language(
    lab: Lab, browser: Browser, language: str, name: str
) -> None:
    assert name in await home(browser, language)


async def test_a_lab_without_anything_has_a_front_page(browser: Browser) -> None:
    assert "Closed now." in await home(browser)


async def test_the_front_page_costs_few_statements(
    lab: Lab, browser: Browser, counted: Counting
) -> None:
    for _ in range(3):
        await a_machine()
    await browser.sign_in(await a_member())
    await home(browser)
    with counted() as sent:
        await home(browser)
    assert sent.count <= 8, sent.statements


async def test_the_charter_is_for_everybody_to_read(lab: Lab, browser: Browser) -> None:
    await a_charter()
    shown = await browser.get("/charter", headers=ENGLISH)
    assert "Safety first." in shown.text
    assert "/charter/accept" not in shown.text


async def test_a_member_accepts_the_version_they_read(lab: Lab, browser: Browser) -> None:
    await a_charter(2)
    member = await a_member(charter=1)
    await browser.sign_in(member)
    shown = await browser.get("/charter")
    assert 'action="/charter/accept"' in shown.text
    assert '<input type="hidden" name="version" value="2">' in shown.text


async def test_who_has_accepted_is_told_so(lab: Lab, browser: Browser) -> None:
    await a_charter(2)
    await browser.sign_in(await a_member(charter=2))
    shown = await browser.get("/charter")
    assert "You have accepted this version." in shown.text


async def test_a_lab_without_a_charter_says_so(lab: Lab, browser: Browser) -> None:
    assert "no charter yet" in (await browser.get("/charter", headers=ENGLISH)).text
