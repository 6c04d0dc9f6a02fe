"""Every page of the site, from the app's own table of routes: a new one is tested by itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fablab.core import db
from fablab.members import codes
from tests.browser.samples import samples, second
from tests.browser.steps import MEMBER, NEWCOMER

MANAGER = "manager@example.org"
NO_PAGES = ("/api/v", "/health", "/ready", "/metrics", "/static", "/live/", "/kiosk", "/calendar/")
NO_PAGE = ".ics"
LINKS = {page: purpose for purpose, page in codes.PAGES.items()}
FOR_BOTH = ("/charter", "/machines", "/schedule")
FOR_VISITORS = ("/sign-", "/forgotten", *(f"/{page}/" for page in LINKS))
NOWHERE, OVER = "/nowhere", "/reset/of-another-day"
SERIES = (
    "/bookings/series/preview?machine=printer-fdm-b&day=2026-12-01&starts=10:00&minutes=60"
    "&by=week&weekdays=tue&every=1&count=3"
)
STATUS = {NOWHERE: 404, OVER: 410}
BESIDES = (
    ("", OVER),
    (MEMBER, "/bookings/new?machine=printer-fdm-b"),
    (MEMBER, "/bookings/new?machine=cnc-router-desktop"),
    (MEMBER, "/bookings/new?machine=mill-desktop"),
    (MEMBER, "/schedule?date=2026-12-04"),
    (MEMBER, "/schedule?date=2026-12-06"),
    (MEMBER, "/schedule?mine=1"),
    (MEMBER, "/schedule?category=laser&category=rooms&free=60&folded=rooms"),
    (MEMBER, "/schedule?category=laser&free=480&date=2026-12-06"),
    (MEMBER, "/machines/printer-fdm-a/week"),
    (MEMBER, "/bookings/series/new?machine=printer-fdm-b"),
    (MEMBER, SERIES),
    (MEMBER, NOWHERE),
    (NEWCOMER, "/me"),
    (NEWCOMER, "/charter"),
    (NEWCOMER, "/bookings/new?machine=craft-cutter"),
    (MANAGER, "/schedule"),
    (MANAGER, "/bookings/new?machine=printer-fdm-b"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A page, and who opens it: an e-mail address, or nobody."""

    who: str
    path: str

    @property
    def status(self) -> int:
        return STATUS.get(self.path, 200)

    def __str__(self) -> str:
        return f"{self.path} ({self.who.partition('@')[0] or 'visitor'})"


def paths(app: Any) -> Iterator[str]:
    """Those that answer GET with a page: not with text for programs or scripts."""
    for route in app.routes:
        verbs = getattr(route, "route_handler_map", {})
        if (
            "GET" in verbs
            and not route.path.startswith(NO_PAGES)
            and not route.path.endswith(NO_PAGE)
        ):
            yield route.path


async def pages(app: Any) -> list[Place]:
    """Every page with the parameters of the demo, for whoever sees most of it, and visitors."""
    known = await samples(MEMBER)
    found = [Place(*each) for each in BESIDES]
    for path in paths(app):
        given = known | {"token": await a_token(path)}
        if path.endswith("/buddy"):
            given["booking_id"] = await second()
        filled = re.sub(r"\{(\w+):\w+\}", lambda found, given=given: str(given[found[1]]), path)
        found += [Place(who, filled) for who in who_opens(path)]
    return sorted(set(found), key=lambda place: (place.who, place.path))


def who_opens(path: str) -> tuple[str, ...]:
    if path.startswith("/desk"):
        return (MANAGER,)
    if path.startswith(FOR_VISITORS):
        return ("",)
    return ("", MEMBER) if path == "/" or path.startswith(FOR_BOTH) else (MEMBER,)


async def a_token(path: str) -> str:
    """What a link from a mail holds; nothing for other pages."""
    page = path.split("/")[1]
    if page not in LINKS:
        return ""
    [newcomer] = await db.fetch("SELECT id, email FROM member WHERE email = {}", NEWCOMER)
    async with db.transaction():
        link = await codes.make_link(newcomer["id"], LINKS[page], email=newcomer["email"])
    return await codes.token_of(link)
