"""What an operator types: it works, or says in one line what to do."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from fablab.cli import COMMANDS, main
from fablab.commands import create_admin, demo, serve
from fablab.core import db
from fablab.core.errors import WrongSetup
from fablab.notifications.actions import notify
from tests import factories
from tests.conftest import Travel
from tests.support.databases import Copy
from tests.support.sources import ROOT

SECRET = "a secret that is long enough for a lab"


def fablab(*words: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    """Run the command in an environment in which only `changes` are set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FABLAB_")}
    return subprocess.run(
        [sys.executable, "-m", "fablab", *words],
        env=kept | changes,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def on(copy: Copy, *words: str) -> "subprocess.CompletedProcess[str]":
    """The same, on a database of the tests."""
    return await asyncio.to_thread(fablab, *words, **settings_of(copy))


def settings_of(copy: Copy) -> dict[str, str]:
    return copy.environment | {"FABLAB_SECRET_KEY": SECRET}


def test_every_command_is_there_with_its_help() -> None:
    for name in COMMANDS:
        told = CliRunner().invoke(main, [name, "--help"])
        assert told.exit_code == 0, name
        assert "Usage" in told.output


def test_help_reads_no_settings_and_loads_nothing_heavy() -> None:
    done = fablab("--help", FABLAB_COLOUR="green", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert " click\n" in done.stderr
    assert not [name for name in ("litestar", "piccolo", "jinja2") if f" {name}\n" in done.stderr]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "There is no secret key"),
        ({"FABLAB_SECRET_KEY": "short"}, "shorter than 32"),
        ({"FABLAB_SECRET_KEY": SECRET, "FABLAB_MAIL_URL": "http://x"}, "FABLAB_MAIL_URL"),
        ({"FABLAB_SECRET_KEY": SECRET, "FABLAB_COLOUR": "green"}, "FABLAB_COLOUR"),
        ({"FABLAB_SECRET_KEY": SECRET, "FABLAB_BASE_URL": "lab.example.org"}, "FABLAB_BASE_URL"),
        ({"FABLAB_SECRET_KEY": SECRET, "FABLAB_BASE_URL": "https://a.b/lab"}, "FABLAB_BASE_URL"),
        ({"FABLAB_SECRET_KEY": SECRET, "FABLAB_MAIL_FROM": "nobody"}, "FABLAB_MAIL_FROM"),
        ({"FABLAB_SECRET_KEY": SECRET, "FABLAB_LOG_FORMAT": "xml"}, "FABLAB_LOG_FORMAT"),
        ({"FABLAB_SECRET_KEY": SECRET, "FABLAB_API_RATE": "many"}, "FABLAB_API_RATE"),
        ({"FABLAB_SECRET_KEY": SECRET, "FABLAB_API_RATE": "-1"}, "FABLAB_API_RATE"),
        ({"FABLAB_SECRET_KEY": SECRET, "FABLAB_TRUSTED_PROXIES": "a"}, "FABLAB_TRUSTED_PROXIES"),
        ({"FABLAB_SECRET_KEY": SECRET, "FABLAB_MAIL_URL": "file:///dev/null"}, "/dev/null"),
        ({"FABLAB_SECRET_KEY": SECRET}, "Run: fablab migrate"),
        (
            {"FABLAB_SECRET_KEY": SECRET, "FABLAB_DATABASE_URL": "postgresql://127.0.0.1:1/x"},
            "database cannot be reached",
        ),
    ],
)
def test_an_unfit_installation_does_not_serve(
    settings: dict[str, str], said: str, tmp_path: Path
) -> None:
    done = fablab("serve", FABLAB_DATA_DIR=str(tmp_path), **settings)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_stale_zone_data_does_not_serve(tmp_path: Path) -> None:
    """Data from before Morocco's law of 2026, where the package should be."""
    (tmp_path / "tzdata").mkdir()
    (tmp_path / "tzdata" / "__init__.py").touch()
    done = fablab(
        "serve",
        PYTHONPATH=str(tmp_path),
        FABLAB_SECRET_KEY=SECRET,
        FABLAB_DATA_DIR=str(tmp_path),
    )
    assert done.returncode == 1
    assert "time-zone data" in done.stderr
    assert "tzdata>=2026.3" in done.stderr


def test_a_new_database_is_made_and_found_right(tmp_path: Path) -> None:
    here = {"FABLAB_DATA_DIR": str(tmp_path), "FABLAB_SECRET_KEY": SECRET}
    assert "up to date" in fablab("migrate", **here).stdout
    assert "Done" not in fablab("migrate", **here).stdout
    checked = fablab("check", **here)
    assert checked.returncode == 0, checked.stdout
    assert "WRONG" not in checked.stdout


@pytest.mark.skipif(os.name != "posix", reason="Rights are another matter elsewhere.")
def test_what_was_left_open_to_others_is_told_and_closed(tmp_path: Path) -> None:
    here = {"FABLAB_DATA_DIR": str(tmp_path), "FABLAB_SECRET_KEY": SECRET}
    fablab("migrate", **here)
    tmp_path.chmod(0o755)
    checked = fablab("check", **here)
    assert checked.returncode == 1
    assert f"chmod go= {tmp_path}" in checked.stdout
    assert f"Closed to other users of this machine: {tmp_path}" in fablab("migrate", **here).stdout
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert fablab("check", **here).returncode == 0


def test_mail_that_could_not_be_written_is_told(tmp_path: Path) -> None:
    here = {"FABLAB_DATA_DIR": str(tmp_path), "FABLAB_SECRET_KEY": SECRET}
    fablab("migrate", **here)
    (tmp_path / "mail").touch()
    checked = fablab("check", **here)
    assert checked.returncode == 1
    assert f"WRONG Mail cannot be written to {tmp_path / 'mail'}" in checked.stdout


async def test_what_is_wrong_in_the_database_is_counted(committed_database: Copy) -> None:
    """Past the guards, as a broken disk or a careless operator might."""
    first = await factories.a_booking()
    await db.execute(
        "UPDATE booking SET starts_wall = '2030-01-01T00:00:00+00:00' WHERE id = {}", first.id
    )
    checked = await on(committed_database, "check")
    assert checked.returncode == 1
    assert "WRONG 1 bookings whose wall-clock times and instants differ" in checked.stdout


async def test_one_job_can_be_run_now(committed_database: Copy, tmp_path: Path) -> None:
    await factories.a_lab()
    assert "send-mail" in (await on(committed_database, "run-job", "nonsense")).stderr
    done = await on(committed_database, "run-job", "send-mail")
    assert (done.returncode, done.stdout) == (0, "Done: send-mail\n")


def test_a_lab_is_saved_and_put_back_elsewhere(tmp_path: Path) -> None:
    here, there = (
        {"FABLAB_DATA_DIR": str(tmp_path / name), "FABLAB_SECRET_KEY": SECRET}
        for name in ("here", "there")
    )
    file = str(tmp_path / "lab.backup")
    assert "nothing to save" in fablab("backup", file, **here).stderr
    fablab("migrate", **here)
    assert fablab("backup", file, **here).returncode == 0
    restored = fablab("restore", file, **there)
    assert restored.returncode == 0, restored.stderr
    assert "WRONG" not in fablab("check", **there).stdout
    for wrong in (str(tmp_path / "missing"), str(tmp_path), str(ROOT / "README.md")):
        done = fablab("restore", wrong, **there)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr


def test_the_first_account_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []

    async def create(*given: Any) -> None:
        told.extend(given)

    monkeypatch.setattr(create_admin, "create", create)
    typed = ["Ada", "Lovelace", "", "", "long enough, surely", "long enough, surely", ""]
    done = CliRunner().invoke(main, ["create-admin", "ada@example.org"], input="\n".join(typed))
    assert done.exit_code == 0, done.output
    assert told[:2] == ["ada@example.org", "long enough, surely"]
    assert told[2]["given_name_latin"] == "Ada"
    assert "long enough" not in done.output


def test_a_taken_port_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(WrongSetup, match="--port"):
            serve.check_port("127.0.0.1", port)


def test_the_demo_keeps_its_secret_to_itself(tmp_path: Path) -> None:
    made = demo.kept_secret(tmp_path)
    assert len(made) >= 32
    assert demo.kept_secret(tmp_path) == made
    assert stat.S_IMODE((tmp_path / "demo-secret").stat().st_mode) == 0o600


@contextmanager
def served(copy: Copy, *words: str, **changes: str) -> Iterator[tuple[str, Any]]:
    """`fablab serve` on a free port, answering: its address and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "fablab", "serve", "--port", str(port), *words],
        env=settings_of(copy) | changes,
        cwd=ROOT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        assert within(30, lambda: answers(address))
        yield address, process
    finally:
        process.terminate()
        process.wait(10)


def within(seconds: float, wanted: Callable[[], bool]) -> bool:
    """Whether it came true in time. Another process's clock is real, so this waits for real."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if wanted():
            return True
        time.sleep(0.05)
    return False


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/ready").json()["status"] == "ok"
    except httpx.TransportError:
        return False


@pytest.mark.slow
async def test_it_serves_sends_mail_and_stops_within_five_seconds(
    committed_database: Copy, tmp_path: Path, travel: Travel
) -> None:
    travel(datetime(2020, 1, 1, tzinfo=UTC))  # the server's clock is later, whatever it says
    await factories.a_lab()
    for _ in range(5):
        await notify((await factories.a_member()).id, "accounts/hold_lifted")
    await asyncio.to_thread(serve_and_stop, committed_database, tmp_path)


def serve_and_stop(copy: Copy, mail: Path) -> None:
    with served(copy, "--workers", "2", FABLAB_MAIL_URL=mail.as_uri()) as (address, process):
        assert within(10, lambda: len(list(mail.glob("*.eml"))) == 5)
        with httpx.stream("GET", address):  # somebody is still reading
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux", reason="Only Linux tells a process of its parent's end"
)
async def test_killed_hard_it_leaves_nobody_on_its_port(committed_database: Copy) -> None:
    await factories.a_lab()
    await asyncio.to_thread(serve_and_kill, committed_database)


def serve_and_kill(copy: Copy) -> None:
    with served(copy) as (address, process):
        process.kill()
        assert within(5, lambda: not answers(address))
