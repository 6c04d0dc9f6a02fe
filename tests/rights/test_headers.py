"""What every answer says to the browser about itself, and which cookies it sets."""

import re
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from litestar import get

from fablab.app import create_app
from fablab.core.settings import settings
from fablab.web import assets, csrf, headers
from fablab.web.limits import LARGEST_BODY
from tests import factories
from tests.rights.scene import Asker, Scene, a_scene, asker, program
from tests.rights.walk import Way, ways
from tests.support.browser import Browser

STRICT = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
OWN = {"'none'", "'self'", "data:"}
FOR_VISITORS = {"csrf", "language", "flash"}
OURS = re.compile(r"/(?![/\\])[\x21-\x7e]*")


@pytest.fixture
async def scene(rolled_back: None) -> Scene:
    return await a_scene()


def check_headers(answer: httpx.Response, where: str) -> None:
    for name, value in STRICT.items():
        assert answer.headers.get_list(name) == [value], f"{name} of {where}"
    assert answer.headers.get_list("content-security-policy") != [], where
    assert answer.headers.get("x-request-id"), where
    assert answer.headers.get_list("server") == ["fablab"], where
    check_policy(answer.headers["content-security-policy"], where)


def check_policy(text: str, where: str) -> None:
    """Nothing inline, nothing from elsewhere, shown in no frame."""
    policy = {name: set(rest) for name, *rest in (part.split() for part in text.split(";"))}
    for name in ("default-src", "base-uri", "frame-ancestors"):
        assert policy[name] == {"'none'"}, where
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == {"'self'"}
    assert all(sources <= OWN for sources in policy.values()), where


def cookies_of(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in answer.headers.get_list("set-cookie"):
        found |= SimpleCookie(line)
    return found


def check_cookies(answer: httpx.Response, expected: set[str], where: str) -> None:
    """Out of reach of scripts and of other sites; only those we know of."""
    found = cookies_of(answer)
    set_anew = {name for name, cookie in found.items() if cookie["max-age"] != "0"}
    assert set_anew <= expected, where
    for name, cookie in found.items():
        said = f"{name} of {where}"
        assert cookie["httponly"], said
        assert cookie["samesite"].lower() == "lax", said
        assert (cookie["path"], cookie["domain"]) == ("/", ""), said


def is_kept_by_nobody(answer: httpx.Response) -> bool:
    kept = {part.strip() for part in answer.headers.get("cache-control", "").split(",")}
    return bool(kept & {"no-store", "private"}) and "public" not in kept


async def asked_all(one: Asker, scene: Scene, app: Any) -> list[tuple[Way, httpx.Response]]:
    """Every route as that person; signing out last, for it ends the walk for the signed in."""
    ordered = sorted(ways(app), key=lambda way: way.name == "accounts:sign-out")
    return [(way, await one.ask(way, scene.address(way))) for way in ordered]


async def test_visitors_get_strict_headers_and_few_cookies(app: Any, scene: Scene) -> None:
    async with asker(app, "anonymous", scene) as one:
        one.browser.cookies.clear()  # as at the first visit
        for way, answer in await asked_all(one, scene, app):
            check_headers(answer, way.name)
            check_cookies(answer, set() if way.is_api else FOR_VISITORS, way.name)


async def test_those_signed_in_get_them_too_and_nobody_else_keeps_it(
    app: Any, scene: Scene
) -> None:
    async with asker(app, "admin", scene) as one:
        for way, answer in await asked_all(one, scene, app):
            check_headers(answer, way.name)
            check_cookies(answer, set() if way.is_api else FOR_VISITORS, way.name)
            assert way.plain or is_kept_by_nobody(answer), way.name


async def test_the_key_of_a_session_is_new_and_out_of_reach(app: Any, browser: Browser) -> None:
    await factories.a_lab()
    member = await factories.a_member(charter=1)
    keys = set()
    for _ in range(2):
        browser.sign_out()
        answer = await browser.submit(
            "/sign-in", "/sign-in", login=member.email, password=factories.PASSWORD
        )
        check_cookies(answer, {*FOR_VISITORS, "session", "device"}, "signing in")
        keys.add(cookies_of(answer)["session"].value)
    assert len(keys) == 2
    assert min(map(len, keys)) >= 32


async def test_behind_tls_the_browser_keeps_it_so(
    app: Any, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cookies travel on TLS only and are this host's own; the site is asked for on TLS only."""
    await factories.a_lab()
    member = await factories.a_member(charter=1)
    monkeypatch.setattr(type(settings), "secure", True)
    browser.cookies.set(f"__Host-{csrf.COOKIE}", "secret-of-this-browser", domain="lab.test")
    form = {"login": member.email, "password": factories.PASSWORD}
    answer = await browser.post("/sign-in", data=form)
    assert answer.status_code == 303
    found = cookies_of(answer)
    assert {"__Host-session", "__Host-device"} <= found.keys()
    for name, cookie in found.items():
        assert name.startswith("__Host-"), name
        assert cookie["secure"], name
    said = dict(headers.standing())
    assert said[b"strict-transport-security"].startswith(b"max-age=63072000")


@get("/crash", name="crash", sync_to_thread=False)
def crash() -> str:
    raise RuntimeError("secret detail")


async def test_errors_are_dressed_like_any_other() -> None:
    changed = create_app()
    changed.register(crash)
    await factories.a_lab()
    large = b"x" * (LARGEST_BODY + 1)
    form = {"content-type": "application/x-www-form-urlencoded"}
    async with program(changed) as client:
        answers = {
            500: await client.get("/crash"),
            404: await client.get("/nowhere"),
            405: await client.put("/machines"),
            400: await client.get("/machines/a%01b"),
            401: await client.get("/api/v1/me"),
            413: await client.post("/api/v1/tokens", content=large),
            403: await client.post("/sign-in", content=b"login=a", headers=form),
        }
    for status, answer in answers.items():
        assert answer.status_code == status
        check_headers(answer, str(status))
        assert "secret detail" not in answer.text
        check_cookies(answer, FOR_VISITORS, str(status))


async def test_static_files_are_dressed_too(app: Any) -> None:
    shelf = assets.shelf()["css/fablab.css"]
    async with program(app) as client:
        answers = [
            await client.get(shelf.address),
            await client.head(shelf.address),
            await client.get(shelf.address, headers={"if-none-match": f'"{shelf.etag}"'}),
            await client.get("/static/../pyproject.toml"),
            await client.get("/static/%2e%2e/fablab.toml"),
            await client.post(shelf.address),
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 304, 404, 404, 405]
    for answer in answers:
        check_headers(answer, str(answer.url))
        check_cookies(answer, set(), str(answer.url))


@pytest.mark.parametrize(
    "wish",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/ok\r\nSet-Cookie: a=b", "\t/x"],
)
async def test_no_address_of_ours_leads_elsewhere(browser: Browser, wish: str) -> None:
    """Neither to another site, nor into a header of its own."""
    await factories.a_lab()
    member = await factories.a_member(charter=1)
    chosen = await browser.post("/language", data={"language": "fr", "next": wish})
    come = await browser.post(
        "/sign-in", data={"login": member.email, "password": factories.PASSWORD, "next": wish}
    )
    for answer in (chosen, come):
        if answer.status_code == 303:
            assert OURS.fullmatch(answer.headers["location"])
        assert "a" not in cookies_of(answer)
    assert come.status_code == 303
