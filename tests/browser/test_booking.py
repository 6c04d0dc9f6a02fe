"""Booking, as people do it: from a free gap to a finished print."""

from datetime import timedelta
from typing import Any

from tests.browser.conftest import Visit
from tests.browser.steps import (
    BOOK,
    MEMBER,
    NEWCOMER,
    PRINTER,
    check_in,
    choose,
    everywhere,
    flash,
    in_both,
    lane,
    said,
    stored,
)
from tests.conftest import Travel
from tests.support.screen import Screen

COMING = "[aria-labelledby=coming] .next a"


async def book_at_noon(screen: Screen) -> None:
    """From a free gap of the schedule, by pointing at noon where that is possible."""
    await screen.go("/schedule")
    gap = lane(screen, PRINTER).locator("a.free").first
    assert await gap.is_visible()
    box = await gap.bounding_box()
    assert box is not None
    if box["width"] > 600:  # a strip from 09:00 to 18:30, where noon lies after three hours
        part = 3.05 / 9.5 if screen.language != "ar" else 1 - 3.05 / 9.5
        await screen.press_at(gap, part)
        chosen = await screen.page.locator("#starts_at").input_value()
        assert chosen.startswith("2026-11-30T12:00"), chosen
    else:
        await screen.press(gap)
    await choose(screen, "2026-11-30T12:00", "2026-11-30T13:30")
    await screen.press(BOOK)


@everywhere
async def test_a_member_books_comes_and_finishes(
    visit: Visit, travel: Travel, language: str, width: int
) -> None:
    screen = await visit(language, width, MEMBER)
    await book_at_noon(screen)
    assert screen.path.startswith("/bookings/")
    assert await flash(screen) == said(language, "Your booking is made.")

    await screen.go("/schedule")
    mine = lane(screen, PRINTER).locator("a.mine")
    assert await mine.is_visible()
    travel(timedelta(hours=2, minutes=55))
    await screen.go("/me")
    await check_in(screen)
    assert await flash(screen) == said(language, "Checked in. Good work!")
    travel(timedelta(minutes=45))
    await screen.go("/me")
    await screen.press(screen.page.locator(COMING).first)
    await screen.send(f"{screen.path}/finish")
    assert await stored(PRINTER, MEMBER) == ["completed"]
    await screen.go("/schedule")
    assert await lane(screen, PRINTER).locator("a.free").first.is_visible()


@everywhere
async def test_a_member_cancels(visit: Visit, language: str, width: int) -> None:
    screen = await visit(language, width, MEMBER)
    await screen.go("/me")
    await screen.press(screen.page.locator(COMING).last)
    await screen.send(f"{screen.path}/cancel")
    assert await stored("printer-fdm-a", MEMBER) == ["cancelled"]
    assert said(language, "cancelled") in await screen.told()


@everywhere
async def test_a_newcomer_accepts_the_charter_then_books(
    visit: Visit, language: str, width: int
) -> None:
    """Open-lab hours are what their plan covers: Wednesday afternoon."""
    screen = await visit(language, width, NEWCOMER)
    await screen.go("/bookings/new?machine=craft-cutter&date=2026-12-02")
    await screen.press("main a[href='/charter']")
    await screen.send("/charter/accept")
    await screen.go("/bookings/new?machine=craft-cutter&start=2026-12-02T14:30:00%2B00:00")
    assert not await screen.page.locator("main a[href='/charter']").count()
    await screen.press(BOOK)
    assert await flash(screen) == said(language, "Your booking is made.")
    assert await stored("craft-cutter", NEWCOMER) == ["confirmed"]


@in_both
async def test_booking_with_the_keyboard_alone(visit: Visit, language: str) -> None:
    """The skip link comes first, what has the focus is seen, and Enter books."""
    screen = await visit(language, email=MEMBER)
    await screen.go(f"/bookings/new?machine={PRINTER}")
    keys = screen.page.keyboard
    await keys.press("Tab")
    assert await focused(screen) == {"href": "#main", "seen": True}
    await keys.press("Enter")
    passed = []
    while (here := await focused(screen, "Tab")).get("id") != "starts_at":
        passed.append(here)
    assert all(each["seen"] for each in passed), passed
    await keys.press("ArrowDown")
    start = await screen.page.locator("#starts_at").input_value()
    assert (await focused(screen, "Tab"))["id"] == "ends_at"
    await keys.press("End")
    for _ in range(8):
        await keys.press("ArrowUp")
    await choose(screen, start[:16], f"{start[:11]}{int(start[11:13]) + 2:02}{start[13:16]}")
    while (here := await focused(screen, "Tab")).get("id") != "note":
        assert here["seen"]
    await screen.follow(lambda: keys.press("Enter"))
    assert await flash(screen) == said(language, "Your booking is made.")
    assert await stored(PRINTER, MEMBER) == ["confirmed"]


@everywhere
async def test_the_whole_way_without_javascript(
    visit: Visit, travel: Travel, language: str, width: int
) -> None:
    screen = await visit(language, width, MEMBER, java_script_enabled=False)
    await screen.go("/schedule")
    await screen.press(lane(screen, PRINTER).locator("a.free").first)
    await choose(screen, "2026-11-30T12:00", "2026-11-30T13:00")
    await screen.press(BOOK)
    await screen.press(f"main a[href='{screen.path}/change']")
    await choose(screen, "2026-11-30T12:30", "2026-11-30T14:00")
    await screen.press("form[action$='/move'] .submit button")
    assert await flash(screen) == said(language, "The booking is changed.")
    travel(timedelta(hours=3, minutes=25))
    await screen.go("/me")
    await check_in(screen)
    await screen.send(f"{screen.path}/finish")
    assert await stored(PRINTER, MEMBER) == ["completed"]
    await screen.go("/me")
    await screen.press(screen.page.locator(COMING).last)
    await screen.send(f"{screen.path}/cancel")
    assert await stored("printer-fdm-a", MEMBER) == ["cancelled"]


FOCUSED = """() => {
  const here = document.activeElement, box = here.getBoundingClientRect();
  const style = getComputedStyle(here);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  return { ...(here.id && { id: here.id }), ...(here.hasAttribute("href") && {
    href: here.getAttribute("href") }), seen: ring && inside };
}"""


async def focused(screen: Screen, key: str = "") -> dict[str, Any]:
    """What has the focus, after that key, and whether one sees that it has."""
    if key:
        await screen.page.keyboard.press(key)
    found: dict[str, Any] = await screen.page.evaluate(FOCUSED)
    return found
