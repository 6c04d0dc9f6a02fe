"""The habits of the repository itself: tidy files, nothing left over, links that lead somewhere."""

import os
import re
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.support.sources import ROOT, told

BINARY = {".png", ".jpg", ".webp", ".woff2", ".ttf", ".pdf", ".xlsx", ".ico", ".mo"}
# Written in two parts, so that this file does not find itself.
LEFTOVERS = [rf"\b{one}{two}\b" for one, two in (("TO", "DO"), ("FIX", "ME"), ("XX", "X"))]
ONE_MACHINES = [rf"(?<![\w.]){one}{two}" for one, two in (("/ro", "ot/"), ("/wo", "rk/"))]


@cache
def tracked() -> dict[str, str]:
    """What git keeps, and what it would keep once added: its text by its name."""
    if not (ROOT / ".git").exists():
        return {path.name: path.read_text() for path in ROOT.glob("*.md")}
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = [name for name in listed.split("\0") if name and Path(name).suffix not in BINARY]
    return {name: (ROOT / name).read_text() for name in names if (ROOT / name).is_file()}


def untidy(text: str) -> list[str]:
    problems = []
    if "\r" in text:
        problems.append("has carriage returns")
    if text and not text.endswith("\n"):
        problems.append("does not end with a newline")
    if re.search(r"^(?!-- $).*[ \t]$", text, re.MULTILINE):  # a mail signs with "-- "
        problems.append("has spaces at the end of a line")
    return problems


def leftovers(text: str) -> list[str]:
    patterns = LEFTOVERS + ONE_MACHINES
    return [f"holds {hit[0]}" for pattern in patterns for hit in re.finditer(pattern, text)]


def dead_links(text: str, folder: Path) -> list[str]:
    """Relative links of a document that lead to no file."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose)
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    return [
        f"links to {link}, which is not there" for link in local if not (folder / link).exists()
    ]


def broken(check: Callable[[str], list[str]]) -> list[str]:
    return [f"{name} {found}" for name, text in tracked().items() for found in check(text)]


def test_files_are_tidy() -> None:
    problems = broken(untidy)
    assert not problems, told(problems, "Let the editor follow .editorconfig.")


def test_nothing_is_left_over() -> None:
    problems = broken(leftovers)
    assert not problems, told(problems, "Do it now, or write an issue; name no machine's folders.")


def test_documents_lead_somewhere() -> None:
    documents = {name: text for name, text in tracked().items() if name.endswith(".md")}
    problems = [
        f"{name} {found}"
        for name, text in documents.items()
        for found in dead_links(text, (ROOT / name).parent)
    ]
    assert not problems, told(problems, "Mend the link.")


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text()
    decisions = {path.name for path in folder.glob("*.md")} - {"README.md"}
    assert {name for name in decisions if f"({name})" not in listed} == set()


def test_commands_can_be_run() -> None:
    commands = [*(ROOT / "bin").iterdir(), ROOT / ".ci" / "run"]
    assert [path.name for path in commands if not os.access(path, os.X_OK)] == []


@pytest.mark.parametrize("bad", ["a\r\n", "a", "a \n"])
def test_untidiness_is_found(bad: str) -> None:
    assert untidy(bad)


def test_leftovers_and_dead_links_are_found() -> None:
    assert leftovers("# {}{}: later".format("TO", "DO"))
    assert leftovers("see /{}{}/notes".format("wo", "rk"))
    assert dead_links("[here](nowhere.md)", ROOT)
    assert not dead_links("[here](README.md#top) and [there](https://example.org)", ROOT)
