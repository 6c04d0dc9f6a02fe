"""Who is asking: by cookie on pages, by token at the API, and never the other way round."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from fablab.core import clock, db
from fablab.core.secrets import digest
from fablab.members.tables import ApiToken, Member, MemberState, Role, Session
from fablab.web import csrf, sessions
from fablab.web.auth import safe_next
from tests.factories import a_lab, a_manager, a_member, an_admin
from tests.support.browser import Browser
from tests.web.conftest import Program


async def who(client: httpx.AsyncClient, path: str = "/trial/who") -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


async def last_seen() -> Any:
    return (await Session.select(Session.last_seen_at))[0]["last_seen_at"]


async def test_a_visitor_is_nobody_and_gets_no_row(visitor: Browser) -> None:
    visitor.cookies.set(sessions.COOKIE, "made-up", domain="lab.test")
    assert await who(visitor) is None
    assert await Session.count() == 0


async def test_a_member_is_known_by_the_cookie(visitor: Browser) -> None:
    member = await a_member(charter=3)
    await visitor.sign_in(member)
    known = (await visitor.get("/trial/who")).json()
    assert known == {"id": member.id, "charter": 3, "scopes": None}


async def test_knowing_who_asks_takes_two_statements(
    visitor: Browser, counted: Callable[[], Any]
) -> None:
    await a_lab()
    await visitor.sign_in(await a_member())
    await visitor.get("/trial/who")
    with counted() as sent:
        await visitor.get("/trial/who")
    assert sent.count == 2


async def test_a_session_ends_after_its_time(
    visitor: Browser, travel: Callable[[Any], Any]
) -> None:
    await visitor.sign_in(await a_member())
    travel(sessions.LIFETIME - timedelta(minutes=1))
    assert await who(visitor) is not None
    travel(timedelta(minutes=1))
    assert await who(visitor) is None


async def test_a_closed_account_is_nobody(visitor: Browser) -> None:
    member = await a_member()
    await visitor.sign_in(member)
    await Member.update({Member.state: MemberState.CLOSED}).where(Member.id == member.id)
    assert await who(visitor) is None


async def test_the_last_visit_is_noted_every_five_minutes(
    visitor: Browser, travel: Callable[[Any], Any]
) -> None:
    await visitor.sign_in(await a_member())
    begin = clock.now()
    travel(timedelta(minutes=4))
    await visitor.get("/trial/who")
    assert await last_seen() == begin
    travel(timedelta(minutes=2))
    await visitor.get("/trial/who")
    assert await last_seen() == clock.now()


async def test_signing_in_begins_a_new_session_under_a_new_key(visitor: Browser) -> None:
    member = await a_member()
    await visitor.sign_in(await a_member())
    planted = visitor.cookies[sessions.COOKIE]
    answer = await visitor.post(f"/trial/sign-in/{member.id}")
    assert answer.status_code == 303
    rows = await Session.select()
    assert [row["member"] for row in rows] == [member.id]
    assert digest(planted) != rows[0]["key_hash"]
    cookie = next(text for text in answer.headers.get_list("set-cookie") if "session=" in text)
    key = cookie.partition(";")[0].partition("=")[2]
    assert rows[0]["key_hash"] == digest(key)
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))


async def test_signing_out_ends_the_session(visitor: Browser) -> None:
    await visitor.sign_in(await a_member())
    answer = await visitor.post("/trial/sign-out")
    assert await Session.count() == 0
    assert "Max-Age=0" in str(answer.headers.get_list("set-cookie"))


async def test_visitors_are_asked_to_sign_in_and_come_back(visitor: Browser) -> None:
    answer = await visitor.get("/trial/mine?week=2")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Ftrial%2Fmine%3Fweek%3D2"


async def test_a_script_of_ours_is_told_401(visitor: Browser) -> None:
    answer = await visitor.get("/trial/mine", headers={"accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthorized"


@pytest.mark.parametrize(
    ("role", "staff", "admin"),
    [
        (Role.MEMBER, 403, 403),
        (Role.TRAINER, 403, 403),
        (Role.MANAGER, 200, 403),
        (Role.ADMIN, 200, 200),
    ],
)
async def test_guards_by_role(visitor: Browser, role: Role, staff: int, admin: int) -> None:
    await visitor.sign_in(await a_member(role=role))
    assert (await visitor.get("/trial/staff")).status_code == staff
    assert (await visitor.get("/trial/admin")).status_code == admin


async def test_visitors_are_not_staff(visitor: Browser) -> None:
    assert (await visitor.get("/trial/staff")).status_code == 303


async def test_a_program_is_known_by_its_token(program: Program) -> None:
    member = await a_member()
    assert await who(await program(member, "read"), "/api/v1/trial/who") == member.id
    assert await who(await program(), "/api/v1/trial/who") is None


async def test_a_cookie_is_nobody_at_the_api(visitor: Browser) -> None:
    await visitor.sign_in(await an_admin())
    assert await who(visitor, "/api/v1/trial/who") is None


async def test_a_token_is_nobody_on_pages(program: Program) -> None:
    assert await who(await program(await a_member(), "read")) is None


@pytest.mark.parametrize("header", ["Bearer made-up", "Basic YTpi", "Bearer", "x" * 5000])
async def test_a_bad_token_is_an_error(program: Program, header: str) -> None:
    client = await program()
    answer = await client.get("/api/v1/trial/who", headers={"authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_revoked_token_is_an_error(program: Program) -> None:
    client = await program(await a_member(), "read")
    await ApiToken.update({ApiToken.revoked_at: clock.now()}, force=True)
    assert (await client.get("/api/v1/trial/who")).status_code == 401


async def test_a_token_reaches_as_far_as_its_scopes(program: Program) -> None:
    member = await a_member()
    wish = {"machine": "laser", "starts_at": "2026-12-01T09:00:00Z"}
    for scopes, status in ((("read",), 403), (("read", "book"), 201)):
        client = await program(member, *scopes)
        answer = await client.post("/api/v1/trial/wishes", json=wish)
        assert answer.status_code == status
    assert (await (await program()).post("/api/v1/trial/wishes", json=wish)).status_code == 401


@pytest.mark.parametrize("number", ["2147483648", "9" * 30, "9" * 5000, "-1", "1e3"])
async def test_an_id_no_row_can_have_is_not_found(visitor: Browser, number: str) -> None:
    assert (await visitor.get(f"/trial/row/{number}")).status_code == 404


@pytest.mark.parametrize(
    ("wish", "safe"),
    [
        ("/me?tab=2#now", "/me?tab=2#now"),
        ("/آلات", "/آلات"),
        ("", "/"),
        (None, "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/a\nSet-Cookie: x", "/"),
        ("me", "/"),
        ("/" + "a" * 2000, "/"),
        ("/[", "/["),
    ],
)
def test_next_leads_nowhere_else(wish: str | None, safe: str) -> None:
    assert safe_next(wish) == safe


async def test_forms_from_elsewhere_are_not_heard(visitor: Browser) -> None:
    await visitor.sign_in(await a_manager())
    for token in ("", "made-up", "salt.mark", "сalt.é", "." * 300):
        answer = await visitor.post(
            "/trial/echo",
            content=f"{csrf.FIELD}={token}".encode(),
            headers={csrf.HEADER: "", "content-type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code == 403
        assert answer.headers["content-type"].startswith("text/html")
    assert (await visitor.post("/trial/echo", data={"a": "1"})).status_code == 200


async def test_another_browsers_token_is_not_heard(visitor: Browser) -> None:
    token = visitor.token()
    visitor.cookies.set(csrf.COOKIE, "another secret", domain="lab.test")
    assert (await visitor.post("/trial/echo", headers={csrf.HEADER: token})).status_code == 403


async def test_a_token_without_the_cookie_is_not_heard(trial_app: Any, visitor: Browser) -> None:
    transport = httpx.ASGITransport(app=trial_app)
    async with httpx.AsyncClient(transport=transport, base_url="http://lab.test") as client:
        answer = await client.post("/trial/echo", headers={csrf.HEADER: visitor.token()})
    assert answer.status_code == 403


async def test_a_page_without_forms_leaves_no_cookie(trial_app: Any) -> None:
    transport = httpx.ASGITransport(app=trial_app)
    async with httpx.AsyncClient(transport=transport, base_url="http://lab.test") as client:
        assert not (await client.get("/trial/page")).headers.get_list("set-cookie")
        assert "csrf=" in str((await client.get("/api/docs")).headers.get_list("set-cookie"))


async def test_every_page_has_another_token(visitor: Browser) -> None:
    first, second = (await visitor.get("/api/docs")).text, (await visitor.get("/api/docs")).text
    mark = f'name="{csrf.FIELD}" value="'
    assert first.partition(mark)[2][:20] != second.partition(mark)[2][:20]


async def test_a_flash_is_told_once(visitor: Browser) -> None:
    member = await a_member()
    await visitor.post(f"/trial/sign-in/{member.id}")
    assert (await visitor.get("/trial/flashes")).json() == [["ok", "Welcome!"]]
    assert (await visitor.get("/trial/flashes")).json() == []


@pytest.mark.parametrize("cookie", ["made.up", "W1sib2siLCJoaSJdXQ.00", ".", "é.é", ""])
async def test_a_made_up_flash_is_not_told(visitor: Browser, cookie: str) -> None:
    answer = await visitor.get("/trial/flashes", headers={"cookie": f"flash={cookie}".encode()})
    assert answer.json() == []


async def test_the_database_is_not_asked_about_files(
    visitor: Browser, counted: Callable[[], Any]
) -> None:
    await db.fetch("SELECT 1 AS one")
    with counted() as sent:
        await visitor.get("/static/nothing.css")
        await visitor.get("/health")
        await visitor.get("/nowhere")
    assert sent.count == 0
