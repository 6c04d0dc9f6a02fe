"""Every page there is, in three languages: nothing for the axe engine to find, nothing too wide."""

from collections import defaultdict
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.browser.conftest import Visit
from tests.browser.site import pages
from tests.browser.steps import BOOK, MEMBER, choose
from tests.support.screen import DIRECTIONS, Screen

PHONE, DESKTOP, SMALLEST = (390, 844), (1280, 800), (320, 640)
ALL: dict[str, Any] = {"resultTypes": ["violations"]}
# Nothing else changes with the scheme.
CONTRAST = ALL | {"runOnly": ["color-contrast"]}


ENGINE = Axe().axe_script
RUN = """async (options) => (await axe.run(options)).violations.flatMap((rule) =>
  rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 200)}`))"""

HEAD = """[document.documentElement.lang, document.documentElement.dir,
  document.querySelectorAll("h1").length]"""
FORMS = (
    ("/sign-up", "/sign-up"),
    ("/sign-in", "/sign-in"),
    ("/sign-in/code", "/sign-in/code"),
    ("/forgotten", "/forgotten"),
)


async def findings(screen: Screen) -> list[str]:
    """What the engine finds on the page that is shown, in both schemes, wide and narrow."""
    found = set()
    await screen.page.evaluate(ENGINE)
    for width, height in (DESKTOP, PHONE):
        await screen.page.set_viewport_size({"width": width, "height": height})
        for scheme, options in (("light", ALL), ("dark", CONTRAST)):
            await screen.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            told = await screen.page.evaluate(RUN, options)
            found |= {f"{each} ({scheme}, {width})" for each in told}
    await screen.page.emulate_media(color_scheme="light")
    return sorted(found)


async def astray(screen: Screen, language: str) -> list[str]:
    """Whatever is wrong with the page that is shown."""
    spoken, direction, headings = await screen.page.evaluate(HEAD)
    found = [f"{headings} h1"] if headings != 1 else []
    if (spoken.partition("-")[0], direction) != (language, DIRECTIONS[language]):
        found.append(f"{spoken}, {direction}")
    found += await findings(screen)
    await screen.page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    await screen.look()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
async def test_every_page(visit: Visit, app: Any, language: str) -> None:
    """Each has one h1, a title of its own, its language and direction."""
    problems, titles = [], defaultdict(set)
    screens: dict[str, Screen] = {}
    for place in await pages(app):
        if place.who not in screens:
            screens[place.who] = await visit(language, email=place.who)
        screen = screens[place.who]
        response = await screen.go(place.path)
        if response.status != place.status:
            problems.append(f"{place}: {response.status}")
            continue
        titles[await screen.page.title()].add(screen.path.partition("?")[0])
        problems += [f"{place}: {each}" for each in await astray(screen, language)]
    problems += [f"{title!r}: {sorted(same)}" for title, same in titles.items() if len(same) > 1]
    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
async def test_every_refused_form(visit: Visit, language: str) -> None:
    visitor, problems = await visit(language), []
    for path, form in FORMS:
        await visitor.go(path)
        await visitor.press(f"main form[action='{form}'] .submit button")
        problems += [f"{path}: {each}" for each in await astray(visitor, language)]
    member = await visit(language, email=MEMBER)
    await member.go("/bookings/new?machine=laser-40w&date=2026-12-04")
    await choose(member, "2026-12-04T11:00", "2026-12-04T15:00")
    await member.press(BOOK)
    assert await member.reasons()
    problems += [f"refused: {each}" for each in await astray(member, language)]
    assert not problems, "\n".join(problems)
