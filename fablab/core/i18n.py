"""Speak the reader's language. Only the edges call this; rules keep plain English."""

import io
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from fablab.core import bidi, formats
from fablab.core.errors import Problem
from fablab.core.periods import Period
from fablab.core.settings import shipped
from fablab.core.words import LANGUAGES, Phrase, Words

__all__ = ["LANGUAGES", "direction", "gettext", "language", "ngettext", "say"]

language: ContextVar[str] = ContextVar("language", default="en")


@lru_cache(maxsize=len(LANGUAGES))
def translations(name: str) -> NullTranslations:
    """The catalogue of one language, read from its .po: nobody has to compile anything."""
    source = shipped("locale") / name / "LC_MESSAGES" / "messages.po"
    if name == "en" or not source.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=name))
    compiled.seek(0)
    return GNUTranslations(compiled)


def gettext(message: str) -> str:
    """The message in the reader's language. An empty one stays so: catalogues keep their own
    head under it."""
    return translations(language.get()).gettext(message) if message else ""


def ngettext(one: str, many: str, number: int) -> str:
    return translations(language.get()).ngettext(one, many, number)


def direction(name: str) -> str:
    return "rtl" if name == "ar" else "ltr"


def say(problem: Problem) -> str:
    """A problem in the reader's language, with its details as that language writes them."""
    if problem.plural is not None and problem.count is not None:
        text = ngettext(problem.message, problem.plural, problem.count)
    else:
        text = gettext(problem.message)
    details = {"count": problem.count, **problem.details}
    return text.format(**{name: in_words(value) for name, value in details.items()})


def in_words(value: Any) -> str:
    """A detail of a message: times in the lab's zone, lengths, lab text, numbers, lists."""
    name = language.get()
    match value:
        case Words():
            return bidi.isolated(value.say(name), name)
        case Phrase():
            details = {each: in_words(detail) for each, detail in value.details.items()}
            return gettext(value.message).format(**details)
        case Period():
            return formats.period(value, name)
        case datetime():
            return formats.moment(value, name)
        case date():
            return formats.day(value, name)
        case timedelta():
            return formats.duration(value, name)
        case bool() | None:
            return str(value)
        case int():
            return formats.number(value, name)
        case list() | tuple():
            return formats.listed([in_words(item) for item in value], name)
        case _:
            return bidi.isolated(str(value), name)
