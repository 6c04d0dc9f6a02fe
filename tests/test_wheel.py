"""The wheel, in a clean environment outside any checkout: nothing it needs stayed behind."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin
from zipfile import ZipFile

import httpx
import pytest

from tests.support.servers import free_port
from tests.support.sources import ROOT
from tests.test_cli import within

pytestmark = pytest.mark.slow

LANGUAGES = {"ar": 'dir="rtl"', "fr": 'dir="ltr"', "en": 'dir="ltr"'}
PAGES = ("/", "/machines", "/schedule", "/sign-in", "/sign-up", "/api/docs")
STATIC = re.compile(r'(?:href|src)="(/static/[^"#?]+)')
IN_STYLE = re.compile(r'url\("?(?!data:)([^)"#]+)"?\)')
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
    """`fablab demo` as a stranger runs it: an empty folder, a home with nothing in it."""
    port = free_port()
    home = folder / "home"
    home.mkdir()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [commands / "fablab", "demo", "--port", str(port)],
            cwd=folder,
            env=ELSEWHERE | {"HOME": str(home)},
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


def test_it_carries_nothing_else(wheel: Path) -> None:
    """No tests, no measures, no lab's data."""
    found = {name.partition("/")[0] for name in ZipFile(wheel).namelist()}
    assert {name for name in found if not name.endswith(".dist-info")} == {"fablab"}
    assert not [name for name in ZipFile(wheel).namelist() if ".sqlite" in name]


def files(*folders: str) -> list[Path]:
    left_out = {".mo", ".pot", ".pyc"}
    found = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    return [path for path in found if path.is_file() and path.suffix not in left_out]


def test_the_demo_serves_in_three_languages_with_styles(installed: Path, tmp_path: Path) -> None:
    with demo(installed, tmp_path) as address, httpx.Client(base_url=address) as client:
        read = {language: pages_in(client, language) for language in LANGUAGES}
        named = {link for pages in read.values() for page in pages for link in STATIC.findall(page)}
        styles = {link for link in named if link.endswith(".css")}
        for style in styles:
            named |= {urljoin(style, link) for link in IN_STYLE.findall(client.get(style).text)}
        kinds = {link: client.get(link).headers["content-type"] for link in named}
    assert styles
    assert {kinds[style] for style in styles} == {"text/css; charset=utf-8"}
    assert not [link for link, kind in kinds.items() if kind.startswith("text/html")]
    for language, direction in LANGUAGES.items():
        for page in read[language]:
            head = page.partition("<body")[0]
            assert f'<html lang="{language}' in head
            assert direction in head
    titles = {tuple(title(page) for page in pages) for pages in read.values()}
    assert len(titles) == len(LANGUAGES)
    assert "" not in {title for several in titles for title in several}
    in_order(installed, tmp_path)


def pages_in(client: httpx.Client, language: str) -> list[str]:
    asked = [client.get(page, headers={"Accept-Language": language}) for page in PAGES]
    assert {answer.status_code for answer in asked} == {200}
    return [answer.text for answer in asked]


def title(page: str) -> str:
    return page.partition("<title>")[2].partition("</title>")[0]


def in_order(commands: Path, folder: Path) -> None:
    """The migrations came along and have run, as the checks and Piccolo's own command say."""
    checked = run(commands / "fablab", "check", cwd=folder, FABLAB_SECRET_KEY="x" * 40)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    where = {"PICCOLO_CONF": "fablab.piccolo_conf"}
    known = run(commands / "piccolo", "migrations", "check", cwd=folder, **where)
    assert "the lab opens" in known.stdout, known.stdout + known.stderr
    assert "False" not in known.stdout
