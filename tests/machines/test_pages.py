"""The list of machines and one machine's page."""

from datetime import timedelta

import pytest

from fablab.core.words import Words
from tests import factories
from tests.factories import MONDAY
from tests.factories.lab import a_charter, a_lab
from tests.factories.machines import (
    a_category,
    a_certification,
    a_machine,
    a_material,
    a_room,
)
from tests.factories.members import a_manager, a_member
from tests.support.browser import Browser
from tests.support.counting import Counting

ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
async def lab(rolled_back: None) -> None:
    await a_lab()


async def text_of(browser: Browser, address: str, language: str = "en") -> str:
    shown = await browser.get(address, headers={"accept-language": language})
    assert shown.status_code == 200, shown.text
    return shown.text


async def test_machines_are_listed_by_category(browser: Browser) -> None:
    laser = await a_category(slug="laser", name=Words(en="Laser cutting"))
    await a_machine(category=laser, name=Words(en="Big laser"), model="CO2 80 W")
    await a_room(name=Words(en="Training room"))
    text = await text_of(browser, "/machines")
    for word in ("Laser cutting", "Big laser", "CO2 80 W", "Rooms", "Training room"):
        assert word in text


async def test_the_list_is_narrowed_by_links(browser: Browser) -> None:
    laser = await a_category(slug="laser", name=Words(en="Laser cutting"))
    await a_machine(category=laser, name=Words(en="Big laser"))
    await a_room(name=Words(en="Training room"))
    broken = {"status": "out_of_order", "category": laser}
    await a_machine(name=Words(en="Small laser"), **broken)
    lasers = await text_of(browser, "/machines?category=laser")
    assert "Big laser" in lasers
    assert "Small laser" in lasers
    assert "Training room" not in lasers
    rooms = await text_of(browser, "/machines?category=rooms")
    assert "Training room" in rooms
    assert "Big laser" not in rooms
    free = await text_of(browser, "/machines?category=laser&free=1")
    assert "Big laser" in free
    assert "Small laser" not in free
    assert "Training room" in await text_of(browser, "/machines?category=nonsense")


async def test_an_empty_list_says_what_to_do(browser: Browser) -> None:
    await a_machine(status="maintenance")
    text = await text_of(browser, "/machines?free=1")
    assert "Nothing is free now." in text
    assert "Show all machines" in text


async def test_hidden_machines_do_not_exist_for_others(browser: Browser) -> None:
    await a_machine(slug="secret", name=Words(en="Secret"), status="hidden")
    await a_machine(slug="old", name=Words(en="Old"), status="retired")
    for slug in ("secret", "old", "never-was"):
        assert (await browser.get(f"/machines/{slug}")).status_code == 404
    text = await text_of(browser, "/machines")
    assert "Secret" not in text
    assert ">Old<" not in text
    await browser.sign_in(await a_manager())
    assert "Hidden" in await text_of(browser, "/machines/secret")
    assert "Retired" in await text_of(browser, "/machines/old")


async def test_a_machine_says_what_it_takes_and_needs(browser: Browser) -> None:
    laser = await a_certification("laser")
    await a_certification("safety")
    await a_material("acrylic", "Acrylic")
    await a_material("pvc", "PVC")
    await a_machine(
        slug="big-laser",
        certification=laser,
        level=2,
        supervision=True,
        buddy_required=True,
        safety_class="red",
        accepted_materials=["acrylic"],
        banned_materials=["pvc"],
        specs=[{"label": {"en": "Bed"}, "value": {"en": "900 × 600 mm"}}],
        hourly_rate=6000,
    )
    text = await text_of(browser, "/machines/big-laser")
    for word in (
        "Laser, level 2",
        "Safety",
        "Staff or a trainer",
        "Two people",
        "Acrylic",
        "PVC",
        "900 × 600 mm",
        "60\u00a0MAD an hour",
        "/bookings/new?machine=big-laser",
        "/machines/big-laser/week",
    ):
        assert word in text, word


async def test_the_policy_is_told_in_words(browser: Browser) -> None:
    policy = {
        "min_minutes": 30,
        "max_minutes": 1080,
        "attendance": "start_and_end_staffed",
        "notice_to_cancel_minutes": 120,
        "turnaround_minutes": 10,
        "horizon_days": 1,
        "needs_approval": True,
    }
    await a_machine(slug="printer", policy=policy)
    text = await text_of(browser, "/machines/printer")
    for sentence in (
        "From 30\u00a0min to 18\u00a0h at a time",
        "may run through one night",
        "cancel it up to 2\u00a0h before",
        "10\u00a0min stay free",
        "Up to 1 day ahead.",
        "Staff approve each booking",
    ):
        assert sentence in text, sentence


async def test_a_broken_machine_says_when_it_is_expected_back(browser: Browser) -> None:
    await a_machine(
        slug="broken",
        status="out_of_order",
        status_note=Words(en="Lens cracked"),
        expected_back_at=MONDAY + timedelta(days=2),
    )
    text = await text_of(browser, "/machines/broken")
    assert "Out of order" in text
    assert "Lens cracked" in text
    assert "Wednesday 2 December,\u00a009:00" in text


async def test_it_says_when_it_is_free_next(browser: Browser) -> None:
    machine = await a_machine(slug="printer")
    await factories.a_booking(factories.hours(-0.5, 1.75), machine=machine)
    text = await text_of(browser, "/machines/printer")
    assert "Free from 10:30" in text


async def test_a_seat_left_is_free_now(browser: Browser) -> None:
    room = await a_room(slug="room", units=2, booking_mode="per_seat")
    await factories.a_booking(factories.hours(-0.5, 2), machine=room, unit=1)
    assert "Free now until 18:30" in await text_of(browser, "/machines/room")
    await factories.a_booking(factories.hours(-0.5, 1), machine=room, unit=2)
    text = await text_of(browser, "/machines/room")
    assert "Free from 09:30" in text


async def test_a_member_sees_what_is_missing(browser: Browser) -> None:
    await a_charter(1)
    laser, safety = await a_certification("laser"), await a_certification("safety")
    await a_machine(slug="laser", certification=laser)
    member = await a_member(charter=1)
    await factories.a_certificate(safety, member)
    await browser.sign_in(member)
    text = await text_of(browser, "/machines/laser")
    assert "You have it" in text
    assert "Not yet" in text
    assert "Before you can book it:" in text
    await factories.a_certificate(laser, member)
    assert "Before you can book it:" not in await text_of(browser, "/machines/laser")


@pytest.mark.parametrize("language", ["ar", "fr"])
async def test_texts_are_in_the_readers_language(browser: Browser, language: str) -> None:
    await a_machine(slug="laser", name=Words(ar="ليزر", fr="Découpeuse", en="Cutter"))
    text = await text_of(browser, "/machines/laser", language)
    assert {"ar": "ليزر", "fr": "Découpeuse"}[language] in text


@pytest.mark.parametrize("address", ["/machines", "/machines/printer"])
async def test_pages_cost_few_statements(browser: Browser, counted: Counting, address: str) -> None:
    fdm = await a_certification("fdm")
    for slug in ("printer", "other", "third"):
        await a_machine(slug=slug, certification=fdm)
    await browser.sign_in(await a_member())
    await text_of(browser, address)
    with counted() as sent:
        await text_of(browser, address)
    assert sent.count <= 8, sent.statements
