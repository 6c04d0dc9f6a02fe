"""One's own account: profile, e-mail, password, devices, tokens, the charter."""

import json
from datetime import timedelta
from typing import Any

import pytest

from fablab.activity.tables import Activity
from fablab.members.tables import ApiToken, CharterAcceptance, Member, Session
from tests import factories
from tests.accounts.support import PASSWORD as NEW
from tests.accounts.support import last_link, letters
from tests.conftest import Travel
from tests.factories import PASSWORD
from tests.support.browser import Browser

PAGES = ["/account", "/account/email", "/account/password", "/account/sessions", "/account/tokens"]


async def reread(member: Member) -> Member:
    found = await Member.objects().get(Member.id == member.id)
    assert found is not None
    return found


async def did() -> list[str]:
    return [row["verb"] for row in await Activity.select().order_by(Activity.id)]


@pytest.mark.parametrize("path", PAGES)
async def test_visitors_are_asked_to_sign_in(browser: Browser, path: str) -> None:
    answer = await browser.get(path)
    assert (answer.status_code, answer.headers["location"][:14]) == (303, "/sign-in?next=")


@pytest.mark.parametrize("path", PAGES)
async def test_pages_take_few_statements(browser: Browser, counted: Any, path: str) -> None:
    await factories.a_lab()
    await browser.sign_in(await factories.a_member())
    await browser.get(path)
    with counted() as sent:
        assert (await browser.get(path)).status_code == 200
    assert sent.count <= 8, "\n".join(sent.statements)


async def test_a_name_full_of_markup_does_no_harm(browser: Browser) -> None:
    await browser.sign_in(await factories.a_member(given_name_latin="<img src=x onerror=alert(1)>"))
    for path in PAGES:
        assert "<img src=x" not in (await browser.get(path)).text


async def test_changing_the_profile_records_fields_and_not_values(browser: Browser) -> None:
    ada = await factories.a_member(birth_year=None)
    await browser.sign_in(ada)
    changes = {"family_name_latin": "King", "phone": "+33 6 12 34 56 78", "birth_year": "١٩٩١"}
    answer = await browser.submit("/account", "/account", **changes)
    assert answer.status_code == 303
    now = await reread(ada)
    assert (now.family_name_latin, now.phone, now.birth_year) == ("King", "+33612345678", 1991)
    [row] = await Activity.select()
    assert json.loads(row["after"]) == {"fields": ["birth_year", "family_name_latin", "phone"]}
    assert "King" not in str(row)


async def test_a_year_of_birth_is_given_once(browser: Browser) -> None:
    ada = await factories.a_member(birth_year=2012, declared_adult=False)
    await browser.sign_in(ada)
    assert 'name="birth_year"' not in (await browser.get("/account")).text
    answer = await browser.submit("/account", "/account", birth_year="1990", declared_adult="on")
    assert answer.status_code == 403
    await browser.submit("/account", "/account", declared_adult="on")
    now = await reread(ada)
    assert (now.birth_year, now.declared_adult) == (2012, False)


@pytest.mark.parametrize("field", ["role", "email", "number", "plan"])
async def test_the_profile_form_takes_nothing_else(browser: Browser, field: str) -> None:
    ada = await factories.a_member()
    await browser.sign_in(ada)
    answer = await browser.submit("/account", "/account", **{field: "admin"})
    assert answer.status_code == 422
    assert (await reread(ada)).to_dict() == ada.to_dict()


async def test_a_new_address_counts_once_confirmed_and_the_old_one_is_told(
    browser: Browser,
) -> None:
    ada = await factories.a_member(email="old@example.org")
    await browser.sign_in(ada)
    page = {"page": "/account/email", "action": "/account/email", "email": "New@example.org"}
    assert (await browser.submit(**page, password="wrong password")).status_code == 422
    assert (await browser.submit(**page, password=PASSWORD)).status_code == 303
    assert (await reread(ada)).email == "old@example.org"
    await browser.submit(await last_link("new@example.org"))
    assert (await reread(ada)).email == "new@example.org"
    assert await letters("old@example.org") == ["accounts/email_changed"]
    assert await did() == ["asked_for_email", "confirmed_email"]


async def test_who_was_given_as_another_s_new_address_confirms_nothing(
    browser: Browser, app: Any
) -> None:
    """They neither come into that account, nor lend it their address."""
    ada = await factories.a_member(email="old@example.org")
    page = {"page": "/account/email", "action": "/account/email", "email": "new@example.org"}
    async with Browser(app) as thief:
        await thief.sign_in(ada)
        await thief.submit(**page, password=PASSWORD)
    answer = await browser.submit(await last_link("new@example.org"), password="")
    assert answer.status_code == 422
    assert (await reread(ada)).email == "old@example.org"
    assert (await browser.get("/account")).status_code == 303


async def test_another_s_address_is_not_taken_and_not_told(browser: Browser) -> None:
    await factories.a_member(email="grace@example.org")
    ada = await factories.a_member()
    await browser.sign_in(ada)
    said = [
        await browser.submit("/account/email", "/account/email", email=email, password=PASSWORD)
        for email in ("grace@example.org", "new@example.org")
    ]
    assert said[0].headers["location"] == said[1].headers["location"]
    assert said[0].content == said[1].content
    assert await letters("grace@example.org") == ["accounts/account_exists"]


async def test_a_changed_password_signs_out_everywhere_else(browser: Browser, app: Any) -> None:
    ada = await factories.a_member(email="ada@example.org")
    await browser.sign_in(ada)
    async with Browser(app) as other:
        await other.sign_in(ada)
        before = browser.cookies["session"]
        form = {"old_password": PASSWORD, "new_password": NEW}
        answer = await browser.submit("/account/password", "/account/password", **form)
        assert answer.status_code == 303
        assert browser.cookies["session"] != before
        assert (await browser.get("/account")).status_code == 200
        assert (await other.get("/account")).status_code == 303
    assert await letters("ada@example.org") == ["accounts/password_changed"]


async def test_changing_the_password_asks_for_the_old_one_and_counts_tries(
    browser: Browser,
) -> None:
    ada = await factories.a_member()
    await browser.sign_in(ada)
    form = {"old_password": "a guess at it", "new_password": NEW}
    said = [(await browser.post("/account/password", data=form)).status_code for _ in range(6)]
    assert said == [422] * 5 + [429]
    assert (await reread(ada)).password_hash == ada.password_hash


async def test_a_forgotten_password(browser: Browser, app: Any) -> None:
    ada = await factories.a_member(email="ada@example.org", email_confirmed_at=None)
    async with Browser(app) as other:
        await other.sign_in(ada)
        answers = [
            await browser.submit("/forgotten", email=email)
            for email in ("Ada@example.org", "nobody@example.org")
        ]
        assert answers[0].content == answers[1].content
        assert answers[0].headers["location"] == answers[1].headers["location"]
        link = await last_link("ada@example.org")
        assert (await browser.submit(link, password="too short")).status_code == 422
        answer = await browser.submit(link, password=NEW)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert (await other.get("/account")).status_code == 303
    assert (await browser.get(link)).status_code == 410
    assert (await browser.post(link, data={"password": NEW})).status_code == 410
    assert (await reread(ada)).email_confirmed_at is not None, "the mailbox is theirs"
    answer = await browser.submit("/sign-in", login="ada@example.org", password=NEW)
    assert answer.status_code == 303


async def test_a_reset_link_lasts_an_hour_and_a_newer_one_ends_it(
    browser: Browser, travel: Travel
) -> None:
    await factories.a_member(email="ada@example.org")
    await browser.submit("/forgotten", email="ada@example.org")
    first = await last_link("ada@example.org")
    await browser.submit("/forgotten", email="ada@example.org")
    second = await last_link("ada@example.org")
    assert (await browser.get(first)).status_code == 410
    assert (await browser.get(second)).status_code == 200
    travel(timedelta(hours=1))
    assert (await browser.post(second, data={"password": NEW})).status_code == 410


async def test_sessions_are_listed_and_ended(browser: Browser, app: Any) -> None:
    ada = await factories.a_member()
    await browser.sign_in(ada)
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    async with Browser(app, headers={"user-agent": firefox}) as other:
        await other.submit("/sign-in", login=ada.email, password=PASSWORD)
        page = await browser.get("/account/sessions")
        assert "Firefox on Linux" in page.text
        assert "this one" in page.text
        theirs = await Session.select().where(Session.agent == firefox).first()
        assert theirs is not None
        answer = await browser.post(f"/account/sessions/{theirs['id']}/end")
        assert answer.status_code == 303
        assert (await other.get("/account")).status_code == 303
        await other.submit("/sign-in", login=ada.email, password=PASSWORD)
        await browser.post("/account/sessions/end-others")
        assert (await other.get("/account")).status_code == 303
    assert (await browser.get("/account")).status_code == 200


async def test_another_s_session_and_token_are_not_there(browser: Browser) -> None:
    grace = await factories.a_member()
    await browser.sign_in(grace)
    await browser.submit("/account/tokens", "/account/tokens", name="Hers", scopes="read")
    theirs = await Session.select().first()
    token = await ApiToken.select().first()
    assert theirs is not None
    assert token is not None
    await browser.sign_in(await factories.a_member())
    for path in (f"/account/sessions/{theirs['id']}/end", f"/account/tokens/{token['id']}/revoke"):
        assert (await browser.post(path)).status_code == 404
    assert await Session.exists().where(Session.id == theirs["id"])
    kept = await ApiToken.select().first()
    assert kept is not None
    assert kept["revoked_at"] is None


async def test_a_token_is_shown_once_kept_hashed_and_revoked(browser: Browser) -> None:
    await browser.sign_in(await factories.a_member())
    form = {"name": "Door <script>", "scopes": ["read", "book"]}
    page = await browser.submit("/account/tokens", "/account/tokens", **form)
    token = page.text.split("<code>")[1].split("</code>")[0]
    [row] = await ApiToken.select()
    assert token not in str(row)
    assert json.loads(row["scopes"]) == ["read", "book"]
    again = await browser.get("/account/tokens")
    assert token not in again.text
    assert "<script>" not in again.text
    headers = {"authorization": f"Bearer {token}"}
    assert (await browser.get("/api/v1/me", headers=headers)).status_code == 200
    await browser.post(f"/account/tokens/{row['id']}/revoke")
    assert (await browser.get("/api/v1/me", headers=headers)).status_code == 401
    assert await did() == ["made_token", "revoked_token"]


async def test_a_token_may_not_do_more_than_its_owner(browser: Browser) -> None:
    await browser.sign_in(await factories.a_member())
    form = {"name": "Too much", "scopes": ["read", "manage"]}
    assert (await browser.post("/account/tokens", data=form)).status_code == 403
    assert not await ApiToken.exists()


async def test_the_charter_is_accepted_once_a_version(browser: Browser) -> None:
    ada = await factories.a_member()
    await factories.a_charter(2)
    await browser.sign_in(ada)
    for _ in range(2):
        answer = await browser.post("/charter/accept", data={"version": 2, "next": "/me"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert await CharterAcceptance.count() == 1
    assert await did() == ["accepted_charter"]
    assert (await browser.post("/charter/accept", data={"version": 9})).status_code == 404
