"""Every error as a page for people and as a problem document for programs."""

import sqlite3
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fablab.core import i18n
from fablab.core.errors import Forbidden, Problem
from fablab.core.money import Money
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.web.errors import verdict
from fablab.web.problems import document, plain
from tests.factories import MONDAY, hours
from tests.support.asgi import asking
from tests.support.browser import Browser
from tests.web import trial
from tests.web.conftest import Program

EXPECTED = {
    "refused": (422, "too_long"),
    "taken": (409, "taken"),
    "unreadable": (400, "unreadable"),
    "missing": (404, "not_found"),
    "forbidden": (403, "forbidden"),
    "field": (403, "forbidden"),
    "unauthorized": (401, "unauthorized"),
    "too-many": (429, "too_many"),
    "unavailable": (503, "unavailable"),
    "crash": (500, "failed"),
    "number": (400, "unreadable"),
}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (sqlite3.SQLITE_FULL, 503),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, 503),
        (sqlite3.SQLITE_IOERR_FSYNC, 503),
        (sqlite3.SQLITE_ERROR, 500),
    ],
)
def test_a_disk_that_fails_is_not_ours_to_blame(code: int, status: int) -> None:
    error = sqlite3.OperationalError("the disk")
    error.sqlite_errorcode = code
    assert verdict(error).status == status


def test_every_failure_is_expected() -> None:
    assert EXPECTED.keys() == trial.FAILURES.keys()


@pytest.mark.parametrize("kind", EXPECTED)
async def test_problem_documents(program: Program, kind: str) -> None:
    status, code = EXPECTED[kind]
    answer = await (await program()).get(f"/api/v1/trial/fail/{kind}")
    told = answer.json()
    assert answer.status_code == told["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["code"] == code
    assert told["request_id"] == answer.headers["x-request-id"]
    assert told["title"]
    assert told["detail"]
    assert "secret detail" not in answer.text


@pytest.mark.parametrize("kind", [kind for kind in EXPECTED if kind != "unauthorized"])
async def test_error_pages(visitor: Browser, kind: str) -> None:
    answer = await visitor.get(f"/trial/fail/{kind}", headers={"accept-language": "en"})
    assert answer.status_code == EXPECTED[kind][0]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>" in answer.text
    assert "secret detail" not in answer.text


async def test_every_reason_is_told(program: Program) -> None:
    english = {"accept-language": "en"}
    answer = await (await program()).get("/api/v1/trial/fail/refused", headers=english)
    first, second = answer.json()["violations"]
    assert first == {
        "code": "too_long",
        "field": "ends_at",
        "message": "At most 3.",
        "limit": 3,
        "nearest": ["2026-11-30T09:00:00+00:00"],
        "overridable": False,
    }
    assert second == {"code": "notice", "field": None, "message": "Too late.", "overridable": True}


async def test_every_reason_is_shown(visitor: Browser) -> None:
    page = (await visitor.get("/trial/fail/refused", headers={"accept-language": "en"})).text
    assert "At most 3." in page
    assert "Too late." in page


async def test_whoever_asks_too_often_is_told_when_to_come_back(program: Program) -> None:
    client = await program()
    for kind, seconds in (("too-many", "7"), ("unavailable", "3")):
        assert (await client.get(f"/api/v1/trial/fail/{kind}")).headers["retry-after"] == seconds


async def test_a_wrong_method_names_the_right_ones(visitor: Browser) -> None:
    answer = await visitor.delete("/trial/page")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


async def test_a_field_that_may_not_be_set_is_named(program: Program) -> None:
    told = (await (await program()).get("/api/v1/trial/fail/field")).json()
    assert [one["field"] for one in told["violations"]] == ["role"]


async def test_errors_speak_the_programs_language(program: Program) -> None:
    client = await program()
    answer = await client.get("/api/v1/nowhere", headers={"accept-language": "fr"})
    assert answer.headers["content-language"] == "fr"


async def test_a_parameter_of_the_wrong_type_is_no_crash(visitor: Browser) -> None:
    assert (await visitor.get("/trial/row/7?wanted=many")).status_code == 400


async def test_a_body_too_large_is_refused(visitor: Browser) -> None:
    answer = await visitor.post(
        "/trial/echo",
        content=b"a" * 1_100_000,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413


def test_values_as_json_writes_them() -> None:
    assert plain(hours(0, 1)) == {
        "starts_at": "2026-11-30T09:00:00+00:00",
        "ends_at": "2026-11-30T10:00:00+00:00",
    }
    assert plain(Period(MONDAY, hours(2).end).length) == 180
    assert plain([Words(en="Laser"), Money(6000), MONDAY.date()]) == [
        "Laser",
        {"amount": 6000, "currency": "MAD"},
        "2026-11-30",
    ]


def test_a_conflict_leads_the_document() -> None:
    token = i18n.language.set("en")
    told = document(409, "1", [Problem("notice", "Late."), Problem("taken", "Taken.")])
    i18n.language.reset(token)
    assert (told["code"], told["detail"], told["type"]) == ("taken", "Taken.", "/api/docs#taken")


NASTY = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=30).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [b"%00", b"%ff", b"%ed%a0%80", b"9" * 400, b"a=1&" * 1200, b"{", b'{"machine": "\\u0000"}']
    ),
)
UNTROUBLED = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@UNTROUBLED
@given(body=NASTY, kind=st.sampled_from(["application/x-www-form-urlencoded", "text/plain", "é"]))
async def test_no_form_is_a_crash(visitor: Browser, body: bytes, kind: str) -> None:
    headers: Any = {"content-type": kind.encode()}
    answer = await visitor.post("/trial/echo", content=body, headers=headers)
    assert answer.status_code in (200, 400, 403, 413)


@UNTROUBLED
@given(query=NASTY, cookie=NASTY, language=NASTY)
async def test_no_header_is_a_crash(
    trial_app: Any, query: bytes, cookie: bytes, language: bytes
) -> None:
    headers = [
        (b"cookie", b"session=" + cookie),
        (b"cookie", cookie),
        *((name, language) for name in (b"accept-language", b"accept", b"x-forwarded-for")),
    ]
    assert await status_of(trial_app, "/trial/page", query, headers) in (200, 400)


@UNTROUBLED
@given(path=st.text(max_size=20), token=NASTY)
async def test_no_address_and_no_token_is_a_crash(trial_app: Any, path: str, token: bytes) -> None:
    headers = [(b"authorization", b"Bearer " + token)]
    for prefix in ("/", "/trial/secret/", "/trial/row/", "/static/", "/api/v1/", "/machines/"):
        assert await status_of(trial_app, prefix + path, b"", headers) < 500


async def status_of(app: Any, path: str, query: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    """What the app answers to bytes that no well-behaved client would send."""
    answered: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answered.append(message["status"])

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    await app(asking(path, query, headers), receive, send)
    return answered[0]


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
async def test_a_sentence_with_a_percent_sign_is_no_crash(
    visitor: Browser, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(trial.FAILURES, "forbidden", Forbidden("Only 50% may."))
    answer = await visitor.get("/trial/fail/forbidden", headers={"accept-language": language})
    assert answer.status_code == 403
    assert "50%" in answer.text
