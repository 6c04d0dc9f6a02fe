"""The wheel, in a clean environment outside any checkout: nothing it needs stayed behind."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from tests.support.servers import free_port
from tests.support.sources import ROOT
from tests.test_cli import within

pytestmark = pytest.mark.slow

LANGUAGES = {"ar": 'dir="rtl"', "fr": 'dir="ltr"', "en": 'dir="ltr"'}
LONGEST = 300  # seconds that pip may take
ELSEWHERE = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("FABLAB_", "PYTHON", "VIRTUAL_ENV"))
}


def run(*words: str | Path, cwd: Path, **changes: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        words,
        cwd=cwd,
        env=ELSEWHERE | changes,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )


def pip(python: str | Path, *words: str | Path, cwd: Path) -> None:
    options = ("-q", "--disable-pip-version-check", "--no-input")
    done = run(python, "-m", "pip", *words, *options, cwd=cwd)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    asked = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "hatchling")
    if run(*asked, cwd=folder).returncode:
        pytest.skip("pip reaches no registry, so nothing can be built.")
    pip(sys.executable, "wheel", ROOT, "--no-deps", "-w", folder, cwd=folder)
    [made] = folder.glob("fablab-*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment with nothing but the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("clean")
    done = run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    assert done.returncode == 0, done.stderr
    commands = folder / "venv" / "bin"
    pip(commands / "python", "install", wheel, cwd=folder)
    return commands


@contextmanager
def demo(commands: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [commands / "fablab", "demo", "--port", str(port)],
            cwd=folder,
            env=ELSEWHERE,
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        assert within(60, lambda: process.poll() is not None or answers(address))
        assert process.poll() is None, (folder / "log").read_text()
        yield address
    finally:
        process.terminate()
        process.wait(10)


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").status_code == 200
    except httpx.TransportError:
        return False


def test_it_carries_what_lies_beside_the_code(wheel: Path) -> None:
    """Every file of ours that is no code, under the name by which the code looks for it."""
    carried = set(ZipFile(wheel).namelist())
    beside = {f"fablab/{path.relative_to(ROOT)}" for path in files("templates", "locale")}
    inside = {str(path.relative_to(ROOT)) for path in files("fablab")}
    assert (beside | inside) - carried == set()


def files(*folders: str) -> list[Path]:
    left_out = {".mo", ".pot", ".pyc"}
    found = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    return [path for path in found if path.is_file() and path.suffix not in left_out]


def test_the_demo_serves_in_three_languages_with_styles(installed: Path, tmp_path: Path) -> None:
    with demo(installed, tmp_path) as address, httpx.Client(base_url=address) as client:
        pages = {
            language: client.get("/sign-in", headers={"Accept-Language": language}).text
            for language in LANGUAGES
        }
        [style] = set(re.findall(r'href="([^"]+\.css)"', "".join(pages.values())))
        assert client.get(style).headers["content-type"].startswith("text/css")
    for language, direction in LANGUAGES.items():
        head = pages[language].partition("<body")[0]
        assert f'<html lang="{language}' in head
        assert direction in head
    headings = {page.partition("<h1")[2].partition("</h1>")[0] for page in pages.values()}
    assert len(headings - {""}) == len(LANGUAGES)
    in_order(installed, tmp_path)


def in_order(commands: Path, folder: Path) -> None:
    """The migrations came along and have run, as the checks and Piccolo's own command say."""
    checked = run(commands / "fablab", "check", cwd=folder, FABLAB_SECRET_KEY="x" * 40)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    where = {"PICCOLO_CONF": "fablab.piccolo_conf"}
    known = run(commands / "piccolo", "migrations", "check", cwd=folder, **where)
    assert "the lab opens" in known.stdout, known.stdout + known.stderr
    assert "False" not in known.stdout
