"""`bin/audit`: a known vulnerability fails, and silence is never taken for health."""

import json

import pytest

from tests.support import audit
from tests.support.audit import NOT_ASKED, Answer, installed, verdict

TWO = {"jinja2": "3.1.6", "piccolo": "1.38.0"}
FINE = {"name": "piccolo", "version": "1.38.0", "vulns": []}
SILENT = {"name": "jinja2", "skip_reason": "Dependency not found"}
BAD = {
    "name": "Jinja2",
    "version": "3.1.6",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["3.1.7"]}],
}


def answer(*packages: dict[str, object]) -> Answer:
    return Answer.read(json.dumps({"dependencies": packages, "fixes": []}))


def test_all_was_asked_and_nothing_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert verdict({"piccolo": "1.38.0"}, answer(FINE), required=True) == 0
    assert "no known vulnerability" in capsys.readouterr().out


@pytest.mark.parametrize("rest", [FINE, {"name": "piccolo", "skip_reason": "not found"}])
def test_a_known_vulnerability_fails(
    rest: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    assert verdict(TWO, answer(BAD, rest), required=False) == 1
    told = capsys.readouterr().out
    assert "Jinja2 3.1.6" in told
    assert "PYSEC-1, CVE-1: mended in 3.1.7" in told


@pytest.mark.parametrize(
    "said",
    [
        Answer.read("Traceback (most recent call last):"),
        Answer.read(""),
        answer(SILENT, {"name": "piccolo", "skip_reason": "not found"}),
    ],
)
def test_services_out_of_reach_are_told_and_fail_only_where_they_must_answer(
    said: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verdict(TWO, said, required=False) == NOT_ASKED
    assert verdict(TWO, said, required=True) == 1
    assert "NOT AUDITED: 2 of 2" in capsys.readouterr().out


def test_one_package_nobody_knows_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert verdict(TWO, answer(SILENT, FINE), required=False) == NOT_ASKED
    assert "NOT AUDITED: 1 of 2 packages (jinja2)" in capsys.readouterr().out


def test_what_runs_and_what_tests_is_asked_about() -> None:
    """With what they ask for in turn; without what is here for another reason.

    Only what `bin/setup test` installs is named: what developers need besides may not be here.
    """
    found = installed("fablab", {"dev"})
    assert {"litestar", "piccolo", "asyncpg", "markupsafe", "pytest"} <= found.keys()
    assert not {"fablab", "pip", "setuptools"} & found.keys()
    assert installed("fablab", ()).keys() < found.keys()


def test_the_next_service_is_asked_when_one_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(_: object, service: str, ignored: list[str]) -> Answer:
        asked.append(f"{service} {ignored}")
        return answer(BAD) if service == "osv" else Answer()

    monkeypatch.setattr(audit, "ask", ask)
    assert audit.main(["--ignore", "X-1"]) == 1
    assert asked == ["pypi ['X-1']", "osv ['X-1']"]
