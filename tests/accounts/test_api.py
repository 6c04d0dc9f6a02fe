"""Programs: tokens for a password, and GET /me."""

from typing import Any

import pytest
from httpx import Response

from fablab.members.tables import ApiToken
from tests import factories
from tests.factories import PASSWORD
from tests.support.browser import Browser

TOKENS = "/api/v1/tokens"


async def ask(browser: Browser, **wish: Any) -> Response:
    return await browser.post(TOKENS, json={"password": PASSWORD, "name": "Script"} | wish)


@pytest.mark.parametrize("by", ["email", "login", "number"])
async def test_a_token_for_a_password(browser: Browser, by: str) -> None:
    ada = await factories.a_member(email="ada@example.org")
    login = {
        "email": {"email": "Ada@example.org"},
        "login": {"login": "ada@example.org"},
        "number": {"login": str(ada.number)},
    }[by]
    answer = await ask(browser, **login)
    assert answer.status_code == 201
    made = answer.json()
    assert made["scopes"] == ["read", "book", "stock"]
    assert answer.headers["cache-control"] == "no-store"
    assert made["token"] not in str(await ApiToken.select())
    headers = {"authorization": f"Bearer {made['token']}"}
    me = (await browser.get("/api/v1/me", headers=headers)).json()
    assert (me["number"], me["role"], me["email"]) == (ada.number, "member", "ada@example.org")
    assert me["names"] == {"ar": "آدا لوفلايس", "latin": "Ada Lovelace"}


@pytest.mark.parametrize(
    ("wish", "status", "field"),
    [
        ({"email": "ada@example.org", "password": "wrong password"}, 401, None),
        ({"email": "nobody@example.org"}, 401, None),
        ({}, 400, "login"),
        ({"email": "ada@example.org", "login": "ada@example.org"}, 400, "email"),
        ({"email": "ada@example.org", "colour": "red"}, 400, "colour"),
        ({"email": "ada@example.org", "scopes": ["everything"]}, 400, "scopes[0]"),
        ({"email": "ada@example.org", "scopes": ["read", "manage"]}, 403, "scopes"),
        ({"email": "ada@example.org", "scopes": []}, 422, "scopes"),
        ({"email": "ada@example.org", "name": ""}, 400, "name"),
        ({"email": 7}, 400, "email"),
    ],
)
async def test_what_is_refused(
    browser: Browser, wish: dict[str, Any], status: int, field: str | None
) -> None:
    await factories.a_member(email="ada@example.org")
    answer = await ask(browser, **wish)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    fields = [each["field"] for each in answer.json().get("violations", [])]
    assert fields == ([field] if field else [])
    assert not await ApiToken.exists()


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        ("member", ["read", "book", "stock"]),
        ("trainer", ["read", "book", "train", "stock"]),
        ("manager", ["read", "book", "train", "stock", "manage", "gate"]),
        ("admin", ["read", "book", "train", "stock", "manage", "gate"]),
    ],
)
async def test_scopes_go_as_far_as_the_role(browser: Browser, role: str, scopes: list[str]) -> None:
    ada = await factories.a_member(role=role)
    assert (await ask(browser, email=ada.email)).json()["scopes"] == scopes


async def test_a_token_loses_what_its_owner_may_no_longer_do(browser: Browser) -> None:
    ada = await factories.a_manager()
    token = (await ask(browser, email=ada.email)).json()["token"]
    await ada.update_self({"role": "member"})
    headers = {"authorization": f"Bearer {token}"}
    me = (await browser.get("/api/v1/me", headers=headers)).json()
    assert me["scopes"] == ["book", "read", "stock"]


async def test_guessing_is_slowed_down(browser: Browser) -> None:
    ada = await factories.a_member()
    said = [(await ask(browser, email=ada.email, password="a guess")).status_code for _ in range(6)]
    assert said == [401] * 5 + [429]
    answer = await ask(browser, email=ada.email)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


async def test_a_session_is_nobody_here(browser: Browser) -> None:
    await browser.sign_in(await factories.a_member())
    assert (await browser.get("/api/v1/me")).status_code == 401


async def test_me_needs_the_scope_to_read(browser: Browser) -> None:
    ada = await factories.a_member()
    token = (await ask(browser, email=ada.email, scopes=["book"])).json()["token"]
    answer = await browser.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 403
