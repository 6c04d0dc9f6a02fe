"""Who booked is nobody else's business: the name is nowhere in what the server sends."""

from typing import Any

import pytest

from fablab.core import db
from tests.browser.conftest import Visit
from tests.browser.site import pages
from tests.browser.steps import MEMBER

OTHER = "rachid.mimouni@example.org"
DAYS = [f"2026-{day}" for day in ("11-27", "11-30", "12-01", "12-02", "12-04", "12-05")]


async def traces() -> list[bytes]:
    """How a page would name MEMBER, who has a booking now and one tomorrow."""
    [row] = await db.fetch(
        "SELECT given_name_ar, family_name_ar, given_name_latin, family_name_latin"
        " FROM member WHERE email = {}",
        MEMBER,
    )
    names = [
        f"{row['given_name_ar']} {row['family_name_ar']}",
        f"{row['given_name_latin']} {row['family_name_latin']}",
        row["family_name_ar"],
        row["family_name_latin"],
    ]
    return [name.encode() for name in [*names, MEMBER]]


@pytest.mark.parametrize("who", ["", OTHER])
async def test_the_booker_is_not_named(visit: Visit, app: Any, who: str) -> None:
    """Neither on any page nor in what programs are told; the booking itself is not to be found."""
    screen = await visit("fr", email=who)
    [booking] = await db.fetch(
        "SELECT b.id FROM booking b JOIN member m ON m.id = b.member"
        " WHERE m.email = {} AND b.status = 'confirmed' ORDER BY b.id LIMIT 1",
        MEMBER,
    )
    slugs = [row["slug"] for row in await db.fetch("SELECT slug FROM machine ORDER BY slug")]
    addresses = {place.path for place in await pages(app) if not place.path.startswith("/reset")}
    addresses |= {f"/schedule?date={day}" for day in DAYS}
    addresses |= {f"/machines/{slug}/week" for slug in slugs}
    addresses |= {f"/bookings/{booking['id']}", f"/bookings/{booking['id']}/change"}
    addresses |= {f"/api/v1/schedule?date={day}" for day in DAYS}
    addresses |= {f"/api/v1/machines/{slug}/bookings" for slug in slugs}
    sought, found, seen = await traces(), [], 0
    for address in sorted(addresses):
        answer = await screen.page.context.request.get(address)
        body = await answer.body()
        seen += answer.status == 200
        found += [f"{address}: {trace.decode()}" for trace in sought if trace in body]
        if address.startswith(f"/bookings/{booking['id']}") and who:
            assert answer.status == 404
    assert seen > len(DAYS) + len(slugs), "hardly a page was seen"
    assert not found, "\n".join(found)
