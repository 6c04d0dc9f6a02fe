"""Notices in words: one text template each, read as a mail and on the page of notices."""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from jinja2 import Environment
from markupsafe import Markup, escape

from fablab.core import formats, i18n
from fablab.core.facts import Facts
from fablab.core.letters import one_line
from fablab.core.rendering import environment
from fablab.core.settings import settings
from fablab.lab import queries as lab
from fablab.lab.place import Place
from fablab.members import codes

Enrich = Callable[[Sequence[Facts]], Awaitable[Sequence[Facts]]]

# What a package's templates need beyond the facts: "bookings/" -> a function from the facts of
# several notices to what each of them lacks, in a constant number of statements. A package that
# has one puts it here where it is imported.
enrich: dict[str, Enrich] = {}

SECRET = "code"  # noqa: S105 - the name of the fact whose link only a mail may show
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)،؛]")
LAYOUT = "layout"


class Named(Protocol):
    """Whoever can be called by name: a reader, a viewer."""

    def name(self, language: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a notice: a row of `member`, as far as a mail needs it."""

    id: int
    language: str
    name_ar: str
    name_latin: str

    def name(self, language: str) -> str:
        first, second = self.name_ar, self.name_latin
        return (first or second) if language == "ar" else (second or first)


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in somebody's language. The subject is one line; `html` is empty on pages."""

    subject: str
    text: str
    html: str = ""


@cache
def templates(autoescape: bool) -> Environment:
    return environment(autoescape)


async def completed(notices: Sequence[tuple[str, Facts]]) -> list[Facts]:
    """The facts of each (template, facts) with what their packages add, asked once a package."""
    result = [facts for _, facts in notices]
    for prefix, ask in enrich.items():
        chosen = [place for place, (name, _) in enumerate(notices) if name.startswith(prefix)]
        if chosen:
            added = await ask([result[place] for place in chosen])
            for place, more in zip(chosen, added, strict=True):
                result[place] = result[place] | more
    return result


async def mailed(template: str, facts: Facts, reader: Reader) -> Told:
    """The notice as a mail: subject, text, and the same text as HTML."""
    place = await lab.place()
    known = context(facts, reader, place, reader.language) | await link_of(facts)
    with speaking(reader.language, place.zone):
        subject, body = split(templates(False).get_template(f"emails/{template}.txt").render(known))
        around = known | {"subject": subject}
        text = templates(False).get_template(f"emails/{LAYOUT}.txt").render(around, body=body)
        html = templates(True).get_template(f"emails/{LAYOUT}.html")
        return Told(subject, text + "\n", html.render(around, paragraphs=paragraphs(body)))


def shown(template: str, facts: Facts, reader: Named, place: Place, language: str) -> Told:
    """The notice on a page. Whoever may only read the screen must not find a secret link there."""
    known = context(facts, reader, place, language) | {"link": settings.base_url}
    with speaking(language, place.zone):
        subject, body = split(templates(False).get_template(f"emails/{template}.txt").render(known))
    return Told(subject, "" if SECRET in facts else body)


def context(facts: Facts, reader: Named, place: Place, language: str) -> dict[str, Any]:
    """What every template may use beside its facts, which win."""
    return {
        "member": reader,
        "name": reader.name(language),
        "place": place,
        "lang": language,
        "dir": i18n.direction(language),
        "base_url": settings.base_url.rstrip("/"),
        "facts": facts,
    } | facts


async def link_of(facts: Facts) -> Facts:
    """The link for a `code`: made now, so that nothing in the database opens an account."""
    return {"link": await codes.link(facts[SECRET])} if SECRET in facts else {}


def split(text: str) -> tuple[str, str]:
    """A template's first line is the subject, the rest the body."""
    subject, _, body = text.strip().partition("\n")
    return one_line(subject), re.sub(r"\n{3,}", "\n\n", body.strip())


def paragraphs(body: str) -> list[Markup]:
    """The body's paragraphs in HTML: everything escaped, addresses clickable."""
    blocks = re.split(r"\n\s*\n", body)
    return [Markup("<br>\n").join(map(linked, block.splitlines())) for block in blocks if block]


def linked(line: str) -> Markup:
    result, done = Markup(), 0
    for found in LINK.finditer(line):
        result += escape(line[done : found.start()])
        result += Markup('<a href="{0}" dir="ltr">{0}</a>').format(found[0])
        done = found.end()
    return result + escape(line[done:])


@contextmanager
def speaking(language: str, zone: ZoneInfo) -> Iterator[None]:
    """Within, texts are in that language and times in that zone."""
    spoken, used = i18n.language.set(language), formats.zone_in_use.set(zone)
    try:
        yield
    finally:
        i18n.language.reset(spoken)
        formats.zone_in_use.reset(used)
