"""Machines and categories for programs."""

from datetime import timedelta
from typing import Any

import pytest

from fablab.core.secrets import digest
from fablab.core.words import Words
from fablab.members.tables import ApiToken, Member
from tests import factories
from tests.factories import MONDAY
from tests.factories.lab import a_lab
from tests.factories.machines import a_category, a_certification, a_machine
from tests.factories.members import a_manager, a_member
from tests.support.browser import Browser
from tests.support.counting import Counting


@pytest.fixture(autouse=True)
async def lab(rolled_back: None) -> None:
    await a_lab()


async def token_of(member: Member) -> dict[str, str]:
    key = f"key-of-{member.id}"
    await ApiToken.insert(
        ApiToken(
            member=member.id, name="t", key_hash=digest(key), scopes='["read"]', made_at=MONDAY
        )
    )
    return {"authorization": f"Bearer {key}"}


async def asked(browser: Browser, address: str, **headers: str) -> Any:
    answer = await browser.get(f"/api/v1{address}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_machines_tell_status_requirements_and_policy(browser: Browser) -> None:
    laser = await a_certification("laser", name=Words(ar="ليزر", fr="Laser", en="Laser"))
    await a_machine(
        slug="big-laser",
        name=Words(ar="قاطعة", fr="Découpeuse", en="Cutter"),
        certification=laser,
        level=2,
        status="maintenance",
        expected_back_at=MONDAY + timedelta(days=1),
        hourly_rate=6000,
        policy={"max_minutes": 120, "granularity_minutes": 15},
    )
    answer = await asked(browser, "/machines", **{"accept-language": "fr"})
    [found] = answer["items"]
    assert answer["next"] is None
    assert found["name"] == "Découpeuse"
    assert found["names"] == {"ar": "قاطعة", "fr": "Découpeuse", "en": "Cutter"}
    assert found["status"] == "maintenance"
    assert found["expected_back_at"] == "2026-12-01T09:00:00+00:00"
    [needed] = found["requires"]["certifications"]
    assert (needed["slug"], needed["level"]) == ("laser", 2)
    assert found["policy"]["max_minutes"] == 120
    assert found["policy"]["grace_minutes"] == 15
    assert found["hourly_rate"] == {"amount": 6000, "currency": "MAD"}
    assert "usable_by_me" not in found


async def test_a_token_hears_whether_it_may_book_and_why_not(browser: Browser) -> None:
    laser = await a_certification("laser")
    await a_machine(slug="laser", certification=laser)
    member = await a_member()
    token = await token_of(member)
    found = await asked(browser, "/machines/laser", **token)
    assert found["usable_by_me"]["usable"] is False
    codes = [reason["code"] for reason in found["usable_by_me"]["reasons"]]
    assert codes == ["not_certified"]
    await factories.a_certificate(laser, member)
    found = await asked(browser, "/machines/laser", **token)
    assert found["usable_by_me"] == {"usable": True, "reasons": []}


async def test_a_session_is_nobody_here(browser: Browser) -> None:
    await a_machine(slug="hidden", status="hidden")
    await a_machine(slug="shown")
    await browser.sign_in(await a_manager())
    answer = await asked(browser, "/machines")
    assert [each["slug"] for each in answer["items"]] == ["shown"]
    assert "usable_by_me" not in answer["items"][0]


async def test_staff_are_told_of_hidden_machines(browser: Browser) -> None:
    await a_machine(slug="hidden", status="hidden")
    token = await token_of(await a_manager())
    found = await asked(browser, "/machines/hidden", **token)
    assert found["status"] == "hidden"


async def test_what_does_not_exist_and_what_is_hidden_sound_the_same(browser: Browser) -> None:
    await a_machine(slug="hidden", status="hidden")
    for slug in ("hidden", "never-was"):
        answer = await browser.get(f"/api/v1/machines/{slug}")
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"


async def test_categories_are_in_the_labs_order(browser: Browser) -> None:
    await a_category(slug="second", position=2)
    await a_category(slug="first", position=1, name=Words(ar="أولى", en="First"))
    answer = await asked(browser, "/categories", **{"accept-language": "ar"})
    assert [each["slug"] for each in answer["items"]] == ["first", "second"]
    assert answer["items"][0]["name"] == "أولى"


async def test_the_list_costs_few_statements(browser: Browser, counted: Counting) -> None:
    for number in range(4):
        await a_machine(slug=f"machine-{number}")
    token = await token_of(await a_member())
    await asked(browser, "/machines", **token)
    with counted() as sent:
        await asked(browser, "/machines", **token)
    assert sent.count <= 8, sent.statements
