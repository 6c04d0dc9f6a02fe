"""Answers that come late or never, impatient fingers: one booking is stored, and it is shown."""

import re

import pytest
from playwright.async_api import Error, Route, expect

from fablab.core import db
from tests.browser.conftest import Visit
from tests.browser.steps import BOOK, MEMBER, PRINTER, choose, flash, lane, said
from tests.support.screen import Screen

somewhere = pytest.mark.parametrize(("language", "width"), [("ar", 390), ("fr", 1280)])
SLOW = {
    "offline": False,
    "latency": 400,  # milliseconds
    "downloadThroughput": 400_000 / 8,  # bytes a second
    "uploadThroughput": 400_000 / 8,
}


async def slow_down(screen: Screen) -> None:
    devtools = await screen.page.context.new_cdp_session(screen.page)
    await devtools.send("Network.enable")
    await devtools.send("Network.emulateNetworkConditions", SLOW)


async def the_only_booking(slug: str = PRINTER) -> int:
    """The id of the one booking that was made of the machine, all days and states together."""
    rows = await db.fetch(
        "SELECT b.id FROM booking b JOIN machine m ON m.id = b.machine"
        " JOIN member x ON x.id = b.member WHERE m.slug = {} AND x.email = {}"
        " AND b.made_at >= '2026-11-30 09:00:00+00:00'",
        slug,
        MEMBER,
    )
    assert len(rows) == 1
    return int(rows[0]["id"])


async def fill_in(screen: Screen) -> None:
    await screen.go(f"/bookings/new?machine={PRINTER}")
    await choose(screen, "2026-11-30T12:00", "2026-11-30T13:00")


class Lost:
    """Lets the first request through to the server and drops its answer."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def __call__(self, route: Route) -> None:
        self.sent.append(route.request.post_data or "")
        if len(self.sent) == 1:
            await route.fetch(max_redirects=0)
            await route.abort("connectionreset")
        else:
            await route.continue_()


@pytest.mark.slow
@somewhere
async def test_the_first_answer_is_lost_and_the_form_sent_again(
    visit: Visit, language: str, width: int
) -> None:
    """At 400 kbit/s and 400 ms the answer is lost; the page is loaded anew, the form with it."""
    screen = await visit(language, width, MEMBER)
    await slow_down(screen)
    await screen.go("/schedule")
    await screen.press(lane(screen, PRINTER).locator("a.free").first)
    await choose(screen, "2026-11-30T12:00", "2026-11-30T13:00")
    lost = Lost()
    await screen.page.route("**/bookings", lost)
    with pytest.raises(Error, match="ERR_CONNECTION_RESET"):
        await screen.press(BOOK)
    made = await the_only_booking()
    await screen.page.wait_for_url("chrome-error://**")
    await screen.follow(screen.page.reload)
    assert len(lost.sent) == 2
    assert lost.sent[0] == lost.sent[1]
    assert screen.path == f"/bookings/{made}"
    assert await flash(screen) == said(language, "This booking was made already: here it is.")
    assert await the_only_booking() == made


@pytest.mark.parametrize("scripted", [True, False], ids=["scripts", "no-scripts"])
@somewhere
async def test_a_double_click(visit: Visit, language: str, width: int, scripted: bool) -> None:
    screen = await visit(language, width, MEMBER, java_script_enabled=scripted)
    await fill_in(screen)
    await slow_down(screen)
    posts = []
    screen.page.on("request", lambda request: posts.append(request.method == "POST"))
    button = screen.page.locator(BOOK)
    await button.scroll_into_view_if_needed()
    box = await button.bounding_box()
    assert box is not None
    for _ in range(2):
        await screen.page.mouse.click(box["x"] + 20, box["y"] + 20, delay=50)
    # Not `wait_for_url`: the second press may end the first one's way.
    await expect(screen.page).to_have_url(re.compile(r"/bookings/\d+$"), timeout=30_000)
    assert screen.path == f"/bookings/{await the_only_booking()}"
    assert sum(posts) == (1 if scripted else 2)
