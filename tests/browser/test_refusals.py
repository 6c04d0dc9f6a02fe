"""Refused: every reason is said, and there is a way out that works with one press."""

from datetime import datetime, timedelta

from fablab.bookings import actions
from fablab.bookings.actions import Asked
from fablab.core import db
from fablab.core.periods import Period
from fablab.members.tables import Role
from fablab.members.viewer import Viewer
from tests.browser.conftest import Visit
from tests.browser.steps import (
    BOOK,
    MEMBER,
    PRINTER,
    choose,
    everywhere,
    flash,
    said,
    says,
    stored,
)
from tests.support.screen import Screen

TOO_LONG = "At most {most} at a time: until {nearest} at the latest."
CLOSED = "The whole booking must lie in opening hours: {hours}."
TAKEN = "Somebody has booked this time. It is free again at {free_at}."
CERTIFICATION = "This machine needs a certification first: {needed}."
HALF_AN_HOUR = timedelta(minutes=30)
OTHER = "imane.ouchen@example.org"


async def refused(screen: Screen, *messages: str) -> list[str]:
    """The reasons shown are these and no others; the box has the focus."""
    reasons = await screen.reasons()
    for message in messages:
        assert any(says(screen.language, message, reason) for reason in reasons), reasons
    assert len(reasons) == len(messages), reasons
    assert await screen.page.evaluate("document.activeElement.id") == "problems"
    return reasons


async def take_the_first_way_out(screen: Screen) -> str:
    """Book what is offered instead; the machine that was booked."""
    ways = screen.page.locator(".ways form[action='/bookings']")
    machine = await ways.first.locator("[name=machine]").input_value()
    assert await ways.first.locator("button").is_visible()
    await screen.press(ways.first.locator("button"))
    assert await flash(screen) == said(screen.language, "Your booking is made.")
    return machine


@everywhere
async def test_over_the_prayer_break(visit: Visit, language: str, width: int) -> None:
    """The laser wants staff all the time: both windows of the day are named, and the limit."""
    screen = await visit(language, width, MEMBER)
    await screen.go("/bookings/new?machine=laser-40w&date=2026-12-11")
    await choose(screen, "2026-12-11T11:00", "2026-12-11T15:00")
    response = await screen.press(BOOK)
    assert response is not None
    assert response.status == 422
    reasons = " ".join(await refused(screen, CLOSED, TOO_LONG))
    assert all(hour in reasons for hour in ("09:00", "11:30", "14:30", "18:30")), reasons
    chosen = await screen.page.locator("#starts_at").input_value()
    assert chosen.startswith("2026-12-11T11:00"), "what was typed stays"
    assert await take_the_first_way_out(screen) == "laser-40w"


@everywhere
async def test_somebody_was_faster(visit: Visit, language: str, width: int) -> None:
    screen = await visit(language, width, MEMBER)
    await screen.go(f"/bookings/new?machine={PRINTER}")
    await choose(screen, "2026-11-30T12:00", "2026-11-30T13:00")
    await somebody_books(datetime.fromisoformat("2026-11-30T12:30+00:00"))
    await screen.press(BOOK)
    await refused(screen, TAKEN)
    ways = await screen.page.locator(".ways form[action='/bookings'] button:visible").count()
    assert ways == 3 if width == 390 else 3 <= ways <= 5
    if width == 390:
        await in_this_order(screen, "#problems", ".ways", "form.asked, .asked form")
    machine = await take_the_first_way_out(screen)
    assert await stored(machine, MEMBER) == ["confirmed"]


@everywhere
async def test_without_the_certification(visit: Visit, language: str, width: int) -> None:
    """It is said before one asks; asked all the same, with every other reason beside it."""
    screen = await visit(language, width, MEMBER)
    await screen.go("/bookings/new?machine=cnc-router-desktop&date=2026-12-11")
    [told] = await screen.page.locator(".notice.warn li").all_inner_texts()
    assert says(language, CERTIFICATION, told)
    await choose(screen, "2026-12-11T11:00", "2026-12-11T15:00")
    await screen.press(BOOK)
    await refused(screen, CLOSED, TOO_LONG, CERTIFICATION)
    await screen.press(".ways a[href='/machines/cnc-router-desktop']")
    assert (await screen.page.locator("h1").inner_text()).strip()
    assert await stored("cnc-router-desktop", MEMBER) == []


async def in_this_order(screen: Screen, *selectors: str) -> None:
    boxes = [await screen.page.locator(each).first.bounding_box() for each in selectors]
    tops = [box["y"] for box in boxes if box]
    assert len(tops) == len(selectors)
    assert tops == sorted(tops)


async def somebody_books(start: datetime) -> None:
    """Another member takes half an hour of the printer."""
    [other] = await db.fetch("SELECT id, number FROM member WHERE email = {}", OTHER)
    [printer] = await db.fetch("SELECT id FROM machine WHERE slug = {}", PRINTER)
    asked = Asked(machine_id=printer["id"], period=Period(start, start + HALF_AN_HOUR))
    viewer = Viewer(id=other["id"], number=other["number"], role=Role.MEMBER, language="fr")
    await actions.book(viewer, asked)
