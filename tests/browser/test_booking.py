"""Booking, as people do it: from a free gap to a finished print."""

from datetime import timedelta

import pytest
from playwright.async_api import Locator

from fablab.core import db
from tests.browser.conftest import Visit
from tests.browser.words import said
from tests.conftest import Travel
from tests.support.screen import Screen

MEMBER, NEWCOMER = "member@example.org", "newcomer@example.org"
PRINTER = "printer-fdm-b"
COMING = "[aria-labelledby=coming] .next a"
everywhere = pytest.mark.parametrize("width", [1280, 390])
in_both = pytest.mark.parametrize("language", ["ar", "fr"])


def lane(screen: Screen, slug: str) -> Locator:
    """The row of a machine in the day's schedule; on a phone, its card."""
    link = screen.page.locator(f".who a[href^='/machines/{slug}/week']")
    return screen.page.locator(".lane", has=link)


async def choose(screen: Screen, start: str, end: str) -> None:
    """`start` and `end` as the lab's wall says: 2026-11-30T12:00."""
    for name, wanted in (("starts_at", start), ("ends_at", end)):
        options = screen.page.locator(f"#{name} option[value^='{wanted}']")
        await screen.page.select_option(f"#{name}", await options.first.get_attribute("value"))


async def stored(slug: str, email: str) -> list[str]:
    """How the bookings of a machine by a member stand, in the order they were made."""
    rows = await db.fetch(
        "SELECT b.status FROM booking b JOIN machine m ON m.id = b.machine"
        " JOIN member x ON x.id = b.member WHERE m.slug = {} AND x.email = {}"
        " AND b.ends_at > '2026-11-30 09:00:00+00:00' ORDER BY b.id",
        slug,
        email,
    )
    return [row["status"] for row in rows]


async def flash(screen: Screen) -> str:
    return (await screen.page.locator(".flashes").inner_text()).strip()


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
    await screen.press("form[action='/bookings'] .submit button")


@in_both
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
    await screen.press(".card.due button")
    assert await flash(screen) == said(language, "Checked in. Good work!")
    travel(timedelta(minutes=45))
    await screen.go("/me")
    await screen.press(screen.page.locator(COMING).first)
    await screen.send(f"{screen.path}/finish")
    assert await stored(PRINTER, MEMBER) == ["completed"]
    await screen.go("/schedule")
    assert await lane(screen, PRINTER).locator("a.free").first.is_visible()


@in_both
@everywhere
async def test_a_member_cancels(visit: Visit, language: str, width: int) -> None:
    screen = await visit(language, width, MEMBER)
    await screen.go("/me")
    await screen.press(screen.page.locator(COMING).last)
    await screen.send(f"{screen.path}/cancel")
    assert await stored("printer-fdm-a", MEMBER) == ["cancelled"]
    assert said(language, "cancelled") in await screen.told()
