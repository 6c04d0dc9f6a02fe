"""A bad name stays a name: on every page, in JSON, in mails."""

from email import message_from_bytes, policy
from typing import Any

import pytest

from fablab.core import db
from fablab.core.facts import dump, load
from fablab.core.letters import Letter, Undeliverable, composed
from fablab.notifications import rendering
from fablab.notifications.rendering import Reader
from tests import factories
from tests.factories import MONDAY
from tests.notifications.goldens import link_of
from tests.notifications.test_mails import MAILS
from tests.rights.hostile import (
    BREAKOUT,
    COMPUTED,
    EVIL,
    NAME,
    TAG,
    a_hostile_scene,
    spoiled,
)
from tests.rights.markup import Page
from tests.rights.scene import FORMS, Scene, a_scene, asker
from tests.rights.walk import ways
from tests.support.browser import Browser

TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
# A name must be found on so many pages at least, or this test looks at nothing.
SEEN_BY = {"anonymous": 4, "owner": 10, "manager": 18}
MORE = (
    "/schedule?date=2026-12-01",
    "/schedule?date=2026-12-02",
    "/bookings/new?machine=laser",
    "/bookings/new?machine=laser&starts_at=2026-12-01T10:00&member=1&note=" + TAG,
    "/desk/members?q=" + TAG,
    "/sign-in?next=" + TAG,
    "/" + TAG,
)


@pytest.fixture
async def scene(rolled_back: None) -> Scene:
    return await a_hostile_scene()


def addresses(scene: Scene, app: Any) -> list[str]:
    pages = [way for way in ways(app) if way.is_safe and not way.is_api and not way.plain]
    return [*(scene.address(way) for way in pages), *MORE]


async def looked_at(browser: Browser, address: str, language: str) -> Page | None:
    """The page, found safe; None where there is none to read."""
    answer = await browser.get(address, headers={"accept-language": language})
    assert answer.status_code < 500, address
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return None
    page = Page(answer.text)
    assert page.faults == [], f"{address} in {language}"
    assert "<img src=x" not in answer.text, address
    assert COMPUTED not in page.text, address
    return page


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("who", SEEN_BY)
async def test_no_name_runs_on_a_page(app: Any, scene: Scene, who: str, language: str) -> None:
    seen = set()
    async with asker(app, who, scene) as one:
        await one.browser.post("/language", data={"language": language})
        for address in addresses(scene, app):
            page = await looked_at(one.browser, address, language)
            if page and TAG in page.text:
                seen.add(address)
    assert len(seen) >= SEEN_BY[who], sorted(seen)


async def test_what_is_refused_is_shown_again_harmlessly(app: Any, scene: Scene) -> None:
    bad = dict.fromkeys(("name", "title", "note", "reason", "next", "login", "email"), EVIL)
    bad |= dict.fromkeys(("machine", "starts_at", "key", "phone", "given_name_latin"), EVIL)
    bad |= dict.fromkeys(("name_ar", "name_en", "note_ar", "first_day", "networks"), EVIL)
    forms = [way for way in ways(app) if not (way.is_safe or way.is_api)]
    shown = 0
    async with asker(app, "manager", scene) as one:
        for way in sorted(forms, key=lambda way: way.name == "accounts:sign-out"):
            answer = await one.browser.request(way.method, scene.address(way), data=bad)
            assert answer.status_code < 500, way.name
            page = Page(answer.text)
            assert page.faults == [], way.name
            shown += BREAKOUT in page.text or "alert(2)" in answer.text
    assert shown >= 3


async def test_json_is_json(app: Any, scene: Scene) -> None:
    """Nothing is escaped for a page there: a program gets the name itself, and as JSON only."""
    told = ""
    async with asker(app, "manager", scene) as one:
        for way in ways(app):
            if way.is_api and way.is_safe:
                answer = await one.ask(way, scene.address(way))
                assert answer.headers["content-type"].startswith("application/json"), way.name
                told += str(answer.json())
    assert TAG in told
    assert COMPUTED not in told


TURNED = "Ada\u202e \u2066\u202b\u2069Byron\ufeff"
# Texts that people type: the page, its form, and where each is kept.
TYPED = [
    (
        "owner",
        "/account",
        {"given_name_latin": TURNED, "family_name_latin": TURNED}
        | {"language": "en", "birth_year": 1990},
        "member",
    ),
    ("owner", "/account/tokens", {"name": TURNED, "scopes": "read"}, "api_token"),
    ("teammate", "/bookings", FORMS["bookings:book"] | {"note": TURNED}, "booking"),
    ("manager", "/desk/members/{number}/holds", {"kind": "safety", "reason": TURNED}, "hold"),
    ("manager", "/desk/machines/secret", {"status": "maintenance", "note_ar": TURNED}, "machine"),
    (
        "manager",
        "/desk/hours/closures/new",
        {"name_ar": TURNED, "name_fr": TURNED}
        | {"name_en": TURNED, "first_day": "2027-03-01", "last_day": "2027-03-01"},
        "closure",
    ),
    ("manager", "/desk/kiosks", {"name": TURNED}, "kiosk"),
    ("owner", "/at/{tag}/fault", {"text": TURNED}, "activity"),
]


@pytest.mark.parametrize(("who", "path", "form", "table"), TYPED)
async def test_forms_take_out_what_turns_text_round(
    app: Any, rolled_back: None, who: str, path: str, form: dict[str, Any], table: str
) -> None:
    """So that no name turns round what stands beside it, wherever it is shown."""
    scene = await a_scene()
    async with asker(app, who, scene) as one:
        answer = await one.browser.post(path.format(**scene.values), data=form)
    assert answer.status_code in (200, 303), answer.text
    kept = str(await db.fetch(f'SELECT * FROM "{table}"'))
    assert "Ada Byron" in kept
    assert [mark for mark in TURNS if mark in kept or ascii(mark)[1:-1] in kept] == []


async def test_the_api_takes_them_out_too(app: Any, rolled_back: None) -> None:
    scene = await a_scene()
    wish = {"machine": "laser", "starts_at": "2026-12-01T10:00", "ends_at": "2026-12-01T11:00"}
    async with asker(app, "teammate", scene) as one:
        answer = await one.program.post("/api/v1/bookings", json=wish | {"note": TURNED})
    assert answer.status_code == 201
    assert answer.json()["note"] == "Ada Byron"


CASES = [(mail, case) for mail, cases in MAILS.items() for case in cases]


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
async def test_no_name_runs_in_a_mail(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    await factories.a_lab(name=dump({"ar": EVIL, "fr": EVIL, "en": EVIL}))
    monkeypatch.setattr(rendering, "link_of", link_of)
    named = 0
    for template, case in CASES:
        facts = load(dump(spoiled(MAILS[template][case])))
        [complete] = await rendering.completed([(template, facts)])
        told = await rendering.mailed(template, complete, Reader(1, language, NAME, NAME))
        page = Page(told.html)
        faults = [fault for fault in page.faults if not fault.startswith(("<style", "<td style"))]
        assert faults == [], template
        assert COMPUTED not in told.text, template
        assert "\n" not in told.subject
        named += TAG in told.text and TAG in page.text
    assert named > 10


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
def test_nothing_becomes_a_header(line_break: str) -> None:
    injected = f"Ada{line_break}Bcc: everybody@example.org{line_break}{line_break}<b>Hello"
    letter = Letter("ada@example.org", injected, injected, "Text", "<p>Text", "en", "1", MONDAY)
    sent = bytes(composed(letter, "Fab Lab <lab@example.org>", "http://lab.test"))
    read = message_from_bytes(sent, policy=policy.default)
    assert read["bcc"] is None
    assert [one.addr_spec for one in read["to"].addresses] == ["ada@example.org"]
    assert "Bcc: everybody" in read["subject"]


@pytest.mark.parametrize(
    "to", ["a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org", "a b@example.org"]
)
def test_nobody_else_becomes_a_recipient(to: str) -> None:
    letter = Letter(to, "Ada", "Hello", "Text", "<p>Text", "en", "1", MONDAY)
    with pytest.raises(Undeliverable):
        composed(letter, "Fab Lab <lab@example.org>", "http://lab.test")


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{TAG}</p>",
        "<p style='color:red'>",
        "<script>alert(1)</script>",
        "<script src='//evil.example/x.js'></script>",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe src='/'></iframe>",
    ],
)
def test_what_is_looked_for_is_found(html: str) -> None:
    assert Page(html).faults != []
    assert Page("<p>Ada <bdi>x</bdi> <a href='/x'>y</a> &lt;img src=x&gt;</p>").faults == []
