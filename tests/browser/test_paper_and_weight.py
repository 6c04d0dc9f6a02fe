"""What a visit to the schedule weighs, and tomorrow's schedule on one sheet of paper."""

import re

import pytest

from tests.browser.conftest import Visit
from tests.browser.site import MANAGER
from tests.browser.steps import MEMBER
from tests.support.screen import Screen

FIRST, LATER = 60_000, 15_000  # bytes that travel, compressed, headers and all
PAGES = re.compile(rb"/Type\s*/Page\b(?!s)")


async def weighed(screen: Screen, path: str) -> tuple[int, int]:
    """The bytes that travelled for a page with all that belongs to it, and in how many answers."""
    devtools = await screen.page.context.new_cdp_session(screen.page)
    await devtools.send("Network.enable")
    sizes: list[int] = []
    devtools.on(
        "Network.loadingFinished", lambda told: sizes.append(int(told["encodedDataLength"]))
    )
    await screen.page.goto(path, wait_until="networkidle")
    await devtools.detach()
    return sum(sizes), sum(size > 0 for size in sizes)


@pytest.mark.parametrize(
    ("language", "width", "who"), [("ar", 390, ""), ("ar", 1280, MEMBER), ("fr", 390, MEMBER)]
)
async def test_the_schedule_is_light(visit: Visit, language: str, width: int, who: str) -> None:
    """A full weekday. The second time only the page itself travels."""
    screen = await visit(language, width)
    if who:
        await screen.sign_in(who)
        await forget_everything(screen)
    first, answers = await weighed(screen, "/schedule")
    assert answers >= 4, "page, two sheets and two modules"
    assert first < FIRST
    later, answers = await weighed(screen, "/schedule?date=2026-12-01")
    assert answers == 1
    assert later < LATER


async def forget_everything(screen: Screen) -> None:
    """The cache as it is on a first visit; cookies stay."""
    devtools = await screen.page.context.new_cdp_session(screen.page)
    await devtools.send("Network.clearBrowserCache")
    await devtools.detach()


# Letters reach as far as the font says: cut above that, Arabic loses the dots below.
CUT = """() => [...document.querySelectorAll(".who h3")].filter((name) =>
  name.querySelector("bdi").getBoundingClientRect().bottom > name.getBoundingClientRect().bottom)
  .map((name) => name.textContent)"""


@pytest.mark.parametrize(
    ("language", "who"),
    [
        ("ar", MEMBER),
        pytest.param("fr", MANAGER, marks=pytest.mark.slow),
        pytest.param("en", "", marks=pytest.mark.slow),
    ],
)
async def test_tomorrow_is_one_sheet(visit: Visit, language: str, who: str) -> None:
    screen = await visit(language, email=who)
    await screen.go("/schedule?date=2026-12-01")
    await screen.page.emulate_media(media="print")
    assert await screen.page.evaluate(CUT) == []
    sheet = await screen.page.pdf(prefer_css_page_size=True)
    assert len(PAGES.findall(sheet)) == 1
    [box] = set(re.findall(rb"/MediaBox\s*\[([^\]]+)\]", sheet))
    _, _, across, down = map(float, box.split())
    assert across > down, "on its side"


# What is written of the free times on paper: of a room only, and only how many seats are taken.
WRITTEN = """() => [...document.querySelectorAll(".free")].filter((free) => free.offsetParent)
  .map((free) => free.innerText.trim())"""


async def test_a_room_tells_on_paper_how_many_seats_are_taken(visit: Visit) -> None:
    screen = await visit("en", email=MEMBER)
    await screen.go("/schedule?date=2026-12-01")
    on_screen = await screen.page.evaluate(WRITTEN)
    await screen.page.emulate_media(media="print")
    on_paper = await screen.page.evaluate(WRITTEN)
    assert on_paper, "a room with some seats taken"
    assert len(on_paper) < len(on_screen)
    assert [text for text in on_paper if not re.fullmatch(r"\d+ seats? of \d+ taken", text)] == []
