"""Every answer carries its id and the same headers, and leaves one line in the log."""

import logging
from typing import Any

import httpx
import pytest

from fablab.web.headers import POLICY
from fablab.web.logs import Json, shown_path
from fablab.web.measures import Measures, measures
from tests.support.browser import Browser

EVERYWHERE = ["/health", "/nowhere", "/static/nothing", "/trial/fail/crash", "/trial/page"]


@pytest.mark.parametrize("path", [*EVERYWHERE, "/api/v1/trial/who", "/api/v1/nowhere"])
async def test_every_answer_is_guarded_and_numbered(visitor: Browser, path: str) -> None:
    answer = await visitor.get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert len(answer.headers["x-request-id"]) == 16
    assert answer.headers["server"] == "fablab"


async def test_a_policy_allows_nothing_inline_and_nobody_else() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert POLICY.startswith("default-src 'none'")


async def test_two_requests_have_two_numbers(visitor: Browser) -> None:
    first, second = await visitor.get("/health"), await visitor.get("/health")
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


@pytest.mark.parametrize(
    ("peer", "given", "kept"),
    [
        ("127.0.0.1", "proxy-number-1", True),
        ("203.0.113.9", "proxy-number-1", False),
        ("127.0.0.1", "no\tnumber<script>", False),
    ],
)
async def test_only_our_own_proxy_may_number_a_request(
    trial_app: Any, peer: str, given: str, kept: bool
) -> None:
    transport = httpx.ASGITransport(app=trial_app, client=(peer, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://lab.test") as client:
        answer = await client.get("/health", headers={"x-request-id": given})
    assert (answer.headers["x-request-id"] == given) is kept


async def test_a_crash_tells_its_number_and_nothing_else(
    visitor: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await visitor.get("/trial/fail/crash")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "RuntimeError at GET /trial/fail/{kind}" in caplog.text


async def test_head_is_the_page_without_its_body(visitor: Browser) -> None:
    answer = await visitor.head("/trial/page")
    assert answer.status_code == 200
    assert answer.content == b""
    assert (await visitor.head("/nowhere")).status_code == 404


@pytest.mark.parametrize("path", ["/trial/secret/a%00b", "/%00", "/trial/secret/%1b[31m"])
async def test_control_characters_in_an_address_are_no_address(visitor: Browser, path: str) -> None:
    assert (await visitor.get(path)).status_code == 400


async def test_a_nul_in_a_query_is_refused(visitor: Browser) -> None:
    assert (await visitor.get("/trial/page?name=a%00b")).status_code == 400


async def test_the_log_has_one_line_and_no_secret(
    visitor: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="fablab.access")
    await visitor.get("/trial/secret/hunter2?password=hunter3", headers={"cookie": "a=hunter4"})
    lines = [line.getMessage() for line in caplog.records if line.name == "fablab.access"]
    assert len(lines) == 1
    assert lines[0].startswith("GET /trial/secret/{code} 200")
    ours = [line.getMessage() for line in caplog.records if line.name.startswith("fablab")]
    assert "hunter" not in str(ours)


def test_numbers_of_an_address_are_logged() -> None:
    scope = {"path_template": "/b/{n}/{code}", "path_params": {"n": 7, "code": "abc"}}
    assert shown_path(scope, "/b/7/abc") == "/b/7/{code}"
    assert shown_path({}, "/nowhere\x1b[31m") == "/nowhere[31m"


def test_a_log_for_programs_is_one_object_a_line() -> None:
    record = logging.LogRecord("fablab", logging.INFO, "", 1, "Two\nlines", None, None)
    assert '"message": "Two\\nlines"' in Json().format(record)


async def test_refusals_before_any_handler_are_counted_as_what_they_were(
    visitor: Browser,
) -> None:
    before = dict(measures.answers)
    await visitor.post("/trial/echo", data={"a": "b"}, headers={"x-csrf-token": "wrong"})
    await visitor.delete("/health")
    added = {key: n - before.get(key, 0) for key, n in measures.answers.items()}
    assert {key for key, n in added.items() if n} == {
        ("POST", "/trial/echo", 403),
        ("DELETE", "", 405),
    }


def test_measures_read_as_prometheus_writes() -> None:
    measures = Measures()
    measures.note("GET", "/machines/{slug}", 200, 0.02)
    measures.note("BREW", 'a"b', 404, 9.0)
    told = measures.told().splitlines()
    assert 'fablab_requests_total{method="GET",route="/machines/{slug}",status="200"} 1' in told
    assert 'fablab_requests_total{method="OTHER",route="a\\"b",status="404"} 1' in told
    assert (
        'fablab_request_seconds_bucket{method="GET",route="/machines/{slug}",le="0.01"} 0' in told
    )
    assert (
        'fablab_request_seconds_bucket{method="GET",route="/machines/{slug}",le="+Inf"} 1' in told
    )


async def test_long_answers_are_packed_and_short_ones_are_not(visitor: Browser) -> None:
    packed = await visitor.get("/trial/long", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text.startswith("a long story")
    assert "content-encoding" not in (await visitor.get("/health")).headers
