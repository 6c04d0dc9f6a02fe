"""Whatever zone data, zone or database a machine has: ours count, and without them nothing runs."""

import importlib.util
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from fablab.bookings.tables import Booking
from fablab.cli import COMMANDS
from fablab.core import clock, db
from fablab.core.secrets import digest, new_token
from fablab.machines.tables import Machine
from fablab.members.tables import ApiToken
from tests import factories
from tests.support.databases import Copy
from tests.support.servers import SECRET, serving
from tests.support.sources import ROOT

NOON = """
import zoneinfo
from fablab.core import zones
from datetime import UTC, datetime
noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
print(zones.wall(noon, zones.zone("Africa/Casablanca")).hour)
print(datetime.fromtimestamp(noon.timestamp()).hour)
"""
NOT_THERE = """
import importlib.metadata as metadata
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "tzdata":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

usual = metadata.Distribution.from_name.__func__

def from_name(cls, name):
    if name == "tzdata":
        raise metadata.PackageNotFoundError(name)
    return usual(cls, name)

metadata.Distribution.from_name = classmethod(from_name)
sys.meta_path.insert(0, Missing())
"""
WORDS = {
    "create-admin": ["ada@example.org"],
    "restore": ["lab.backup"],
    "run-job": ["send-mail"],
    "serve": ["--port", "0"],
}
# A database can be saved whatever its hours mean: that is often wanted before mending.
ARGUMENTS = [[name, *WORDS.get(name, [])] for name in COMMANDS if name != "backup"]
SERVING = [words for words in ARGUMENTS if words[0] in ("check", "demo", "jobs", "serve")]


def data() -> Path:
    """The zones of the package that is installed."""
    found = importlib.util.find_spec("tzdata")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def made_old(zones: Path) -> None:
    """Berkane at UTC+1 for ever, as before the law of 2026."""
    (zones / "Africa").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(data() / "zoneinfo" / "Etc" / "GMT-1", zones / "Africa" / "Casablanca")


def run(folder: Path, *words: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    """Python with these words, on a lab of its own in the folder."""
    own = {
        "FABLAB_DATA_DIR": str(folder),
        "FABLAB_DATABASE_URL": f"sqlite:///{folder / 'lab.sqlite'}",
        "FABLAB_SECRET_KEY": SECRET,
    }
    return subprocess.run(
        [sys.executable, *words],
        env=os.environ | own | changes,
        cwd=ROOT,
        input="",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_old_data_of_the_operating_system_is_not_read(tmp_path: Path) -> None:
    made_old(tmp_path)
    done = run(tmp_path, "-c", NOON, PYTHONTZPATH=str(tmp_path), TZ="Asia/Tokyo")
    assert done.stdout.split() == ["12", "21"], done.stderr


def test_the_old_data_would_have_been_wrong(tmp_path: Path) -> None:
    """What the test above relies on: Python prefers the operating system's."""
    made_old(tmp_path)
    plain = NOON.replace("from fablab.core import zones", "").replace(
        'zones.wall(noon, zones.zone("Africa/Casablanca"))',
        'noon.astimezone(zoneinfo.ZoneInfo("Africa/Casablanca"))',
    )
    assert run(tmp_path, "-c", plain, PYTHONTZPATH=str(tmp_path)).stdout.split()[0] == "13"


@pytest.mark.parametrize("words", ARGUMENTS, ids=lambda words: str(words[0]))
def test_without_zone_data_no_command_does_anything(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NOT_THERE)
    done = run(tmp_path, "-m", "fablab", *words, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    refused(done, "missing")
    assert not list(tmp_path.glob("*.sqlite"))


def test_without_zone_data_the_package_is_imported_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NOT_THERE)
    done = run(tmp_path, "-c", "import fablab; print('here')", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "here\n")


@pytest.mark.parametrize("words", SERVING, ids=lambda words: str(words[0]))
def test_with_older_data_nothing_is_served(words: list[str], tmp_path: Path) -> None:
    shutil.copytree(data(), tmp_path / "tzdata", ignore=shutil.ignore_patterns("__pycache__"))
    made_old(tmp_path / "tzdata" / "zoneinfo")
    done = run(tmp_path, "-m", "fablab", *words, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    refused(done, "older than Morocco's law of 2026")
    assert not list(tmp_path.glob("*.sqlite"))


def refused(done: "subprocess.CompletedProcess[str]", reason: str) -> None:
    """One line says why and how to mend it; `check` says it among what else it finds."""
    if "check" in done.args:
        assert f"WRONG The time-zone data is {reason}" in done.stdout
        assert "Traceback" not in done.stderr
        return
    assert f"The time-zone data is {reason}" in done.stderr
    assert "pip install" in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


async def a_program() -> str:
    """The token of a member who may book."""
    member, token = await factories.a_member(), new_token()
    await ApiToken.insert(
        ApiToken(
            member=member.id,
            name="clock",
            key_hash=digest(token),
            scopes='["read", "book"]',
            made_at=clock.now(),
        )
    )
    return token


async def book(url: str, token: str, machine: Machine, day: str) -> tuple[int, dict[str, Any]]:
    wish = {"machine": machine.slug, "starts_at": f"{day}T10:00", "ends_at": f"{day}T11:00"}
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.post(
            f"{url}/api/v1/bookings", json=wish, headers={"authorization": f"Bearer {token}"}
        )
    return answer.status_code, answer.json()


@pytest.mark.slow
async def test_a_machine_in_tokyo_books_berkanes_ten_oclock(
    committed_database: Copy, tmp_path: Path
) -> None:
    """Its zone, its database's zone and its old data change nothing: domain, time."""
    await factories.a_lab(week={day: ["00:00-23:30"] for day in range(7)})
    machine, token = await factories.a_machine(), await a_program()
    made_old(tmp_path)
    if not db.is_sqlite():
        name = committed_database.url.rpartition("/")[2]
        await db.execute(f"ALTER DATABASE {name} SET timezone TO 'Asia/Tokyo'")
    abroad: dict[str, Any] = {
        "TZ": "Asia/Tokyo",
        "PGTZ": "Asia/Tokyo",
        "PYTHONTZPATH": str(tmp_path),
    }
    day = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"
    async with serving(committed_database, **abroad) as there, serving(committed_database) as here:
        made = await book(there.url, token, machine, day)
        again = await book(here.url, token, machine, day)
    times = (f"{day}T10:00:00+00:00", f"{day}T11:00:00+00:00")
    assert [(status, found["starts_at"], found["ends_at"]) for status, found in (made, again)] == [
        (201, *times),
        (200, *times),
    ]
    [row] = await Booking.select()
    assert row["starts_at"] == datetime.fromisoformat(times[0])
    assert (row["starts_wall"], row["ends_wall"], row["zone"]) == (*times, "Africa/Casablanca")
