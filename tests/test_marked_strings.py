"""No text reaches a person untranslated: all of it is marked where it is written.

Read from the sources: the words between the tags of the templates, the texts in their calls, and
what Python gives to pages, notices and refusals.
"""

import ast
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from jinja2 import Environment, nodes

from tests.support.messages import MARKS, name_of
from tests.support.sources import ROOT, files, modules, told

OWN_NAMES = {"العربية", "Français", "English"}
READ_OUT = {"alt", "title", "aria-label", "aria-description", "aria-roledescription", "placeholder"}
# What stands for something filled in, so that the parser of HTML sees a whole document.
FILLED = "qjq"
UNFILLED = re.compile(FILLED + r"|\s+")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
ADDRESS = re.compile(r"(?<![^\sqj])/[a-z][a-z/-]*|[?&][a-z_]+=")
LETTERS = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"[A-Z“][^\n]*[a-z].*[.?!:…]|[A-Z][a-z]+(?: \w+)*", re.DOTALL)
# Whose arguments a person reads, and what such texts are called until then.
SAYING = {"Problem", "Forbidden", "NotFound", "Phrase", "refusal", "go", "flash", "told"}
NAMES = {"message", "told", "title", "label", "hint", "plural", "many", "one"}
ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


class Words(HTMLParser):
    """The texts of a page that a person reads or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self.unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unread += tag in ("script", "style")
        for name, value in attrs:
            button = tag == "input" and name == "value" and ("type", "submit") in attrs
            if name in READ_OUT or button:
                self.note(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.unread -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if self.unread:
            return
        for name, value in ATTRIBUTE.findall(data):  # a macro that writes attributes alone
            if name in READ_OUT:
                self.note(value)
        self.note(ADDRESS.sub("", ATTRIBUTE.sub("", data)))

    def note(self, text: str) -> None:
        if LETTERS.search(text.replace(FILLED, "")):
            self.found.append((self.getpos()[0], UNFILLED.sub(" ", text).strip()))


def kept_lines(text: str) -> Callable[[re.Match[str]], str]:
    """A replacement that leaves every line where it was."""
    return lambda found: text + "\n" * found[0].count("\n")


def bare_texts(source: str) -> list[str]:
    """The words of a template that stand outside {{ }} and {% trans %}."""
    for pattern, instead in (
        (r"\{#.*?#\}", ""),
        (r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", FILLED),
        (r"\{\{.*?\}\}", FILLED),
        (r"\{%.*?%\}", ""),
    ):
        source = re.sub(pattern, kept_lines(instead), source, flags=re.DOTALL)
    words = Words()
    words.feed(source)
    return [f"{line}: {text}" for line, text in words.found if text not in OWN_NAMES]


def unmarked_in_calls(source: str) -> list[str]:
    """Texts inside {{ }} and {% %} that look like words for a person and are not marked."""

    def walk(node: nodes.Node) -> Iterator[str]:
        marks = isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name)
        if marks and node.node.name in MARKS:  # type: ignore[attr-defined]
            return
        value = node.value if isinstance(node, nodes.Const) else ""
        text = value if isinstance(value, str) else ""
        if SENTENCE.fullmatch(text) and text not in OWN_NAMES:
            yield f"{node.lineno}: {text}"
        for child in node.iter_child_nodes():
            yield from walk(child)

    return list(walk(ENVIRONMENT.parse(source)))


def unmarked_in_python(source: str) -> list[str]:
    """Sentences given to a page, a notice or a refusal, and counted messages marked one by one."""
    tree = ast.parse(source)
    marked = {id(part) for mark in calls(tree, set(MARKS)) for part in ast.walk(mark)}
    given: list[ast.AST] = [*calls(tree, SAYING)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and NAMES & {*map(ast.unparse, node.targets)}:
            given.append(node.value)
        if isinstance(node, ast.keyword) and node.arg in NAMES:
            given.append(node.value)
    lines = {
        (part.lineno, part.value)
        for whole in given
        for part in ast.walk(whole)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
        if id(part) not in marked and SENTENCE.fullmatch(part.value)
    }
    lines |= {(node.lineno, f"plural={ast.unparse(node)}: use NN_") for node in lone_plurals(tree)}
    return [f"{line}: {text}" for line, text in sorted(lines)]


def lone_plurals(tree: ast.AST) -> Iterator[ast.expr]:
    """`plural=N_("…")`: its singular is another message then, and no plural is ever found."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "plural" and calls(node.value, {"N_"}):
            yield node.value
        if isinstance(node, ast.Assign) and {"plural", "many"} & {*map(ast.unparse, node.targets)}:
            yield from (node.value for _ in calls(node.value, {"N_"}))


def calls(tree: ast.AST, names: set[str]) -> list[ast.Call]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in found if name_of(node.func) in names]


def test_templates_hold_no_bare_words() -> None:
    problems = [
        f"{path.relative_to(ROOT)}:{problem}"
        for path in [*files("templates", "*.html"), *files("templates", "*.txt")]
        for check in (bare_texts, unmarked_in_calls)
        for problem in check(path.read_text())
    ]
    assert not problems, told(problems, "Words for people go into _() or ngettext():")


def test_python_says_nothing_unmarked() -> None:
    problems = [
        f"{path.relative_to(ROOT)}:{problem}"
        for name, path in modules().items()
        if not name.startswith(("fablab.demo", "fablab.commands")) and path.stem != "tables"
        for problem in unmarked_in_python(path.read_text())
    ]
    assert not problems, told(problems, "Words for people go into N_(), NN_() or gettext():")


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello</p>",
        "<p>{{ _('Hello') }} there</p>",
        '<img alt="A machine">',
        '<input type="submit" value="Send">',
        '{{ field("name", "Your name") }}',
        '<{{ "a" if x else "b" }} title="Closed">{{ x }}',
    ],
)
def test_bare_words_are_seen(source: str) -> None:
    assert bare_texts(source) + unmarked_in_calls(source)


@pytest.mark.parametrize(
    "source",
    [
        'go(request, "/", "Your booking is made.")',
        'raise Forbidden("Only staff do this.")',
        'message = "The lab is closed."',
        'Problem("x", N_("{count} day"), plural=N_("{count} days"), count=2)',
    ],
)
def test_unmarked_python_is_seen(source: str) -> None:
    assert unmarked_in_python(source)


@pytest.mark.parametrize(
    "source",
    [
        '<p class="a b">{{ _("Hello") }} · {% trans %}Good day{% endtrans %} 10:00</p>',
        '<{{ "a" if x else "b" }} class="what">{{ period(x, "day") }}</{{ "a" if x else "b" }}>',
        '<button lang="fr">Français</button>{# A comment #}',
    ],
)
def test_marked_words_are_let_be(source: str) -> None:
    assert not bare_texts(source) + unmarked_in_calls(source)
