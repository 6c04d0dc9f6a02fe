"""The day narrowed down: what the address says is what is shown, and every link keeps it."""

import re
from datetime import timedelta
from html import unescape

import pytest

from fablab.bookings.tables import Kind, Status
from fablab.core.words import Words
from fablab.machines.tables import Machine
from tests import factories
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.browser import Browser
from tests.support.counting import Counting

ALL = {"Laser", "Mill", "Printer", "Desks"}


@pytest.fixture(autouse=True)
async def lab(rolled_back: None) -> None:
    await factories.a_lab()
    for name in ("Laser", "Mill", "Printer"):
        category = await factories.a_category(slug=f"of-{name.lower()}", name=Words(en=f"{name}s"))
        await factories.a_machine(slug=name.lower(), name=Words(en=name), category=category)
    await factories.a_room(slug="desks", name=Words(en="Desks"))


async def text_of(browser: Browser, address: str) -> str:
    answer = await browser.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return unescape(answer.text)


def shown(text: str) -> set[str]:
    return set(re.findall(r"<h3[^>]*><a[^>]*><bdi>([^<]*)", text))


async def machine(slug: str) -> Machine:
    found = await Machine.objects().get(Machine.slug == slug)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", ALL),
        ("category=of-laser", {"Laser"}),
        ("category=of-mill&category=of-laser", {"Laser", "Mill"}),
        ("category=rooms", {"Desks"}),
        ("category=of-nothing", ALL),
        ("category=&free=&mine=", ALL),
        ("free=now", {"Mill", "Printer", "Desks"}),
        ("free=480", {"Laser", "Printer", "Desks"}),
        ("free=60", ALL),
        ("free=soon", ALL),
        ("category=of-laser&free=now", set()),
    ],
)
async def test_what_the_address_asks_for_is_shown(
    browser: Browser, asked: str, expected: set[str]
) -> None:
    await factories.a_booking(hours(0), machine=await machine("laser"))
    await factories.a_booking(hours(4), machine=await machine("mill"))
    text = await text_of(browser, f"/schedule?{asked}")
    assert shown(text) == expected
    assert ("No machine fits what was chosen." in text) == (not expected)


async def test_on_another_day_now_means_some_time(browser: Browser) -> None:
    await factories.a_booking(hours(24, 10), machine=await machine("laser"))
    assert shown(await text_of(browser, "/schedule?date=2026-12-01&free=now")) == ALL - {"Laser"}


async def test_what_is_free_changes_with_the_minute(browser: Browser, travel: Travel) -> None:
    await factories.a_booking(hours(1), machine=await machine("laser"))
    assert "Laser" in shown(await text_of(browser, "/schedule?free=now"))
    travel(MONDAY + timedelta(hours=1, minutes=5))
    assert "Laser" not in shown(await text_of(browser, "/schedule?free=now"))


async def test_links_and_forms_keep_it(browser: Browser) -> None:
    asked = "category=of-mill&free=60&folded=rooms"
    text = await text_of(browser, f"/schedule?date=2026-12-01&{asked}")
    days = re.findall(r'href="(/schedule\?date=[^"#]*)"', text)
    kept = [each for each in days if each.endswith(asked)]
    assert len(kept) >= 8, "the days by name, the one before and the one after"
    dropped = set(days) - set(kept)
    assert {each.partition("&")[2] for each in dropped} == {
        "free=60&folded=rooms",
        "category=of-mill&folded=rooms",
        "folded=rooms",
    }
    assert re.search(r'data-at="/schedule\?date=2026-12-01&[^"]*folded=rooms"', text)
    for name, value in (("category", "of-mill"), ("free", "60"), ("folded", "rooms")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in text
    assert re.search(r'value="of-mill" checked', text)
    assert re.search(r'value="60" selected', text)


async def test_a_folded_group_leaves_its_name_and_how_many_it_hides(browser: Browser) -> None:
    await factories.a_booking(hours(1), machine=await machine("mill"), kind=Kind.MAINTENANCE)
    text = await text_of(browser, "/schedule?folded=of-mill")
    assert shown(text) == ALL - {"Mill"}
    name = text.split('id="g-of-mill"')[1].split("</h2>")[0]
    assert 'aria-expanded="false"' in name
    assert '<span class="count">1</span>' in name
    unfold = re.search(r'href="([^"]*)#g-of-mill"', name)
    assert unfold
    assert "Maintenance" not in text.split('class="legend')[1]
    assert shown(await text_of(browser, unfold[1])) == ALL


async def test_only_what_i_may_use_is_offered_to_members(browser: Browser) -> None:
    assert "Only what I may use" not in await text_of(browser, "/schedule")
    await browser.sign_in(await factories.a_member())
    assert "Only what I may use" in await text_of(browser, "/schedule")
    await browser.sign_in(await factories.a_manager())
    assert "Only what I may use" not in await text_of(browser, "/schedule")


async def test_strange_addresses_are_read_as_far_as_they_go(browser: Browser) -> None:
    for asked in ("category=%F0%9F%8D%8A", "free=1e9", "folded=" + "x" * 2000):
        assert shown(await text_of(browser, f"/schedule?{asked}")) == ALL


async def test_narrowing_costs_no_statements(browser: Browser, counted: Counting) -> None:
    await browser.sign_in(await factories.a_member())
    await text_of(browser, "/schedule")
    with counted() as sent:
        await text_of(browser, "/schedule?category=of-mill&free=60&mine=1&folded=rooms")
    assert sent.count <= 8, sent.statements


async def test_what_waits_and_what_is_held_is_said_in_words(browser: Browser) -> None:
    """To whom it concerns; others see only that it is taken, or held for somebody."""
    hers = await factories.a_member()
    mill, laser = await machine("mill"), await machine("laser")
    await factories.a_booking(hours(1), machine=mill, member=hers, status=Status.PENDING)
    await factories.a_booking(hours(2), machine=mill, member=hers, party="together")
    offer = await factories.a_booking(
        hours(3), machine=laser, member=hers, kind=Kind.OFFER, status=Status.PENDING
    )
    words = ("Waiting for approval", "Booked together with others", "Held for you")
    told = {}
    for who in (hers, await factories.a_manager(), await factories.a_member()):
        await browser.sign_in(who)
        grid = (await text_of(browser, "/schedule")).split('class="day-grid')[1]
        told[who.id] = [word in grid.split("</section>")[0] for word in words]
        assert (f'href="/offers/{offer.id}"' in grid) == (who is hers)
        assert ("Held for somebody" in grid.split("</section>")[0]) == (who is not hers)
    assert list(told.values()) == [[True, True, True], [True, True, False], [False, False, False]]
