"""Absurd input in every field of the forms about bookings: refused, never a fault of ours."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.rights.scene import Scene, a_scene, asker
from tests.support.browser import Browser

DAY, TOMORROW = "2026-12-01", "2026-12-02"
SERIES = {"machine": "laser", "day": DAY, "starts": "10:00", "minutes": "60", "by": "week"}
SERIES |= {"every": "1", "weekdays": "tue", "count": "2", "until": "", "project": "", "note": ""}
SERIES |= {"member": "", "buddy": "", "material": "", "own_material": "", "override": ""}
WISH = {"machine": "laser", "starts_at": f"{DAY}T10:00", "ends_at": f"{DAY}T11:00"}
BOOKING = WISH | {"seats": "1", "machines": "", "category": "", "project": "", "note": ""}
BOOKING |= {"member": "", "buddy": "", "material": "", "override": "", "reason": ""}
WAIT = {"machine": "laser", "window_start": f"{DAY}T09:00", "window_end": f"{DAY}T18:00"}
WAIT |= {"minutes": "60", "any": "", "project": "", "material": "", "own_material": ""}
FIND = {"category": "", "machine": "laser", "minutes": "60", "from": DAY, "to": TOMORROW}
FIND |= {"after": "09:00", "before": "18:00", "page": "1", "member": ""}
NAMES = {"name_ar": "", "name_fr": "", "name_en": "Holiday"}
ANSWER = {"stranded": "cancel", "seen": ""}
QUOTA = NAMES | {"measure": "hours", "most": "3", "minutes": "30", "span": "week"}
QUOTA |= {"hours": "opening", "who": "role:member", "where": "machine:laser"}
CHANGED = {"part": "future", "booking": "", "starts": "11:00", "minutes": "60"}
CHANGED |= {"machine": "laser", "weekdays": "tue", "override": "", "reason": ""}
BLOCK = NAMES | ANSWER | {"from_on": DAY, "from_time": "10:00", "to_on": DAY, "to_time": "12:00"}
HOURS = NAMES | ANSWER | {"day": "2026-12-20", "opens_1": "10:00", "closes_1": "12:00"}

TABLET = "tablet"
# Who sends it, how, where to, and what would be right.
FORMS: list[tuple[str, str, str, dict[str, str]]] = [
    ("owner", "GET", "/bookings/new", BOOKING | {"start": f"{DAY}T10:00", "duration": "60"}),
    ("manager", "POST", "/bookings", BOOKING),
    ("owner", "POST", "/bookings/now", {"machine": "laser", "ends_at": "2026-11-30T11:00"}),
    ("owner", "POST", "/bookings/{booking_id}/extend", {"ends_at": "2026-11-30T12:00"}),
    ("owner", "POST", "/bookings/{booking_id}/move", WISH),
    ("manager", "POST", "/bookings/{booking_id}/place", WISH),
    ("owner", "POST", "/bookings/{booking_id}/buddy", {"buddy": "7"}),
    ("owner", "POST", "/bookings/{booking_id}/late", {"minutes": "10"}),
    ("manager", "POST", "/bookings/{booking_id}/interrupt", {"because": "power", "note": ""}),
    ("owner", "GET", "/bookings/series/new", SERIES | {"start": f"{DAY}T10:00"}),
    ("owner", "GET", "/bookings/series/preview", SERIES),
    ("manager", "POST", "/bookings/series", SERIES | {"take": "free"}),
    ("owner", "GET", "/bookings/series/{series_id}/change", {"part": "future", "booking": "1"}),
    ("owner", "POST", "/bookings/series/{series_id}/change", CHANGED),
    ("owner", "POST", "/bookings/series/{series_id}/cancel", {"part": "future", "late": "keep"}),
    ("owner", "GET", "/waitlist/new", WAIT | {"start": f"{DAY}T10:00", "end": f"{DAY}T11:00"}),
    ("owner", "POST", "/waitlist", WAIT),
    ("owner", "GET", "/find", FIND),
    ("manager", "GET", "/find", FIND | {"member": "1"}),
    ("owner", "GET", "/schedule", {"date": DAY, "category": "", "at": "10:00", "view": "day"}),
    ("owner", "GET", "/machines/laser/week", {"date": DAY}),
    ("manager", "POST", "/desk/quotas/new", QUOTA),
    ("manager", "POST", "/desk/quotas/{quota_id}", QUOTA),
    ("manager", "GET", "/desk/hours/closures/new", NAMES | {"first_day": DAY, "last_day": DAY}),
    (
        "manager",
        "POST",
        "/desk/hours/closures/new",
        NAMES | ANSWER | {"kind": "lab_closure", "first_day": "2027-01-02", "last_day": DAY},
    ),
    ("manager", "GET", "/desk/hours/days/new", {"day": DAY}),
    ("manager", "POST", "/desk/hours/days/new", HOURS),
    ("manager", "POST", "/desk/hours/seasons/{season_id}", {"first_day": DAY, "last_day": DAY}),
    ("manager", "GET", "/desk/machines/laser/block", BLOCK),
    ("manager", "POST", "/desk/machines/laser/block", BLOCK),
    ("manager", "GET", "/desk/interrupt", {"machines": "laser", "within": "30"}),
    (
        "manager",
        "POST",
        "/desk/interrupt",
        {"machines": "laser", "within": "30", "because": "power", "note": ""},
    ),
    ("manager", "POST", "/desk/kiosks", {"name": "Lobby", "machine": "laser"}),
    ("owner", "POST", "/account/calendars", {"machine": "laser"}),
    ("owner", "POST", "/at/{tag}/start", {"ends_at": "2026-11-30T11:00", "material": ""}),
    ("owner", "POST", "/at/{tag}/check-in", {"booking": "{booking_id}"}),
    ("owner", "POST", "/at/{tag}/fault", {"text": "Broken"}),
    ("owner", "GET", "/at/{tag}", {"machine": "laser"}),
    (TABLET, "GET", "/kiosk/who", {"machine": "MAC-01"}),
    (TABLET, "POST", "/kiosk/who", {"number": "7", "pin": "4820", "machine": "MAC-01"}),
    (TABLET, "POST", "/kiosk/language", {"language": "fr"}),
]
ABSURD = (
    *("\0", " ", "-1", "0", "1e5", "NaN", "1000000000000", "999999999999999999", "9" * 400),
    *(
        "٣",
        "²",
        "\u202eabc\u2066",
        "x" * 490,
        "x" * 1900,
        "x" * 3000,
        "%00",
        "'\"><",
        "\ud7ff\U0001f600",
        "../..",
        "1\n2",
    ),
    *("9999-12-31T23:59", "9999-12-31", "0001-01-01T00:00", "0001-01-01", "2026-02-30"),
    *("9999-12-31T23:59:59.999999-23:59", "0001-01-01T00:00+23:59", "2026-12-01T10:00+14:00"),
    *("2026-12-01T10:00:00.5Z", "2026-03-22T02:30", "2026-02-15T02:30", "2026-W49-1", "20261201"),
    *("24:00", "23:59:59.999999", "10:00+05:00", "10", "all", "on", "1,2", "[1]", "{}"),
)


EVERY_DAY = ("\0", "x" * 490, "x" * 1900, "1000000000000", "9999-12-31T23:59", "0001-01-01")


def spoiled(right: dict[str, str], absurd: Iterable[str]) -> Iterator[list[tuple[str, str]]]:
    """The form with one field absurd, twice, or gone; last, with a field that it does not have."""
    for name in right:
        others = [pair for pair in right.items() if pair[0] != name]
        for bad in absurd:
            yield [*others, (name, bad)]
        yield others
        yield [*others, (name, right[name]), (name, "")]
        yield [*others, (name, "2"), (name, right[name]), (name, right[name])]
    yield [*right.items(), ("nobody", "knows")]


@pytest.fixture
async def scene(rolled_back: None) -> Scene:
    return await a_scene()


@pytest.mark.parametrize("absurd", [EVERY_DAY, pytest.param(ABSURD, marks=pytest.mark.slow)])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form[1]} {form[2]}")
async def test_no_form_is_our_fault(app: Any, scene: Scene, form: Any, absurd: Any) -> None:
    who, method, path, right = form
    address = path.format(**scene.values)
    right = {name: text.format(**scene.values) for name, text in right.items()}
    async with asker(app, who, scene) as one:
        if who == TABLET:
            one.browser.cookies.set("kiosk", "tablet", domain="lab.test")
        assert await asked(one.browser, method, address, list(right.items())) in (200, 303, 422)
        found = [
            (sent, status)
            for sent in spoiled(right, absurd)
            if (status := await asked(one.browser, method, address, sent)) >= 500
        ]
    assert found == []


async def asked(browser: Browser, method: str, address: str, sent: list[tuple[str, str]]) -> int:
    body = urlencode(sent)
    if method == "GET":
        answer = await browser.get(f"{address}?{body}")
    else:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        answer = await browser.post(address, content=body.encode(), headers=kind)
    return answer.status_code
