"""Staff draw a booking elsewhere on the day grid; the lab decides, and a refusal puts it back."""

import re

from playwright.async_api import Locator

from fablab.core import db
from tests.browser.conftest import Visit
from tests.browser.site import MANAGER
from tests.browser.steps import BOOK, MEMBER, PRINTER, choose, lane, said
from tests.browser.test_live import FORM, SOON
from tests.support.screen import Screen

DAY = "2026-11-30"


async def a_booking(visit: Visit, start: str, end: str) -> None:
    member = await visit("fr", 1280, MEMBER)
    await member.go(FORM)
    await choose(member, f"{DAY}T{start}", f"{DAY}T{end}")
    await member.press(BOOK)
    assert "/bookings/" in member.path, await member.told()


async def an_hour(screen: Screen) -> float:
    """How many pixels an hour is, towards later."""
    box = await screen.page.locator(".hours li").first.bounding_box()
    assert box is not None
    return -box["width"] if screen.language == "ar" else box["width"]


async def drag(screen: Screen, block: Locator, by: float, part: float = 0.4) -> None:
    await block.scroll_into_view_if_needed()
    box = await block.bounding_box()
    assert box is not None
    part = 1 - part if screen.language == "ar" else part
    x, y = box["x"] + box["width"] * part, box["y"] + box["height"] / 2
    mouse = screen.page.mouse
    await mouse.move(x, y)
    await mouse.down()
    await mouse.move(x + by / 2, y)
    await mouse.move(x + by, y)
    await mouse.up()


async def times() -> list[str]:
    [row] = await db.fetch(
        "SELECT b.starts_wall, b.ends_wall FROM booking b JOIN machine m ON m.id = b.machine"
        " JOIN member x ON x.id = b.member WHERE m.slug = {} AND x.email = {}"
        " AND b.starts_at > '2026-11-30 09:00:00+00:00' AND b.status = 'confirmed'",
        PRINTER,
        MEMBER,
    )
    return [row["starts_wall"][11:16], row["ends_wall"][11:16]]


async def test_a_booking_is_moved_and_made_longer(visit: Visit) -> None:
    await a_booking(visit, "12:00", "13:00")
    boss = await visit("ar", 1280, MANAGER)
    await boss.go(f"/schedule?date={DAY}")
    hour = await an_hour(boss)
    block = lane(boss, PRINTER).locator("a.block", has_text="12:00")
    await drag(boss, block, 2 * hour)
    dialog = boss.page.locator("dialog.arrange")
    question = await dialog.locator("h2").inner_text()
    assert re.findall(r"\d\d:\d\d", question) == ["14:00", "15:00"]
    assert await times() == ["12:00", "13:00"], "nothing before it is confirmed"
    await dialog.locator("[value=send]").click()
    moved = lane(boss, PRINTER).locator("a.block", has_text="14:00")
    await moved.wait_for(timeout=SOON)
    assert await times() == ["14:00", "15:00"]
    told = boss.page.locator("p[role=status]", has_text=said("ar", "The booking is changed."))
    assert await told.count()
    await drag(boss, moved, hour, part=0.97)
    await dialog.locator("[value=send]").click()
    await lane(boss, PRINTER).locator("a.block", has_text="16:00").wait_for(timeout=SOON)
    assert await times() == ["14:00", "16:00"]


async def test_a_refusal_says_why_and_puts_it_back(visit: Visit) -> None:
    await a_booking(visit, "12:00", "13:00")
    boss = await visit("ar", 1280, MANAGER)
    await boss.go(f"/schedule?date={DAY}")
    hour = await an_hour(boss)
    block = lane(boss, PRINTER).locator("a.block", has_text="12:00")
    before = await block.bounding_box()
    boss.may_fail.append("/place")
    await drag(boss, block, 6 * hour)
    dialog = boss.page.locator("dialog.arrange")
    await dialog.locator("[value=send]").click()
    reasons = dialog.locator(".why li")
    await reasons.first.wait_for()
    assert await dialog.locator("h2").inner_text() == said("ar", "This is not possible:")
    assert await times() == ["12:00", "13:00"]
    assert await dialog.locator("[value=send]").is_hidden()
    await dialog.locator("[value=close]").click()
    assert await block.bounding_box() == before
    assert not await boss.page.locator(".pick, .lifted").count()
    await drag(boss, block, 6 * hour)
    await dialog.locator("[value=send]").click()
    await reasons.first.wait_for()
    await boss.press(dialog.locator("[value=form]"))
    assert await boss.reasons()


async def test_members_draw_nobodys_booking(visit: Visit) -> None:
    await a_booking(visit, "12:00", "13:00")
    member = await visit("fr", 1280, MEMBER)
    await member.go(f"/schedule?date={DAY}")
    assert not await member.page.locator("[data-moves], dialog.arrange").count()
