"""A shared tablet: put up at the desk, touched by a member, back at its board by itself."""

import pytest

from fablab.core import db
from fablab.demo.accounts import PIN
from tests.browser.conftest import Visit
from tests.browser.site import MANAGER
from tests.browser.steps import MEMBER, everywhere
from tests.browser.test_every_page import findings
from tests.support.screen import DIRECTIONS, HEIGHTS, Screen

HALF_A_MINUTE = 30_000


async def put_up(screen: Screen) -> None:
    await screen.go("/desk/kiosks")
    await screen.page.locator("#name").fill("Lobby")
    await screen.press("form[action='/desk/kiosks'] .submit button")
    assert screen.path == "/kiosk"


async def come(screen: Screen, email: str) -> None:
    """A language, a number, a PIN."""
    [row] = await db.fetch("SELECT number FROM member WHERE email = {}", email)
    await screen.press(f"button[value={screen.language}]")
    assert await screen.spoken() == screen.language
    await screen.page.locator("#number").fill(str(row["number"]))
    await screen.page.locator("#pin").fill(PIN)
    await screen.press("form[action='/kiosk/who'] .submit button")


async def looked_at(screen: Screen, width: int) -> list[str]:
    direction = await screen.page.locator("html").get_attribute("dir")
    found = await findings(screen)
    await screen.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    return [f"{screen.path}: {each}" for each in found] + (
        [] if direction == DIRECTIONS[await screen.spoken()] else [f"{screen.path}: {direction}"]
    )


@everywhere
async def test_checked_in_at_a_tablet(visit: Visit, language: str, width: int) -> None:
    screen = await visit(language, width, email=MANAGER)
    await put_up(screen)
    problems = await looked_at(screen, width)
    await screen.press(f"button[value={language}]")
    problems += await looked_at(screen, width)
    await screen.go("/kiosk")
    await come(screen, MEMBER)
    assert screen.path == "/kiosk/me"
    problems += await looked_at(screen, width)
    assert not problems, "\n".join(problems)
    [due] = await screen.page.locator(".card.due").all()
    await screen.press(due.locator(".btn.act"))
    if screen.path.startswith("/kiosk/at/"):  # it asks what goes in
        assert not await looked_at(screen, width)
        await screen.press(".card.due .btn.act")
    assert await screen.page.locator(".card.yours").count() == 1
    await screen.press(".out a")
    assert screen.path == "/kiosk"
    await screen.go("/kiosk/me")
    assert screen.path == "/kiosk"


@pytest.mark.parametrize("scripts", [True, False])
async def test_who_touches_nothing_is_gone(visit: Visit, scripts: bool) -> None:
    """With scripts by their clock; without, the page itself says when it goes."""
    screen = await visit("fr", email=MANAGER, java_script_enabled=scripts)
    await put_up(screen)
    if scripts:
        await screen.page.clock.install()
    await come(screen, MEMBER)
    if not scripts:
        told = await screen.page.locator("meta[http-equiv=refresh]").get_attribute("content")
        assert told == "30;url=/kiosk"
        return
    await screen.page.clock.fast_forward(HALF_A_MINUTE - 1_000)
    await screen.page.keyboard.press("Shift")
    await screen.page.clock.fast_forward(HALF_A_MINUTE - 1_000)
    assert screen.path == "/kiosk/me"
    async with screen.page.expect_navigation(url="**/kiosk"):
        await screen.page.clock.fast_forward(2_000)
