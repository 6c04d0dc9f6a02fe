"""Coming in: the right password, the wrong one, the wrong one often, and a code from the desk."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from httpx import ASGITransport, Response

from fablab.accounts import desk
from fablab.members.tables import Attempt, Device, Member, OneTimeCode, Session
from tests import factories
from tests.accounts.support import PASSWORD as NEW
from tests.conftest import Travel
from tests.factories import PASSWORD
from tests.support.browser import Browser

WRONG = "not the password"


async def try_in(browser: Browser, login: object, password: str = WRONG) -> Response:
    return await browser.post("/sign-in", data={"login": str(login), "password": password})


def elsewhere(app: Any, address: str) -> Browser:
    """Another browser, at another address."""
    browser = Browser(app)
    browser._transport = ASGITransport(app=app, client=(address, 4711))
    return browser


@pytest.mark.parametrize("by", ["email", "number"])
async def test_in_by_e_mail_or_number(browser: Browser, by: str) -> None:
    ada = await factories.a_member(email="ada@example.org")
    login = {"email": "  Ada@Example.org ", "number": str(ada.number)}[by]
    answer = await browser.submit("/sign-in?next=/account", login=login, password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert (await browser.get("/account")).status_code == 200


@pytest.mark.parametrize("next_", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_on_to_this_site_only(browser: Browser, next_: str) -> None:
    ada = await factories.a_member()
    answer = await browser.post(
        "/sign-in", data={"login": ada.email, "password": PASSWORD, "next": next_}
    )
    assert answer.headers["location"] == "/me"


async def test_a_wrong_password_and_no_account_are_told_alike(browser: Browser) -> None:
    ada = await factories.a_member()
    closed = await factories.a_member(state="closed")
    answers = [
        await try_in(browser, login)
        for login in (ada.email, closed.email, "nobody@example.org", "99")
    ]
    assert {answer.status_code for answer in answers} == {422}
    logins = [str(ada.email), str(closed.email), "nobody@example.org", "99"]
    plain = {
        without_tokens(answer.text).replace(f'value="{login}"', "")
        for answer, login in zip(answers, logins, strict=True)
    }
    assert len(plain) == 1
    assert not await Session.exists()


def without_tokens(page: str) -> str:
    return re.sub(r'name="_csrf_token" value="[^"]*"', "", page)


async def test_guessing_is_slowed_down_and_the_clock_ends_that(
    browser: Browser, travel: Travel
) -> None:
    ada = await factories.a_member()
    for _ in range(5):
        assert (await try_in(browser, ada.email)).status_code == 422
    slowed = await try_in(browser, ada.email, PASSWORD)
    assert (slowed.status_code, slowed.headers["retry-after"]) == (429, "2")
    travel(timedelta(seconds=2))
    assert (await try_in(browser, ada.email)).status_code == 422
    assert (await try_in(browser, ada.email)).headers["retry-after"] == "4"
    travel(timedelta(seconds=4))
    assert (await try_in(browser, ada.email, PASSWORD)).status_code == 303


async def test_no_wait_is_longer_than_five_minutes(browser: Browser, travel: Travel) -> None:
    ada = await factories.a_member()
    longest = 0
    for _ in range(18):
        answer = await try_in(browser, ada.email)
        if answer.status_code == 429:
            wait = int(answer.headers["retry-after"])
            longest = max(longest, wait)
            travel(timedelta(seconds=wait))
    assert longest <= 300


async def test_the_right_password_from_a_known_device_is_never_kept_out(
    app: Any, browser: Browser
) -> None:
    """Neither by others at the same address, nor by many at many addresses."""
    ada = await factories.a_member()
    assert (await try_in(browser, ada.email, PASSWORD)).status_code == 303
    browser.sign_out()
    for number in range(40):
        await try_in(elsewhere(app, f"198.51.100.{number}"), ada.email)
    neighbour = Browser(app)
    said = [(await try_in(neighbour, ada.email)).status_code for _ in range(6)]
    assert 429 in said
    assert (await try_in(browser, ada.email, PASSWORD)).status_code == 303


async def test_a_stolen_device_cookie_guesses_no_better(browser: Browser) -> None:
    ada = await factories.a_member()
    await try_in(browser, ada.email, PASSWORD)
    browser.sign_out()
    said = [(await try_in(browser, ada.email)).status_code for _ in range(6)]
    assert said == [422] * 5 + [429]


async def test_many_addresses_trying_one_account_are_slowed_together(app: Any) -> None:
    ada = await factories.a_member()
    said = [
        (await try_in(elsewhere(app, f"198.51.100.{number}"), ada.email)).status_code
        for number in range(22)
    ]
    assert said == [422] * 21 + [429]


async def test_one_address_trying_many_accounts_is_slowed(app: Any) -> None:
    thief = elsewhere(app, "198.51.100.7")
    said = [
        (await try_in(thief, f"member{number}@example.org")).status_code for number in range(22)
    ]
    assert said == [422] * 21 + [429]


async def test_the_lab_s_own_addresses_are_spared(app: Any) -> None:
    await factories.a_lab(networks='["198.51.100.0/24", "not a network"]')
    wifi = elsewhere(app, "198.51.100.7")
    said = {(await try_in(wifi, f"member{number}@example.org")).status_code for number in range(30)}
    assert said == {422}


async def test_thirty_sign_ups_from_the_lab_s_wifi_and_ten_from_elsewhere(app: Any) -> None:
    await factories.a_lab(networks='["198.51.100.0/24"]')
    assert await signed_up(elsewhere(app, "198.51.100.7"), "in", 30) == [303] * 30
    assert await signed_up(elsewhere(app, "203.0.113.9"), "out", 12) == [303] * 10 + [429] * 2


async def signed_up(browser: Browser, who: str, number: int) -> list[int]:
    form = {
        "given_name_latin": "Ada",
        "family_name_latin": "Byron",
        "password": NEW,
        "declared_adult": "on",
        "language": "en",
    }
    return [
        (
            await browser.post("/sign-up", data=form | {"email": f"{who}{each}@example.org"})
        ).status_code
        for each in range(number)
    ]


async def test_successes_cost_nothing(app: Any) -> None:
    """A class of forty signs in behind one address that is not the lab's."""
    members = [await factories.a_member() for _ in range(40)]
    school = [elsewhere(app, "203.0.113.9") for _ in members]
    said = [
        (await try_in(browser, member.email, PASSWORD)).status_code
        for browser, member in zip(school, members, strict=True)
    ]
    assert said == [303] * 40


async def test_what_is_counted_names_nobody(browser: Browser) -> None:
    await try_in(browser, "ada@example.org")
    subjects = [row["subject"] for row in await Attempt.select()]
    assert len(subjects) == 3
    assert not any("ada" in subject or "127" in subject for subject in subjects)


async def test_an_old_hash_is_renewed(browser: Browser) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    ada = await factories.a_member(password_hash=old)
    await try_in(browser, ada.email, PASSWORD)
    kept = await Member.objects().get(Member.id == ada.id)
    assert kept is not None
    assert kept.password_hash is not None
    assert "m=19456,t=2,p=1" in kept.password_hash


async def test_a_shared_browser_is_known_to_both(browser: Browser) -> None:
    ada, grace = await factories.a_member(), await factories.a_member()
    for member in (ada, grace, ada):
        await try_in(browser, member.email, PASSWORD)
    assert await Device.count() == 2
    assert len({row["key_hash"] for row in await Device.select()}) == 1


async def test_a_planted_device_cookie_is_replaced(browser: Browser) -> None:
    ada = await factories.a_member()
    browser.cookies.set("device", "planted-by-somebody", domain="lab.test")
    await try_in(browser, ada.email, PASSWORD)
    keys = {cookie.value for cookie in browser.cookies.jar if cookie.name == "device"}
    assert keys
    assert "planted-by-somebody" not in keys


async def test_signing_in_writes_little(browser: Browser, counted: Callable[[], Any]) -> None:
    await factories.a_lab()
    ada = await factories.a_member()
    await browser.get("/sign-in")
    with counted() as sent:
        await try_in(browser, ada.email, PASSWORD)
    assert sent.count <= 16, "\n".join(sent.statements)


async def test_signing_out(browser: Browser) -> None:
    await browser.sign_in(await factories.a_member())
    assert (await browser.get("/sign-out")).headers["location"] == "/"
    assert await Session.exists(), "looking at an address changes nothing"
    assert (await browser.post("/sign-out")).status_code == 303
    assert not await Session.exists()
    assert (await browser.get("/account")).headers["location"].startswith("/sign-in?next=")


async def test_a_code_from_the_desk_lets_in_once_and_sets_a_password(browser: Browser) -> None:
    ada = await factories.a_member(email=None, password_hash=None)
    code = await desk.make_code((await factories.a_manager()).id, ada.id)
    spoken = f" {code[:4].lower()}-{code[4:].lower()} "
    answer = await browser.submit("/sign-in/code", login=ada.number, code=spoken)
    assert answer.status_code == 303
    link = answer.headers["location"]
    assert link.startswith("/reset/")
    answer = await browser.submit(link, password=NEW)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert (await browser.get("/account")).status_code == 200

    browser.sign_out()
    assert (await try_in(browser, ada.number, NEW)).status_code == 303
    again = await browser.submit("/sign-in/code", login=ada.number, code=code)
    assert again.status_code == 422


async def test_a_code_lasts_a_quarter_of_an_hour(browser: Browser, travel: Travel) -> None:
    ada = await factories.a_member()
    code = await desk.make_code((await factories.a_manager()).id, ada.id)
    travel(timedelta(minutes=15))
    answer = await browser.submit("/sign-in/code", login=ada.number, code=code)
    assert answer.status_code == 422


async def test_only_the_newest_code_works_and_none_is_kept_in_plain(browser: Browser) -> None:
    ada, manager = await factories.a_member(), await factories.a_manager()
    first = await desk.make_code(manager.id, ada.id)
    second = await desk.make_code(manager.id, ada.id)
    kept = str(await OneTimeCode.select())
    assert first not in kept
    assert second not in kept
    for code, status in ((first, 422), (second, 303)):
        answer = await browser.submit("/sign-in/code", login=ada.number, code=code)
        assert answer.status_code == status


async def test_guessing_codes_is_slowed_down(browser: Browser) -> None:
    ada = await factories.a_member()
    said = [
        (
            await browser.post("/sign-in/code", data={"login": ada.number, "code": "AAAAAAAA"})
        ).status_code
        for _ in range(6)
    ]
    assert said == [422] * 5 + [429]


async def test_counting_does_not_tell_which_number_has_which_e_mail(browser: Browser) -> None:
    ada = await factories.a_member(email="ada@example.org")
    known = ["ada@example.org", str(ada.number)] * 3
    unknown = ["nobody@example.org", "999999"] * 3
    said = [
        [
            (await browser.submit("/sign-in", login=login, password="wrong")).status_code
            for login in logins
        ]
        for logins in (known, unknown)
    ]
    assert said[0] == said[1]


@pytest.mark.parametrize("number", ["1001", "999999"])
async def test_a_number_is_one_however_it_is_typed(browser: Browser, number: str) -> None:
    await factories.a_member(number=1001)
    typed = [number, f"0{number}", f" {number} ", *[f"00{number}"] * 3]
    said = [
        (await browser.submit("/sign-in", login=login, password="wrong")).status_code
        for login in typed
    ]
    assert said == [422] * 5 + [429]
