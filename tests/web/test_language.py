"""Which language a page speaks: the member's, the cookie's, the browser's, the lab's."""

import pytest

from fablab.members.tables import Member
from fablab.web.language import accepted
from tests.factories import a_member
from tests.support.browser import Browser


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr", "fr"),
        ("fr-MA,fr;q=0.9,en;q=0.8", "fr"),
        ("de, en;q=0.5, ar;q=0.7", "ar"),
        ("AR-ma", "ar"),
        ("de", None),
        ("", None),
        ("*", "ar"),
        ("ar;q=0, *", "fr"),
        ("en;q=0", None),
        ("en;q=2, fr;q=0.1", "fr"),
        ("en;q=nan, fr;q=0.1", "fr"),
        ("en;level=1, fr;q=0.1", "fr"),
        (";;;,,,=,q", None),
    ],
)
def test_accept_language(header: str, language: str | None) -> None:
    assert accepted(header) == language


async def language_of(browser: Browser, **headers: str) -> str:
    answer = await browser.get("/trial/page", headers=headers)
    said = str(answer.headers["content-language"])
    assert f'<html lang="{"ar-MA" if said == "ar" else said}"' in answer.text
    return said


async def test_the_members_choice_comes_first(visitor: Browser) -> None:
    assert await language_of(visitor) == "ar"  # the lab's
    assert await language_of(visitor, **{"accept-language": "en"}) == "en"
    visitor.cookies.set("language", "fr", domain="lab.test")
    assert await language_of(visitor, **{"accept-language": "en"}) == "fr"
    await visitor.sign_in(await a_member(language="ar"))
    assert await language_of(visitor, **{"accept-language": "en"}) == "ar"


async def test_choosing_a_language(visitor: Browser) -> None:
    member = await a_member(language="ar")
    await visitor.sign_in(member)
    answer = await visitor.post("/language", data={"language": "fr", "next": "/machines?q=a"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/machines?q=a")
    assert visitor.cookies["language"] == "fr"
    assert (await Member.select(Member.language).where(Member.id == member.id))[0][
        "language"
    ] == "fr"


async def test_a_visitors_choice_stays_in_the_browser(visitor: Browser) -> None:
    await visitor.post("/language", data={"language": "fr"})
    assert await language_of(visitor, **{"accept-language": "en"}) == "fr"


@pytest.mark.parametrize("next_page", ["//evil.example", "https://evil.example", "/\\evil"])
async def test_choosing_a_language_never_leads_elsewhere(visitor: Browser, next_page: str) -> None:
    answer = await visitor.post("/language", data={"language": "fr", "next": next_page})
    assert answer.headers["location"] == "/"


async def test_an_unknown_language_is_refused(visitor: Browser) -> None:
    assert (await visitor.post("/language", data={"language": "tlh"})).status_code == 422


async def test_pages_vary_by_language(visitor: Browser) -> None:
    answer = await visitor.get("/trial/page")
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["vary"].replace(",", " ").split())
    assert answer.headers["cache-control"] == "private, no-store"


async def test_the_right_direction(visitor: Browser) -> None:
    assert 'dir="rtl"' in (await visitor.get("/nowhere", headers={"accept-language": "ar"})).text
    assert 'dir="ltr"' in (await visitor.get("/nowhere", headers={"accept-language": "fr"})).text
