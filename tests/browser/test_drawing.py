"""A time chosen on the strip itself: drawn with the mouse or a finger, or moved to with keys."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Locator

from tests.browser.conftest import Visit
from tests.browser.steps import BOOK, MEMBER, PRINTER, choose, flash, in_both, lane, said, stored
from tests.browser.test_live import FORM, SOON, appears, at, opened
from tests.support.screen import Screen

OPENS, CLOSES = 9.0, 18.5  # what the free printer shows of MONDAY: one gap
DAY = "2026-11-30"
LENGTHS = {"ar": "ساعة واحدة ونصف", "fr": "1\u202fh\u202f30"}


async def point(screen: Screen, gap: Locator, hour: float) -> tuple[float, float]:
    """Where that hour lies in a gap from OPENS to CLOSES, in the direction of the page."""
    await gap.scroll_into_view_if_needed()
    box = await gap.bounding_box()
    assert box is not None
    part = (hour - OPENS) / (CLOSES - OPENS)
    part = 1 - part if screen.language == "ar" else part
    return box["x"] + box["width"] * part, box["y"] + box["height"] / 2


async def draw(screen: Screen, gap: Locator, start: float, end: float) -> None:
    """Press, move, and hold on."""
    mouse = screen.page.mouse
    await mouse.move(*await point(screen, gap, start))
    await mouse.down()
    await mouse.move(*await point(screen, gap, (start + end) / 2))
    await mouse.move(*await point(screen, gap, end))


def asked_for(screen: Screen) -> dict[str, str]:
    return {name: given[-1] for name, given in parse_qs(urlsplit(screen.page.url).query).items()}


async def proposed(screen: Screen) -> list[str]:
    values = [await screen.page.locator(f"#{name}").input_value() for name in TIMES]
    return [value[11:16] for value in values]


TIMES = ("starts_at", "ends_at")


@in_both
async def test_a_time_is_drawn_with_the_mouse(visit: Visit, language: str) -> None:
    screen = await visit(language, 1280, MEMBER)
    await screen.go(f"/schedule?date={DAY}")
    gap = lane(screen, PRINTER).locator("a.free").first
    await draw(screen, gap, 12.05, 13.45)
    told = await screen.page.locator(".pick").inner_text()
    assert re.findall(r"\d\d:\d\d", told) == ["12:00", "13:30"]
    assert plain(LENGTHS[language]) in plain(told)
    await screen.follow(screen.page.mouse.up)
    assert screen.path.startswith("/bookings/new?")
    assert asked_for(screen)["machine"] == PRINTER
    assert await proposed(screen) == ["12:00", "13:30"]
    await screen.press(BOOK)
    assert await flash(screen) == said(language, "Your booking is made.")
    assert await stored(PRINTER, MEMBER) == ["confirmed"]


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


async def test_it_stays_in_what_is_free_and_escape_gives_it_up(visit: Visit) -> None:
    screen = await visit("ar", 1280, MEMBER)
    await screen.go(f"/schedule?date={DAY}")
    before = screen.page.url
    gap = lane(screen, PRINTER).locator("a.free").first
    pick = screen.page.locator(".pick")
    await draw(screen, gap, 17.05, 20)
    assert re.findall(r"\d\d:\d\d", await pick.inner_text()) == ["17:00", "18:30"]
    await screen.page.keyboard.press("Escape")
    assert not await pick.count()
    await screen.page.mouse.up()
    assert screen.page.url == before


@in_both
async def test_with_the_keyboard_alone(visit: Visit, language: str) -> None:
    """One stop of the tab key leads into the strip; the arrows follow the page's direction."""
    screen = await visit(language, 1280, MEMBER)
    await screen.go(f"/schedule?date={DAY}")
    keys = screen.page.keyboard
    heard = screen.page.locator("p[role=status]")
    stops = await screen.page.locator(".day-grid a.free:not([tabindex='-1'])").count()
    assert stops == 1
    for _ in range(60):
        await keys.press("Tab")
        if await screen.page.evaluate("document.activeElement.matches('a.free')"):
            break
    later, earlier = (
        ("ArrowLeft", "ArrowRight") if language == "ar" else ("ArrowRight", "ArrowLeft")
    )
    for _ in range(10):
        if await lane(screen, PRINTER).locator("a.free:focus").count():
            break
        await keys.press("ArrowDown")
    await keys.press("Home")
    for _ in range(7):  # the printer is booked by half hours
        await keys.press(later)
    await keys.press(earlier)
    pick = screen.page.locator(".pick")
    assert re.findall(r"\d\d:\d\d", await pick.inner_text()) == ["12:00", "12:30"]
    await keys.press(f"Shift+{later}")
    await keys.press(f"Shift+{later}")
    said_so = " ".join(await heard.all_inner_texts())
    assert "13:30" in said_so
    assert plain(LENGTHS[language]) in plain(said_so)
    await screen.follow(lambda: keys.press("Enter"))
    assert await proposed(screen) == ["12:00", "13:30"]


async def test_enter_begins_and_escape_goes_back(visit: Visit) -> None:
    screen = await visit("fr", 1280, MEMBER)
    await screen.go(f"/machines/{PRINTER}/week?date={DAY}")
    keys, pick = screen.page.keyboard, screen.page.locator(".pick")
    await screen.page.locator(f".lane:has(#d-{DAY}) a.free").first.focus()
    await keys.press("End")
    shown = re.findall(r"\d\d:\d\d", await pick.inner_text())
    assert shown[1] == "18:30"
    await keys.press("Home")
    await keys.press("Enter")
    for _ in range(5):
        await keys.press("ArrowRight")
    longer = re.findall(r"\d\d:\d\d", await pick.inner_text())
    await keys.press("Escape")
    again = re.findall(r"\d\d:\d\d", await pick.inner_text())
    assert again[0] == longer[0]
    assert again[1] < longer[1]
    await keys.press("Escape")
    assert not await pick.count()
    told = await screen.page.locator("p[role=status]").all_inner_texts()
    assert said("fr", "Nothing is chosen.") in told
    await keys.press("Home")
    await keys.press("Enter")
    await screen.follow(lambda: keys.press("Enter"))
    assert asked_for(screen)["start"].startswith(f"{DAY}T09:00")


async def test_a_finger_holds_then_draws(visit: Visit) -> None:
    """Without holding, the strip scrolls and nothing is chosen."""
    screen = await visit("ar", 1280, MEMBER, has_touch=True)
    await screen.go(f"/schedule?date={DAY}")
    gap = lane(screen, PRINTER).locator("a.free").first
    touch = await screen.page.context.new_cdp_session(screen.page)

    async def send(kind: str, hour: float = 0) -> None:
        x, y = await point(screen, gap, hour)
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        await touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    await send("touchStart", 12.1)
    await send("touchMove", 12.8)
    await send("touchMove", 13.4)
    assert not await screen.page.locator(".pick").count()
    await send("touchEnd")
    assert screen.path.startswith("/schedule")
    await send("touchStart", 12.1)
    await screen.page.locator(".pick").wait_for()
    await send("touchMove", 12.8)
    await send("touchMove", 13.4)
    chosen = await screen.page.locator(".pick").inner_text()
    assert re.findall(r"\d\d:\d\d", chosen) == ["12:00", "13:30"]
    await screen.follow(lambda: send("touchEnd"))
    assert await proposed(screen) == ["12:00", "13:30"]


async def test_without_scripts_each_free_time_is_a_link(visit: Visit) -> None:
    screen = await visit("ar", 1280, MEMBER, java_script_enabled=False)
    await screen.go(f"/schedule?date={DAY}")
    assert not await screen.page.locator("#how").is_visible()
    assert not await screen.page.locator("a.free[tabindex]").count()
    await screen.press(lane(screen, PRINTER).locator("a.free").first)
    await choose(screen, f"{DAY}T12:00", f"{DAY}T13:30")
    await screen.press(BOOK)
    assert await stored(PRINTER, MEMBER) == ["confirmed"]


async def test_the_day_is_narrowed_without_scripts(visit: Visit) -> None:
    screen = await visit("ar", 390, MEMBER, java_script_enabled=False)
    await screen.go(f"/schedule?date={DAY}")
    await screen.page.locator("details.filter summary").click()
    await screen.page.locator("label[for=category-laser]").click()
    await screen.page.select_option("#free", "60")
    await screen.press("details.filter form button")
    assert "category=laser&free=60" in screen.page.url
    groups = screen.page.locator(".group")
    assert [await each.get_attribute("id") for each in await groups.all()] == ["g-laser"]
    await screen.press(screen.page.locator(".days a.btn.small:not([aria-current])").first)
    assert "category=laser&free=60" in screen.page.url


async def test_folded_and_marked_stay_when_the_page_renews_itself(visit: Visit) -> None:
    other = await visit("fr", 1280, "rachid.mimouni@example.org")
    await opened(other, f"/schedule?date={DAY}")
    await other.press(".group:nth-of-type(2) a")
    folded = await other.page.locator(".group a[aria-expanded=false]").count()
    assert folded == 1
    gap = lane(other, PRINTER).locator("a.free").first
    await gap.focus()
    await other.page.keyboard.press("End")
    marked = await other.page.locator(".pick").inner_text()
    booker = await visit("fr", 1280, MEMBER)
    await booker.go(FORM)
    await choose(booker, f"{DAY}T10:00", f"{DAY}T11:00")
    await booker.press(BOOK)
    await appears(at(other, "taken", "10:00"))
    await other.page.locator(".pick").wait_for(timeout=SOON)
    assert await other.page.locator(".pick").inner_text() == marked
    assert await other.page.locator(".group a[aria-expanded=false]").count() == 1
    assert await lane(other, PRINTER).locator("a.free:focus").count() == 1


@pytest.mark.slow
async def test_what_was_taken_meanwhile_is_said(visit: Visit) -> None:
    other = await visit("fr", 1280, "rachid.mimouni@example.org")
    await opened(other, f"/schedule?date={DAY}")
    gap = lane(other, PRINTER).locator("a.free").first
    await gap.focus()
    for key in ("Home", "ArrowRight", "ArrowRight"):
        await other.page.keyboard.press(key)
    booker = await visit("fr", 1280, MEMBER)
    await booker.go(FORM)
    await choose(booker, f"{DAY}T09:00", f"{DAY}T11:00")
    await booker.press(BOOK)
    await appears(at(other, "taken", "09:00"))
    gone = other.page.locator("p[role=status]", has_text=said("fr", "This time is no longer free."))
    await gone.wait_for(state="attached", timeout=SOON)
    assert not await other.page.locator(".pick").count()
