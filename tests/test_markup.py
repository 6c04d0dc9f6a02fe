"""What templates and style sheets must not hold, read from the sources themselves.

Inline script and style are refused by the Content-Security-Policy, so they would only seem to
work; a physical direction is right in French and wrong in Arabic.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.sources import ROOT, files, modules, told

TEMPLATES = ROOT / "templates"
INLINE = {
    r"<style\b": "a style element",
    r"\sstyle\s*=": "a style attribute",
    r"\son[a-z]+\s*=\s*[\"'{]": "an event attribute",
    r"javascript:": "a javascript: address",
    r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")": "an inline script",
}
SIDE = r"(?:left|right)"
PHYSICAL = {
    rf"\b(?:(?:scroll-)?(?:margin|padding)|border|inset)-{SIDE}\b": "-inline-start/end",
    rf"\bborder-(?:top|bottom)-{SIDE}-radius\b": "border-start-start-radius and the like",
    rf"(?<![-\w]){SIDE}\s*:": "inset-inline-start/end",
    rf"(?<![-\w])(?:text-align|float|clear)\s*:\s*{SIDE}\b": "start/end, inline-start/end",
}


def uncommented(text: str) -> str:
    """The text with its comments blanked, line by line, so that line numbers stay."""
    comments = r"\{#.*?#\}|<!--.*?-->|/\*.*?\*/"
    return re.sub(comments, lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)


def matches(patterns: dict[str, str], text: str) -> list[str]:
    clean = uncommented(text)
    return [
        f"{clean.count(chr(10), 0, found.start()) + 1}: {found[0].strip()} ({what})"
        for pattern, what in patterns.items()
        for found in re.finditer(pattern, clean, re.IGNORECASE)
    ]


def inline_code(text: str) -> list[str]:
    return matches(INLINE, text)


def physical_directions(text: str) -> list[str]:
    return matches(PHYSICAL, text) + uneven_shorthands(text)


def uneven_shorthands(text: str) -> list[str]:
    """Four values with a different second and fourth: that is a left and a right in disguise."""
    problems = []
    for found in re.finditer(r"\b(?:margin|padding|inset)\s*:\s*([^;{}]+)", uncommented(text)):
        values = re.findall(r"[\w.%-]+\([^()]*\)|[^\s()]+", found[1])
        if len(values) == 4 and values[1] != values[3]:
            problems.append(f"{found[0].strip()} (-block and -inline apart)")
    return problems


def broken(check: Callable[[str], list[str]], paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{found}" for path in paths for found in check(path.read_text())
    ]


def pages() -> list[Path]:
    return [*files("templates", "*.html"), *files("templates", "*.svg")]


def unreferenced(names: set[str], text: str) -> set[str]:
    """Templates that no source names. Mails are named by their kind, without folder and ending."""

    def is_named(name: str) -> bool:
        kind = re.sub(r"^emails/|\.\w+$", "", name) if name.startswith("emails/") else name
        return re.search(rf"[\"'/]{re.escape(kind)}[\"']", text) is not None

    return {name for name in names if not is_named(name)}


def absent(names: set[str], text: str) -> set[str]:
    """Names of pages that a source mentions and that do not exist: each one a 500 in waiting."""
    mentioned = set(re.findall(r"[\"']([\w-]+(?:/[\w-]+)+\.(?:html|svg))[\"']", text))
    return {name for name in mentioned if name not in names and name.split("/")[0] in folders()}


def folders() -> set[str]:
    return {path.name for path in TEMPLATES.iterdir() if path.is_dir()}


def template_names() -> set[str]:
    found = [path for path in TEMPLATES.rglob("*") if path.suffix in (".html", ".svg", ".txt")]
    return {path.relative_to(TEMPLATES).as_posix() for path in found}


def everything() -> str:
    paths = [*modules().values(), *pages(), *files("templates", "*.txt")]
    return "\n".join(path.read_text() for path in paths)


def test_templates_hold_no_inline_code() -> None:
    problems = broken(inline_code, pages())
    assert not problems, told(
        problems, "Move it to static/css or static/js: the policy refuses it."
    )


def test_styles_know_no_left_and_right() -> None:
    problems = broken(physical_directions, list(files("fablab/web/static", "*.css")))
    assert not problems, told(problems, "Arabic runs the other way: use the logical property.")


def test_every_template_is_used() -> None:
    problems = sorted(unreferenced(template_names(), everything()))
    assert not problems, told(problems, "No source names these templates: delete them.")


def test_every_named_template_exists() -> None:
    problems = sorted(absent(template_names(), everything()))
    assert not problems, told(problems, "These are named and do not exist.")


@pytest.mark.parametrize(
    "bad",
    [
        '<p style="color: red">',
        "<style>p { margin: 0 }</style>",
        '<button onclick="go()">',
        "<script>go()</script>",
        '<a href="javascript:go()">',
    ],
)
def test_inline_code_is_found(bad: str) -> None:
    assert inline_code(bad)


@pytest.mark.parametrize(
    "good",
    [
        '<script type="module" src="/static/js/app.js"></script>',
        '<script type="application/json" id="facts">{}</script>',
        '{# style="x" #}<p class="on time">',
    ],
)
def test_honest_markup_is_left_alone(good: str) -> None:
    assert not inline_code(good)


@pytest.mark.parametrize(
    "bad",
    [
        "p { margin-left: 1rem }",
        "p { text-align: right }",
        "p{right:0}",
        "p { border-top-left-radius: 2px }",
        "p { padding: 0 1rem 0 calc(2rem + 1px) }",
    ],
)
def test_physical_directions_are_found(bad: str) -> None:
    assert physical_directions(bad)


@pytest.mark.parametrize(
    "good",
    [
        "p { margin-inline-start: 1rem; text-align: start; inset-inline-end: 0 }",
        "p { padding: 1rem 2rem 3rem 2rem } /* left: as it was */",
        ".row-right:hover { color: red }",
    ],
)
def test_logical_directions_are_left_alone(good: str) -> None:
    assert not physical_directions(good)


def test_a_forgotten_and_a_missing_template_are_found() -> None:
    assert unreferenced({"members/old.html"}, "'members/new.html'") == {"members/old.html"}
    assert not unreferenced({"emails/bookings/made.txt"}, 'notify(1, "bookings/made")')
    folder = next(iter(folders()), None)
    assert folder is None or absent(set(), f'"{folder}/nowhere.html"') == {f"{folder}/nowhere.html"}
