"""What somebody books appears at others' while they look, without a reload and without a name."""

import asyncio

import pytest
from playwright.async_api import Locator, Page, Response

from fablab.core import db
from fablab.members import sessions
from tests.browser.conftest import Visit
from tests.browser.steps import BOOK, MEMBER, PRINTER, choose, in_both, lane, said
from tests.browser.test_privacy import OTHER, traces
from tests.support.screen import Screen

SOON = 15_000  # for a busy machine: it is there in two seconds; a page alone looks after thirty
A_MOMENT = 1500  # milliseconds in which it would have come
FORM = "/bookings/new?machine=printer-fdm-b&date=2026-11-30"


async def opened(screen: Screen, path: str) -> list[Response]:
    """The page with its stream open, marked so that a reload shows; what it fetches from now on."""
    fetched: list[Response] = []
    async with screen.page.expect_response("**/live/**"):
        await screen.go(path)
    await screen.page.evaluate("() => { window.untouched = true }")
    screen.page.on("response", lambda answer: fetched.append(answer))
    return fetched


async def is_untouched(page: Page) -> bool:
    return bool(await page.evaluate("() => window.untouched === true"))


async def book(screen: Screen, start: str, end: str) -> None:
    await screen.go(FORM)
    await choose(screen, f"2026-11-30T{start}", f"2026-11-30T{end}")
    await screen.press(BOOK)
    assert "/bookings/" in screen.path, await screen.told()


async def appears(found: Locator) -> None:
    await found.first.wait_for(timeout=SOON)


def at(screen: Screen, kind: str, when: str) -> Locator:
    return lane(screen, PRINTER).locator(f".block.{kind}", has_text=when)


@in_both
async def test_a_booking_appears_at_others(visit: Visit, language: str) -> None:
    other = await visit(language, 1280, OTHER)
    fetched = await opened(other, "/schedule")
    week = await visit(language, 390)
    await opened(week, f"/machines/{PRINTER}/week")
    booker = await visit(language, 1280, MEMBER)
    before = await lane(other, PRINTER).locator(".block.taken").count()
    await book(booker, "12:00", "13:30")
    await appears(at(other, "taken", "12:00"))
    on_phone = week.page.locator(".block.taken", has_text="12:00").first
    await on_phone.wait_for(state="attached")
    assert await lane(other, PRINTER).locator(".block.taken").count() == before + 1
    assert await is_untouched(other.page)
    assert await is_untouched(week.page)
    told = said(language, "This page has changed.")
    await other.page.locator("p[role=status]", has_text=told).wait_for(state="attached")
    bodies = b"".join([await answer.body() for answer in fetched if "live" not in answer.url])
    assert b"12:00" in bodies
    assert not [name for name in await traces() if name in bodies]


@pytest.mark.slow
async def test_what_one_is_at_is_left_alone(visit: Visit) -> None:
    """The strip while a time is drawn, an open menu, the place of the focus and of the flash."""
    other = await visit("fr", 1280, OTHER)
    booker = await visit("fr", 1280, MEMBER)
    await opened(other, "/schedule")
    gap = lane(other, PRINTER).locator("a.free").first
    box = await gap.bounding_box()
    assert box is not None
    await other.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 9)
    await other.page.mouse.down()
    await other.page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 9)
    await book(booker, "10:00", "11:00")
    await other.page.wait_for_timeout(A_MOMENT)
    assert await other.page.locator(".pick").count() == 1
    assert not await at(other, "taken", "10:00").count()
    await other.page.keyboard.press("Escape")
    await other.page.mouse.up()
    link = lane(other, "laser-40w").locator("a").first
    await link.focus()
    await appears(at(other, "taken", "10:00"))
    assert await link.evaluate("(it) => document.activeElement === it")
    # What was exchanged is still drawn on.
    gap = lane(other, PRINTER).locator("a.free").last
    await other.press_at(gap, 0.5)
    assert "start=" in other.path or "starts_at" in other.path


async def test_my_page_renews_itself_and_its_forms_work(visit: Visit) -> None:
    mine = await visit("fr", 390, MEMBER)
    await opened(mine, "/me")
    elsewhere = await visit("fr", 1280, MEMBER)
    await book(elsewhere, "12:00", "13:30")
    coming = mine.page.locator("[aria-labelledby=coming] .next", has_text="12:00")
    await appears(coming)
    assert await is_untouched(mine.page)
    if await mine.page.locator(".card.due button").count():
        await mine.press(".card.due button >> nth=0")
        assert await mine.page.locator(".flashes").count() == 1


@pytest.mark.slow
async def test_a_flash_is_told_once_and_stays(visit: Visit) -> None:
    """The page that told something keeps it when it renews itself."""
    booker = await visit("fr", 1280, MEMBER)
    await book(booker, "12:00", "13:30")
    await opened(booker, "/schedule")
    await booker.page.evaluate(
        "() => document.querySelector('main').insertAdjacentHTML('afterbegin',"
        ' \'<div class="flashes" role="status"><p>told</p></div>\')'
    )
    elsewhere = await visit("fr", 1280, MEMBER)
    await book(elsewhere, "15:00", "16:00")
    await appears(at(booker, "mine", "15:00"))
    assert await booker.page.locator(".flashes").inner_text() == "told"


@pytest.mark.slow
async def test_a_hidden_page_looks_when_it_is_seen_again(visit: Visit) -> None:
    other = await visit("fr", 1280, OTHER)
    fetched = await opened(other, "/schedule")
    hidden = "Object.defineProperty(document, 'hidden', {get: () => %s, configurable: true});"
    change = "document.dispatchEvent(new Event('visibilitychange'))"
    await other.page.evaluate(f"() => {{ {hidden % 'true'} {change} }}")
    booker = await visit("fr", 1280, MEMBER)
    await book(booker, "12:00", "13:30")
    await other.page.wait_for_timeout(A_MOMENT)
    assert not fetched
    await other.page.evaluate(f"() => {{ {hidden % 'false'} {change} }}")
    await appears(at(other, "taken", "12:00"))


@pytest.mark.slow
async def test_who_was_signed_out_elsewhere_is_asked_in(visit: Visit) -> None:
    mine = await visit("fr", 390, MEMBER)
    await opened(mine, "/me")
    [row] = await db.fetch("SELECT id FROM member WHERE email = {}", MEMBER)
    async with mine.page.expect_navigation(url="**/sign-in**", timeout=10_000):
        await sessions.end_all(row["id"])


async def test_without_scripts_all_is_there(visit: Visit) -> None:
    screen = await visit("ar", 1280, java_script_enabled=False)
    await screen.page.goto("/schedule")
    assert await lane(screen, PRINTER).locator("a.free").count()
    assert await screen.page.locator(".day-grid .lane").count() > 5
    asked: list[str] = []
    screen.page.on("request", lambda request: asked.append(request.url))
    await asyncio.sleep(0.5)
    assert not asked
