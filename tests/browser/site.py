"""Every page of the site, from the app's own table of routes: a new one is tested by itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fablab.core import db
from tests.browser.steps import MEMBER, NEWCOMER

MANAGER = "manager@example.org"
NO_PAGES = ("/api/v", "/health", "/ready", "/metrics", "/static")
# Whatever the address holds, these cannot be opened without a link from a mail.
OVER = ("/confirm/", "/reset/")
FOR_VISITORS = ("/", "/charter", "/machines", "/schedule", "/sign-", "/forgotten", *OVER)
BESIDES = (
    (MEMBER, "/bookings/new?machine=printer-fdm-b"),
    (MEMBER, "/bookings/new?machine=cnc-router-desktop"),
    (MEMBER, "/bookings/new?machine=mill-desktop"),
    (MEMBER, "/schedule?date=2026-12-04"),
    (MEMBER, "/schedule?date=2026-12-06"),
    (MEMBER, "/schedule?mine=1"),
    (MEMBER, "/machines/printer-fdm-a/week"),
    (MEMBER, "/nowhere"),
    (NEWCOMER, "/me"),
    (NEWCOMER, "/charter"),
    (NEWCOMER, "/bookings/new?machine=craft-cutter"),
    (MANAGER, "/schedule"),
    (MANAGER, "/bookings/new?machine=printer-fdm-b"),
)
SAMPLES = {
    "slug": "SELECT 'laser-40w' AS it",
    "number": "SELECT number AS it FROM member WHERE email = 'member@example.org'",
    "booking_id": (
        "SELECT b.id AS it FROM booking b JOIN member m ON m.id = b.member"
        " WHERE m.email = 'member@example.org' AND b.status = 'confirmed' ORDER BY b.id LIMIT 1"
    ),
    "closure_id": "SELECT min(id) AS it FROM closure",
    "season_id": "SELECT min(id) AS it FROM season",
    "token": "SELECT 'of-another-day' AS it",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A page, and who opens it: an e-mail address, or nobody."""

    who: str
    path: str

    @property
    def status(self) -> int:
        return 404 if self.path == "/nowhere" or self.path.startswith(OVER) else 200

    def __str__(self) -> str:
        return f"{self.path} ({self.who.partition('@')[0] or 'visitor'})"


def paths(app: Any) -> Iterator[str]:
    """Those that answer GET with a page."""
    for route in app.routes:
        verbs = getattr(route, "route_handler_map", {})
        if "GET" in verbs and not route.path.startswith(NO_PAGES):
            yield route.path


async def pages(app: Any) -> list[Place]:
    """Every page with the parameters of the demo, for whoever sees most of it, and visitors."""
    samples = {name: (await db.fetch(sql))[0]["it"] for name, sql in SAMPLES.items()}
    found = [Place(*each) for each in BESIDES]
    for path in paths(app):
        filled = re.sub(r"\{(\w+):\w+\}", lambda found: str(samples[found[1]]), path)
        if path.startswith("/desk"):
            found.append(Place(MANAGER, filled))
        elif path == "/" or any(filled.startswith(each) for each in FOR_VISITORS[1:]):
            found.append(Place("", filled))
        if not path.startswith(("/desk", *FOR_VISITORS[4:])):
            found.append(Place(MEMBER, filled))
    return sorted(set(found), key=lambda place: (place.who, place.path))
