"""Signing up and confirming, as a browser does it."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from fablab.accounts import confirming, signing_up
from fablab.core.errors import Refused
from fablab.core.words import Words
from fablab.members import codes
from fablab.members.sessions import Browser as Device
from fablab.members.tables import BookingWindows, Member, OneTimeCode, Session
from fablab.notifications.tables import Notification
from fablab.web import evenly
from tests import factories
from tests.accounts.support import ADA, PASSWORD, last_link, last_mail, letters
from tests.conftest import Travel
from tests.support.browser import Browser


async def member() -> Member:
    found = await Member.objects().get(Member.email == "ada@example.org")
    assert found is not None
    return found


async def test_from_signing_up_to_being_in(browser: Browser) -> None:
    await factories.a_plan("public", windows=BookingWindows.OPEN_LAB)
    answer = await browser.submit("/sign-up", **ADA)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-up/sent")
    ada = await member()
    assert ada.email_confirmed_at is None
    assert ada.plan is not None
    assert ada.password_hash is not None
    assert ADA["password"] not in ada.password_hash

    link = await last_link("ada@example.org")
    assert (await browser.get(link)).status_code == 200
    assert (await member()).email_confirmed_at is None, "looking at the link must not confirm"
    answer = await browser.submit(link, password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert (await member()).email_confirmed_at is not None
    assert (await browser.get("/account")).status_code == 200
    assert (await browser.get(link)).status_code == 410


async def test_either_script_is_enough(browser: Browser) -> None:
    names = {"given_name_latin": "", "family_name_latin": ""}
    names |= {"given_name_ar": "أسماء", "family_name_ar": "بنعلي"}
    assert (await browser.submit("/sign-up", **ADA | names)).status_code == 303


async def test_every_fault_at_once_and_what_was_typed_stays(browser: Browser) -> None:
    faults = {"family_name_latin": "", "email": "ada", "password": "short", "birth_year": ""}
    answer = await browser.submit("/sign-up", **ADA | faults | {"phone": "12"})
    assert answer.status_code == 422
    for field in ("family_name_latin", "email", "password", "birth_year", "phone"):
        assert f'id="{field}-wrong"' in answer.text
    assert 'value="Ada"' in answer.text
    assert "short" not in answer.text.replace("shortcuts", "").replace("Shortcuts", "")
    assert not await Member.exists()


@pytest.mark.parametrize("password", ["qwertyuiop", "Ada@Example.org", "Ada Byron", "aaaaaaaaaaaa"])
async def test_passwords_guessed_first_are_refused(browser: Browser, password: str) -> None:
    answer = await browser.submit("/sign-up", **ADA | {"password": password})
    assert answer.status_code == 422


async def test_a_phone_is_kept_as_the_lab_s_country_dials_it(browser: Browser) -> None:
    await factories.a_lab()
    await browser.submit("/sign-up", **ADA | {"phone": "06 12 34 56 78"})
    assert (await member()).phone == "+212612345678"


async def test_the_lab_s_own_lists_are_offered(browser: Browser) -> None:
    profiles = json.dumps([{"slug": "pupil", "name": Words(en="Pupil").as_dict()}])
    await factories.a_lab(profiles=profiles)
    assert "Pupil" in (await browser.get("/sign-up")).text
    assert (await browser.submit("/sign-up", **ADA | {"profile": "king"})).status_code == 422
    assert (await browser.submit("/sign-up", **ADA | {"profile": "pupil"})).status_code == 303


async def test_the_answer_does_not_tell_whether_an_account_exists(browser: Browser) -> None:
    await factories.a_member(email="grace@example.org")
    new = await browser.submit("/sign-up", **ADA)
    old = await browser.submit("/sign-up", **ADA | {"email": "grace@example.org"})
    assert (new.status_code, new.content) == (old.status_code, old.content)
    assert new.headers["location"] == old.headers["location"]
    assert await letters("grace@example.org") == ["accounts/account_exists"]
    assert await Member.count() == 2


async def test_the_counts_do_not_tell_either(browser: Browser) -> None:
    """Each address gets the same number of letters before it must wait."""
    await factories.a_member(email="grace@example.org")
    for email in ("grace@example.org", "ada@example.org"):
        await browser.submit("/sign-up", **ADA | {"email": email})
        said = [(await browser.submit("/forgotten", email=email)).status_code for _ in range(4)]
        assert said == [303, 303, 429, 429]


async def test_signing_up_twice_before_confirming_sends_the_link_again(browser: Browser) -> None:
    await browser.submit("/sign-up", **ADA)
    await browser.submit("/sign-up", **ADA)
    assert await letters("ada@example.org") == ["accounts/confirm_email"] * 2
    assert await Member.count() == 1


async def test_having_the_link_sent_again_answers_everybody_alike(browser: Browser) -> None:
    await browser.submit("/sign-up", **ADA)
    answers = [
        await browser.submit("/sign-up/sent", email=email)
        for email in ("ada@example.org", "nobody@example.org")
    ]
    assert answers[0].content == answers[1].content
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len(await letters("ada@example.org")) == 2
    assert await letters("nobody@example.org") == []


async def test_a_link_is_over_after_three_days(browser: Browser, travel: Travel) -> None:
    await browser.submit("/sign-up", **ADA)
    link = await last_link("ada@example.org")
    travel(codes.LIFE[signing_up.CONFIRM])
    assert (await browser.get(link)).status_code == 410
    assert (await browser.post(link)).status_code == 410
    assert (await member()).email_confirmed_at is None


async def test_nothing_stored_opens_an_account(browser: Browser) -> None:
    await browser.submit("/sign-up", **ADA)
    token = (await last_link("ada@example.org")).rpartition("/")[2]
    kept = [*await OneTimeCode.select(), *await Notification.select()]
    assert token not in str(kept)


@pytest.mark.usefixtures("committed_database")
async def test_of_two_confirmations_at_once_one_counts() -> None:
    ada = await factories.a_member(email="ada@example.org", email_confirmed_at=None)
    code = await codes.make_link(ada.id, signing_up.CONFIRM, email="ada@example.org")
    token, device = await codes.token_of(code), Device("203.0.113.7")
    said = await asyncio.gather(
        *(confirming.confirm(token, device, factories.PASSWORD) for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Refused) for each in said) == 3


@pytest.mark.usefixtures("committed_database")
async def test_many_who_join_at_once_get_a_number_each_and_one_account_an_address() -> None:
    await factories.a_lab()
    person = {"given_name_latin": "Ada", "family_name_latin": "Byron", "language": "en"}
    emails = [f"ada{number % 6}@example.org" for number in range(12)]
    await asyncio.gather(*(signing_up.join(dict(person), email, "hash") for email in emails))
    rows = await Member.select(Member.number, Member.email)
    assert len(rows) == len({row["number"] for row in rows}) == 6
    assert {row["email"] for row in rows} == set(emails)


async def test_the_mail_says_what_it_is_about(browser: Browser) -> None:
    await browser.submit("/sign-up", **ADA)
    told = await last_mail("ada@example.org")
    assert told.subject == "Is this your e-mail address?"
    assert "Hello Ada Byron," in told.text


async def test_confirming_signs_in_under_a_new_key(browser: Browser) -> None:
    await browser.submit("/sign-up", **ADA)
    browser.cookies.set("session", "planted-by-somebody", domain="lab.test")
    await browser.submit(await last_link("ada@example.org"), password=PASSWORD)
    keys = {cookie.value for cookie in browser.cookies.jar if cookie.name == "session"}
    assert "planted-by-somebody" not in keys
    assert await Session.count() == 1


async def test_who_signs_up_with_another_s_address_is_out_when_its_owner_comes(
    browser: Browser, app: Any
) -> None:
    """Their password, their session and their token end with the owner's first link."""
    stolen = ADA | {"password": "the password of a thief"}
    async with Browser(app) as thief:
        await thief.submit("/sign-up", **stolen)
        first = await last_link("ada@example.org")
        login = {"login": ADA["email"], "password": stolen["password"]}
        assert (await thief.submit("/sign-in", **login)).status_code == 303
        answer = await thief.post("/api/v1/tokens", json=login | {"name": "mine"})
        token = {"authorization": f"Bearer {answer.json()['token']}"}

        await browser.submit("/sign-up", **ADA)
        await browser.submit("/sign-up/sent", email=ADA["email"])
        link = await last_link("ada@example.org")
        assert link.startswith("/reset/")
        assert (await browser.get(first)).status_code == 410
        assert (await browser.submit(link, password=PASSWORD)).status_code == 303
        assert (await member()).email_confirmed_at is not None

        assert (await thief.get("/account")).status_code == 303
        assert (await thief.get("/api/v1/me", headers=token)).status_code == 401
        assert (await thief.submit("/sign-in", **login)).status_code == 422


@pytest.mark.parametrize("again", [False, True])
async def test_the_link_alone_does_not_confirm_what_a_stranger_signed_up(
    browser: Browser, app: Any, again: bool
) -> None:
    """Else they would keep an account in the owner's name, with a password they know."""
    async with Browser(app) as thief:
        await thief.submit("/sign-up", **ADA | {"password": "the password of a thief"})
    if again:
        await browser.submit("/sign-up/sent", email=ADA["email"])
    link = await last_link(ADA["email"])
    tries = [await browser.submit(link, password=text) for text in ("", PASSWORD)]
    assert [answer.status_code for answer in tries] == [422, 422]
    assert (await browser.get("/account")).status_code == 303
    assert (await member()).email_confirmed_at is None
    await browser.submit("/forgotten", email=ADA["email"])
    await browser.submit(await last_link(ADA["email"]), password=PASSWORD)
    assert (await member()).email_confirmed_at is not None, "the owner makes it theirs"


async def test_the_password_cannot_be_guessed_at_the_link(browser: Browser) -> None:
    await browser.submit("/sign-up", **ADA)
    link = await last_link(ADA["email"])
    said = [(await browser.submit(link, password="a guess")).status_code for _ in range(6)]
    assert said == [422] * 5 + [429]


async def test_an_account_made_at_the_desk_is_confirmed_by_its_link(browser: Browser) -> None:
    ada = await factories.a_member(
        email="ada@example.org", email_confirmed_at=None, password_hash=None
    )
    code = await codes.make_link(ada.id, signing_up.CONFIRM, email="ada@example.org")
    answer = await browser.submit(f"/confirm/{await codes.token_of(code)}")
    assert answer.headers["location"] == "/me"
    assert (await member()).email_confirmed_at is not None


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("/sign-up", ADA),
        ("/sign-up/sent", {"email": "a@b.org"}),
        ("/forgotten", {"email": "a@b.org"}),
    ],
)
async def test_answers_about_addresses_take_their_time(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, page: str, fields: dict[str, str]
) -> None:
    """As long for nobody's address as for somebody's."""
    paused: list[float] = []

    async def sleep(seconds: float) -> None:
        paused.append(seconds)

    monkeypatch.setattr(evenly, "AT_LEAST", 77)
    # Only here: the connection's pulse goes on sleeping for its own second.
    only_here = SimpleNamespace(create_task=asyncio.create_task, sleep=sleep)
    monkeypatch.setattr(evenly, "asyncio", only_here)
    assert (await browser.submit(page, **fields)).status_code == 303
    assert paused == [77]
