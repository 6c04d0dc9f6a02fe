"""What no page of ours and no honest program would send: each route refuses it, and plainly."""

import tempfile
from pathlib import Path
from typing import Any

import pytest

from fablab.web.limits import LARGEST_BODY
from tests.accounts.support import last_mail
from tests.rights.scene import Scene, a_scene, asker, program
from tests.rights.walk import Way, ways
from tests.support.browser import Browser

FORM = "application/x-www-form-urlencoded"
FILE = {"photo": ("evil.html", b"<script>alert(1)</script>" * 4_000, "image/png")}


@pytest.fixture
async def scene(rolled_back: None) -> Scene:
    return await a_scene()


def writing(app: Any) -> list[Way]:
    return [way for way in ways(app) if not way.is_safe]


async def test_no_route_takes_a_file(
    app: Any, scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """None asks for one: it is refused whole, and nothing of it reaches the disk."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with asker(app, "admin", scene) as one:
        for way in writing(app):
            client = one.program if way.is_api else one.browser
            answer = await client.request(way.method, scene.address(way), files=FILE)
            assert answer.status_code in (400, 415), f"{way.name}: {answer.status_code}"
    assert list(tmp_path.iterdir()) == []


async def test_no_route_takes_more_than_a_megabyte(app: Any, scene: Scene) -> None:
    """Said beforehand, or found out while it comes."""
    large = b"a=" + b"x" * LARGEST_BODY

    async def bit_by_bit() -> Any:
        for at in range(0, len(large), 65_536):
            yield large[at : at + 65_536]

    async with asker(app, "admin", scene) as one:
        for way in writing(app):
            client = one.program if way.is_api else one.browser
            headers = {"content-type": "application/json" if way.is_api else FORM}
            for content in (large, bit_by_bit()):
                answer = await client.request(
                    way.method, scene.address(way), content=content, headers=headers
                )
                assert answer.status_code == 413, f"{way.name}: {answer.status_code}"
                kind = answer.headers["content-type"]
                assert kind.startswith("application/problem+json" if way.is_api else "text/html")


BAD_FORMS = [
    (b"a=1&" * 1_200, 400),
    (b"note=" + b"x" * 300_000, 413),
    (b"note=%00", 422),
    (b"note=%ff%fe", 400),
    (b"\xff\xfe=1", 400),
]


@pytest.mark.parametrize(("content", "status"), BAD_FORMS, ids=range(len(BAD_FORMS)))
async def test_a_form_that_no_page_sends(
    app: Any, scene: Scene, content: bytes, status: int
) -> None:
    async with asker(app, "owner", scene) as one:
        answer = await one.browser.post(
            "/account/tokens", content=content, headers={"content-type": FORM}
        )
    assert answer.status_code == status
    assert "<h1" in answer.text


BAD_JSON = [
    b'{"machine": "laser", "machine": "secret"}',
    b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    b"[" * 900_000,
    b'{"note": ' + b"9" * 200_000 + b"}",
    b'{"note": 1e999}',
    b'{"note": NaN}',
    b'{"note": "\xff"}',
    b'{"note": "\\u0000"}',
    b'{"note": "\\udc00"}',
    b"\x00",
    b"\xef\xbb\xbf{}",
]


@pytest.mark.parametrize("content", BAD_JSON, ids=range(len(BAD_JSON)))
async def test_json_that_no_program_sends(app: Any, scene: Scene, content: bytes) -> None:
    async with asker(app, "admin", scene) as one:
        one.program.headers["content-type"] = "application/json"
        for way in writing(app):
            if way.is_api:
                answer = await one.program.request(way.method, scene.address(way), content=content)
                assert answer.status_code == 400, f"{way.name}: {answer.status_code}"
                assert answer.headers["content-type"] == "application/problem+json"


LONG = "x" * 60_000
LONG_HEADERS = [
    {"cookie": f"session={LONG}; csrf={LONG}; flash={LONG}; language={LONG}"},
    {"cookie": "; ".join(f"a{number}=1" for number in range(4_000))},
    {"accept-language": ",".join(["xx;q=0.1"] * 8_000)},
    {"accept": LONG, "user-agent": LONG, "referer": f"http://lab.test/{LONG}"},
    {"x-forwarded-for": ",".join(["203.0.113.7"] * 5_000), "x-request-id": LONG},
    {"if-none-match": ",".join(['"x"'] * 10_000)},
    {"authorization": f"Bearer {LONG}", "idempotency-key": LONG},
]


@pytest.mark.parametrize("headers", LONG_HEADERS, ids=range(len(LONG_HEADERS)))
async def test_long_headers_and_queries_are_borne(
    app: Any, scene: Scene, headers: dict[str, str]
) -> None:
    async with program(app) as client:
        for path in ("/schedule", "/me", "/sign-in", "/api/v1/machines", "/api/v1/schedule"):
            for query in ("", f"?date={LONG}", "?" + "a=1&" * 15_000, "?date=%ff", "?date=%00"):
                answer = await client.get(path + query, headers=headers)
                assert answer.status_code < 500, f"{path} {query[:10]}"


HOSTS = [
    {"host": "evil.example"},
    {"host": "evil.example:443", "x-forwarded-proto": "https"},
    {"x-forwarded-host": "evil.example", "x-forwarded-port": "8443"},
    {"x-host": "evil.example", "x-original-url": "/desk", "x-rewrite-url": "/desk"},
    {"forwarded": "host=evil.example;proto=https"},
]


@pytest.mark.parametrize("headers", HOSTS, ids=range(len(HOSTS)))
async def test_no_answer_believes_the_host(app: Any, scene: Scene, headers: dict[str, str]) -> None:
    """Neither a link nor a redirect leads where the sender says that we are."""
    async with asker(app, "admin", scene) as one:
        for way in ways(app):
            if not way.is_safe or way.path.startswith("/live"):
                continue
            client = one.program if way.is_api else one.browser
            answer = await client.get(scene.address(way), headers=headers)
            assert "evil.example" not in answer.text + str(answer.headers), way.name
        assert (await one.browser.get("/", headers=headers)).status_code in (200, 400)


@pytest.mark.parametrize("headers", HOSTS, ids=range(len(HOSTS)))
async def test_no_mail_believes_the_host(app: Any, scene: Scene, headers: dict[str, str]) -> None:
    """Its link would hand the account to whoever asked for it under another name."""
    email = scene.members["owner"].email
    async with Browser(app) as browser:
        answer = await browser.post("/forgotten", data={"email": email}, headers=headers)
    assert answer.status_code == 303
    told = await last_mail(email)
    assert "http://lab.test/reset/" in told.text
    assert "evil.example" not in told.text + told.html
