"""What each address answers to a verb that is not its own."""

from typing import Any

import httpx
import pytest

from fablab.bookings.tables import Booking
from tests.rights.scene import Scene, a_scene, asker, program
from tests.rights.walk import VERBS, Way, ways
from tests.support.browser import Browser


@pytest.fixture
async def scene(rolled_back: None) -> Scene:
    return await a_scene()


# Their page is for one person alone, or for the lab's tablets: not for whoever asks here.
FOR_ONE = ("bookings:agree", "bookings:decline", "offers:")


def shown_to_an_admin(way: Way) -> int:
    if way.name.startswith("kiosk:"):
        return 403
    return 404 if way.name.startswith(FOR_ONE) else 200


def leads_to_its_form(way: Way) -> set[str]:
    return set() if way.is_api else {"GET"}


async def test_an_address_that_only_takes_a_form_leads_to_the_page_of_the_form(
    app: Any, scene: Scene
) -> None:
    """As when Enter is pressed in the address line after a form was refused."""
    forms = [way for way in ways(app) if not way.is_api and "GET" not in way.verbs]
    assert len(forms) > 20
    async with asker(app, "admin", scene) as one:
        for way in forms:
            for verb in ("GET", "HEAD"):
                answer = await one.browser.request(verb, scene.address(way) + "?date=2026-12-01")
                assert answer.status_code == 303, f"{verb} {way.path}"
            to = answer.headers["location"]
            found = (await one.browser.get(to)).status_code
            assert found == shown_to_an_admin(way), f"{way.path} leads to {to}: {found}"
            program = {"accept": "application/json"}
            answer = await one.browser.get(scene.address(way), headers=program)
            assert (answer.status_code, "POST" in answer.headers["allow"]) == (405, True)


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/bookings", "/bookings/new"),
        ("/bookings/now", "/bookings/new"),
        ("/bookings/7/extend", "/bookings/7"),
        ("/desk/members/1007/holds/3/lift", "/desk/members/1007"),
        ("/desk/hours/days/3/remove/", "/desk/hours"),
        ("/desk/networks", "/desk/policy"),
        ("/confirm/again", "/sign-up/sent"),
        ("/sign-out", "/"),
    ],
)
async def test_the_page_of_the_form_is_the_one_it_stands_on(
    browser: Browser, address: str, page: str
) -> None:
    assert (await browser.get(address)).headers["location"] == page


async def test_a_wrong_verb_is_told_the_right_ones(app: Any, scene: Scene) -> None:
    async with asker(app, "admin", scene) as one:
        for way in ways(app):
            client = one.program if way.is_api else one.browser
            for verb in set(VERBS) - way.verbs - leads_to_its_form(way):
                answer = await client.request(verb, scene.address(way))
                allowed = {name.strip() for name in answer.headers.get("allow", "").split(",")}
                said = f"{verb} {way.path}: {answer.status_code}, Allow {allowed}"
                assert answer.status_code == 405, said
                assert way.verbs <= allowed, said
                assert verb not in allowed, said


async def test_options_tell_verbs_and_nothing_else(app: Any, scene: Scene) -> None:
    async with program(app) as client:
        for way in ways(app):
            answer = await client.request("OPTIONS", scene.address(way))
            assert answer.status_code == 204, way.path
            assert answer.content == b"", way.path


async def test_head_says_what_get_says(app: Any, scene: Scene) -> None:
    async with asker(app, "admin", scene) as one:
        for way in ways(app):
            if way.method != "GET" or way.path.startswith("/live"):
                continue
            client = one.program if way.is_api else one.browser
            whole = await client.get(scene.address(way))
            head = await client.head(scene.address(way))
            assert (head.status_code, head.content) == (whole.status_code, b""), way.name
            assert head.headers.get("content-type") == whole.headers.get("content-type"), way.name


@pytest.mark.parametrize("verb", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "get", "X" * 300])
async def test_other_verbs_are_none(app: Any, scene: Scene, verb: str) -> None:
    """Least of all one that sends back what it was sent, cookies and all."""
    async with asker(app, "admin", scene) as one:
        for way in ways(app):
            answer = await send(one.program if way.is_api else one.browser, verb, way, scene)
            assert answer.status_code in (400, 405, 501), f"{verb} {way.path}"
            assert "secret-of-this-browser" not in answer.text


async def send(client: httpx.AsyncClient, verb: str, way: Way, scene: Scene) -> httpx.Response:
    request = client.build_request("GET", scene.address(way))
    request.method = verb
    return await client.send(request)


async def test_no_header_and_no_field_makes_another_verb_of_it(app: Any, scene: Scene) -> None:
    names = ("x-http-method-override", "x-http-method", "x-method-override")
    async with asker(app, "owner", scene) as one:
        for name in names:
            for verb in ("DELETE", "POST", "PATCH"):
                address = f"/api/v1/bookings/{scene.values['booking_id']}"
                answer = await one.program.get(address, headers={name: verb})
                assert answer.status_code == 200
                page = f"/bookings/{scene.values['booking_id']}"
                assert (await one.browser.get(page, headers={name: verb})).status_code == 200
                found = await one.browser.get(f"{page}?_method={verb}")
                assert found.status_code == 200
    booking = await Booking.objects().get(Booking.id == scene.values["booking_id"])
    assert booking is not None
    assert booking.status == "confirmed"
