"""`bin/test`: the whole suite on SQLite, then on PostgreSQL, and one table of how it went.

Arguments go to pytest. `--all` adds what takes long (marked `slow`). With FABLAB_TEST_DATABASE
set, only that database is tested.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.support import needs, postgres
from tests.support.terminal import red

NOTHING_COLLECTED = 5
# What each needs. Browsers are driven with SQLite only: a page looks the same on either.
DATABASES = {"sqlite": "browser", "postgresql": "postgres"}


@dataclass(frozen=True)
class Outcome:
    """How the suite went on one database."""

    database: str
    code: int
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @classmethod
    def read(cls, database: str, code: int, seconds: float, report: Path) -> "Outcome":
        """Take the counts from pytest's own report; a run that broke down has left none."""
        if not report.exists():
            return cls(database, code, seconds)
        suites = list(ElementTree.parse(report).iter("testsuite"))
        tests, failures, errors, skipped = (
            sum(int(suite.get(name, 0)) for suite in suites)
            for name in ("tests", "failures", "errors", "skipped")
        )
        failed = failures + errors
        return cls(database, code, seconds, tests - failed - skipped, failed, skipped)


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped
    everything = "--all" in arguments
    arguments = [argument for argument in arguments if argument != "--all"]
    wanted = os.environ.get("FABLAB_TEST_DATABASE")
    asked = (wanted,) if wanted else tuple(DATABASES)
    if unknown := set(asked) - set(DATABASES):
        red(f"FABLAB_TEST_DATABASE is {' or '.join(DATABASES)}, not {unknown.pop()}.")
        return 2
    required = needs.required()
    place = _find_postgres() if "postgresql" in asked else None
    missing = _say_what_is_missing(asked)
    if missing & required:
        red("FABLAB_TEST_REQUIRE asks for it, so this is an error.")
        return 1
    with _postgres(place):
        there = [database for database in asked if place or database == "sqlite"]
        outcomes = [_test(database, everything, arguments) for database in there]
    _show(outcomes)
    _say_what_is_missing(asked)
    return _worst(outcomes)


def _find_postgres() -> Path | None:
    if place := postgres.binaries():
        return place
    print("No PostgreSQL here: installing its binaries into .venv ...", flush=True)
    return postgres.install_the_wheel()


def _say_what_is_missing(asked: Iterable[str]) -> set[str]:
    missing = needs.missing() & {DATABASES[database] for database in asked}
    for need in sorted(missing):
        red(needs.SENTENCES[need])
    return missing


@contextmanager
def _postgres(place: Path | None) -> Iterator[None]:
    """One server for the whole run, its address in the environment."""
    with postgres.server(place) if place else nullcontext("") as address:
        if address:
            os.environ["FABLAB_TEST_POSTGRES"] = address
        yield


def _test(database: str, everything: bool, arguments: list[str]) -> Outcome:
    heading = f"== {database} "
    print(f"\n{heading:=<78}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fablab-report-") as folder:
        report = Path(folder) / "report.xml"
        code = subprocess.run(
            [*_pytest(database, everything), f"--junit-xml={report}", *arguments],
            env=os.environ | {"FABLAB_TEST_DATABASE": database},
            stdin=subprocess.DEVNULL,
            check=False,
        ).returncode
        return Outcome.read(database, code, time.monotonic() - started, report)


def _pytest(database: str, everything: bool) -> list[str]:
    left_out = [] if everything else ["not slow"]
    if database == "postgresql":
        left_out.append("not browser")
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "worksteal"]
    if everything:
        command.append("--hypothesis-profile=all")
    return [*command, "-m", " and ".join(left_out)] if left_out else command


def _show(outcomes: list[Outcome]) -> None:
    print(f"\n{'database':<12}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for one in outcomes:
        line = f"{one.database:<12}{one.passed:>8}{one.failed:>8}{one.skipped:>9}"
        line += f"{one.seconds:>9.1f}"
        is_fine = not one.failed and one.code in (0, NOTHING_COLLECTED)
        (print if is_fine else red)(line)


def _worst(outcomes: list[Outcome]) -> int:
    """A database for which nothing was selected is fine, as long as the other had something."""
    codes = [outcome.code for outcome in outcomes]
    if all(code == NOTHING_COLLECTED for code in codes):
        return NOTHING_COLLECTED
    return max(abs(code) for code in codes if code != NOTHING_COLLECTED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
