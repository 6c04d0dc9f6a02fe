"""The gate of rights: every route, every kind of person, from the app's own route table."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpx
import pytest
from litestar import get

from fablab.app import create_app
from fablab.core import db
from fablab.web.csrf import HEADER
from tests.rights import table
from tests.rights.scene import PEOPLE, Asker, Scene, a_scene, a_token, asker
from tests.rights.walk import Way, ways
from tests.support.browser import Browser

ROWS = table.rows()


class Undone(Exception):
    """Raised to take back what a request has changed, so that the next meets the same scene."""


@pytest.fixture
async def scene(rolled_back: None) -> Scene:
    return await a_scene()


def cases(way: Way) -> list[tuple[str, str]]:
    """The rows of a route: its own, and one each for the addresses that few may follow."""
    variants = ["", "hidden"] if "slug" in way.parameters else [""]
    variants += ["of an admin"] if "number" in way.parameters else []
    return [(f"{way.name} {variant}".strip(), variant) for variant in variants]


def all_cases(app: Any) -> list[tuple[Way, str, str]]:
    return [(way, row, variant) for way in ways(app) for row, variant in cases(way)]


def gaps(app: Any) -> list[str]:
    """Routes without a row, and rows without a route."""
    needed = {row for _, row, _ in all_cases(app)}
    lacking = [f"{row} has no row in table.py" for row in sorted(needed - ROWS.keys())]
    return lacking + [f"{row} has a row, but no route" for row in sorted(ROWS.keys() - needed)]


def told(answer: httpx.Response) -> str:
    is_asked_in = answer.headers.get("location", "").startswith("/sign-in?next=")
    return "in" if answer.status_code == 303 and is_asked_in else str(answer.status_code)


async def tried(one: Asker, way: Way, address: str) -> str:
    """What they are told; whatever it did is undone."""
    answer = httpx.Response(0)
    with suppress(Undone):
        async with db.transaction():
            answer = await one.ask(way, address)
            raise Undone
    return told(answer)


async def surprises(one: Asker, scene: Scene, column: int, among: Iterable[Any]) -> list[str]:
    """Every answer that differs from that column of the table."""
    found = []
    for way, row, variant in among:
        address, expected = scene.address(way, variant), ROWS[row][column]
        got = await tried(one, way, address)
        if got != expected:
            found.append(f"{row}: {way.method} {address} is {got}, not {expected}")
    return found


def test_every_route_has_a_row_and_every_row_a_route(app: Any) -> None:
    assert gaps(app) == []
    assert {row: len(told) for row, told in ROWS.items() if len(told) != len(PEOPLE)} == {}
    names = [way.name for way in ways(app)]
    assert len(names) == len(set(names)), "two routes share a name"


@get("/backdoor", name="backdoor", sync_to_thread=False)
def backdoor() -> str:
    return "open"


def test_a_new_route_without_a_row_is_noticed() -> None:
    changed = create_app()
    changed.register(backdoor)
    assert gaps(changed) == ["backdoor has no row in table.py"]


def test_a_row_without_a_route_is_noticed(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ROWS, "gone", ["200"] * len(PEOPLE))
    assert gaps(app) == ["gone has a row, but no route"]


async def test_a_wrong_answer_is_noticed(
    app: Any, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ROWS, "desk", ["200"] * len(PEOPLE))
    desk = [case for case in all_cases(app) if case[1] == "desk"]
    async with asker(app, "other", scene) as one:
        found = await surprises(one, scene, PEOPLE.index("other"), desk)
    assert found == ["desk: GET /desk is 403, not 200"]


@pytest.mark.parametrize("who", PEOPLE)
async def test_everybody_may_what_the_table_says(app: Any, scene: Scene, who: str) -> None:
    async with asker(app, who, scene) as one:
        found = await surprises(one, scene, PEOPLE.index(who), all_cases(app))
    assert found == []


async def test_a_session_is_nobody_to_the_api_and_a_token_nobody_to_the_pages(
    app: Any, scene: Scene
) -> None:
    async with asker(app, "admin", scene) as admin:
        key = admin.program.headers["authorization"]
        async with Browser(app, headers={"authorization": key}) as browser:
            swapped = Asker(browser=browser, program=admin.browser)
            found = await surprises(swapped, scene, PEOPLE.index("anonymous"), all_cases(app))
    assert found == []


WITHOUT_READ = {"api:bookings", "api:booking", "api:me"}
WITHOUT_BOOK = {"api:book", "api:check", "api:change", "api:cancel", "api:check-in", "api:finish"}
WITHOUT_BOOK |= {"api:late"}
WITHOUT_READ |= {"api:series"}
WITHOUT_BOOK |= {f"api:{verb}-series" for verb in ("book", "cancel", "change", "preview")}
WITHOUT_BOOK |= {"api:party-check-in", "api:party-finish", "api:party-cancel"}
WITHOUT_READ |= {"api:waitlist"}
WITHOUT_BOOK |= {"api:wait", "api:leave-line", "api:accept", "api:decline"}
# Whatever the token of a member allows.
FOR_STAFF = {"api:approve", "api:reject", "api:interrupt", "api:was-here"}


@pytest.mark.parametrize(
    ("scopes", "refused"),
    [
        (["read"], WITHOUT_BOOK | FOR_STAFF),
        (["book"], WITHOUT_READ | FOR_STAFF),
        (["stock"], WITHOUT_READ | WITHOUT_BOOK | FOR_STAFF),
    ],
)
async def test_a_token_reaches_no_further_than_its_scopes(
    app: Any, scene: Scene, scopes: list[str], refused: set[str]
) -> None:
    await a_token(scene.members["owner"], "narrow", scopes)
    async with asker(app, "anonymous", scene) as one:
        one.program.headers["authorization"] = "Bearer narrow"
        api = [way for way in ways(app) if way.is_api]
        found = {way.name for way in api if await tried(one, way, scene.address(way)) == "403"}
    assert found == refused


async def test_a_token_of_staff_without_manage_changes_nothing_of_others(
    app: Any, scene: Scene
) -> None:
    """It reads what staff read, and to whatever changes it is a stranger's."""
    await a_token(scene.members["admin"], "modest", ["read", "book"])
    about_one = [case for case in all_cases(app) if "booking_id" in case[0].parameters]
    api = [case for case in about_one if case[0].is_api and not case[0].is_safe]
    assert api
    async with asker(app, "anonymous", scene) as one:
        one.program.headers["authorization"] = "Bearer modest"
        assert await surprises(one, scene, PEOPLE.index("other"), api) == []


@pytest.mark.parametrize("who", ["anonymous", "admin"])
async def test_no_form_is_heard_without_its_token(app: Any, scene: Scene, who: str) -> None:
    forms = [way for way in ways(app) if not (way.is_safe or way.is_api)]
    async with asker(app, who, scene) as one:
        for way in forms:
            for wrong in ("", "salt.of-another-browser"):
                answer = await one.browser.request(
                    way.method, scene.address(way), headers={HEADER: wrong}
                )
                assert answer.status_code == 403, f"{way.name} with the token {wrong!r}"


@pytest.mark.parametrize("number", ["-1", "0", "2147483648", "9" * 30, "x", "1.5", "%00", "٩٩٩٩٩٩"])
async def test_an_address_that_leads_nowhere_says_no_more(
    app: Any, scene: Scene, number: str
) -> None:
    numbered = {"booking_id", "number", "session_id", "token_id", "closure_id", "season_id"}
    numbered |= {"exception_id", "hold_id", "kiosk_id", "series_id"}
    async with asker(app, "admin", scene) as one:
        for way in ways(app):
            if name := next(iter(sorted(way.parameters & numbered)), ""):
                answer = await one.ask(way, way.filled(scene.values | {name: number}))
                assert 400 <= answer.status_code < 500, f"{way.name}: {answer.status_code}"
