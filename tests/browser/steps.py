"""What the journeys have in common: who goes where, and what the pages say to them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.async_api import Locator

from fablab.core import db, i18n
from tests.support.screen import Screen

MEMBER, NEWCOMER = "member@example.org", "newcomer@example.org"
PRINTER = "printer-fdm-b"
BOOK = "form[action='/bookings'] .submit button"
# Every day the one in which most goes wrong, before a change is let in the others as well.
everywhere = pytest.mark.parametrize(
    ("language", "width"),
    [
        ("ar", 390),
        pytest.param("fr", 1280, marks=pytest.mark.slow),
        pytest.param("ar", 1280, marks=pytest.mark.slow),
        pytest.param("fr", 390, marks=pytest.mark.slow),
    ],
)
in_both = pytest.mark.parametrize("language", ["ar", pytest.param("fr", marks=pytest.mark.slow)])


def lane(screen: Screen, slug: str) -> Locator:
    """The row of a machine in the day's schedule; on a phone, its card."""
    link = screen.page.locator(f".who a[href^='/machines/{slug}/week']")
    return screen.page.locator(".lane", has=link)


async def check_in(screen: Screen) -> None:
    """From the first card; a machine that asks what goes in asks again before."""
    await screen.press(".card.due .btn.act:not([href^='/offers'])")
    if screen.path.startswith("/bookings/"):
        await screen.press("form[action$='/check-in'] button")


async def choose(screen: Screen, start: str, end: str) -> None:
    """`start` and `end` as the lab's wall says: 2026-11-30T12:00."""
    for name, wanted in (("starts_at", start), ("ends_at", end)):
        options = screen.page.locator(f"#{name} option[value^='{wanted}']")
        await screen.page.select_option(f"#{name}", await options.first.get_attribute("value"))


async def stored(slug: str, email: str) -> list[str]:
    """How the bookings of a machine by a member stand, in the order they were made. What the
    demo's people only asked for is left out."""
    rows = await db.fetch(
        "SELECT b.status FROM booking b JOIN machine m ON m.id = b.machine"
        " JOIN member x ON x.id = b.member WHERE m.slug = {} AND x.email = {}"
        " AND b.ends_at > '2026-11-30 09:00:00+00:00' AND b.status <> 'pending' ORDER BY b.id",
        slug,
        email,
    )
    return [row["status"] for row in rows]


async def flash(screen: Screen) -> str:
    """What the page tells first; without such a message, all of it."""
    told = screen.page.locator(".flashes")
    return (await told.inner_text()).strip() if await told.count() else await screen.told()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    before = i18n.language.set(language)
    try:
        yield
    finally:
        i18n.language.reset(before)


def said(language: str, message: str) -> str:
    """The message as that language says it."""
    with speaking(language):
        return i18n.gettext(message)


def counted(language: str, one: str, many: str, number: int) -> str:
    with speaking(language):
        return i18n.ngettext(one, many, number) % {"num": number}


def says(language: str, message: str, text: str) -> bool:
    """Whether the text is the message in that language, whatever stands for its details."""
    frame = " ".join(said(language, message).split())
    parts = map(re.escape, re.split(r"\{\w+\}|%\(\w+\)s", frame))
    return re.fullmatch(r".+".join(parts), " ".join(text.split()), re.DOTALL) is not None
