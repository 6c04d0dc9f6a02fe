"""How templates are found and what every one of them may say, on pages and in mails alike."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from fablab.core import bidi, formats, i18n
from fablab.core.money import Money
from fablab.core.periods import Period
from fablab.core.settings import shipped
from fablab.core.words import Words

Dated = Callable[[date | datetime, str], str]


def environment(autoescape: bool) -> Environment:
    """A new environment: pages escape, the text of mails does not.

    A misspelt name in a template is an error, not an empty space. All texts speak the language
    that `i18n.language` holds, all times are in the zone of `formats.zone_in_use`.
    """
    made = Environment(
        loader=FileSystemLoader(shipped("templates")),
        autoescape=autoescape,  # noqa: S701 - the caller says which; both are meant
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # a file looked at for each part of each page; bin/dev starts us anew
        extensions=["jinja2.ext.i18n"],
    )
    made.globals |= {"_": said, "gettext": said, "ngettext": counted}
    made.filters.update(FILTERS)
    return made


@pass_eval_context
def said(context: EvalContext, message: str, /, **known: Any) -> str:
    """A marked string in the reader's language, with names in it kept apart (see core.bidi)."""
    if not known:
        return whole(message, i18n.language.get(), context.autoescape)
    return filled(context, i18n.gettext(message), known)


@lru_cache(maxsize=8_000)
def whole(message: str, language: str, escaped: bool) -> str:
    """Nothing to fill in, as most sentences of a page: made once."""
    text = i18n.translations(language).gettext(message) if message else ""
    return (Markup(text) if escaped else text) % {}  # noqa: S704 - ours


@pass_eval_context
def counted(context: EvalContext, one: str, many: str, num: int, /, **known: Any) -> str:
    return filled(context, i18n.ngettext(one, many, num), {"num": num} | known)


def filled(context: EvalContext, text: str, known: dict[str, Any]) -> str:
    kept = {name: in_sentence(value) for name, value in known.items()}
    return (Markup(text) if context.autoescape else text) % kept  # noqa: S704 - ours


def in_sentence(value: Any) -> Any:
    return apart(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def apart(text: str) -> str:
    """What somebody typed, where no `<bdi>` can stand round it: in mails, in a sentence."""
    return bidi.isolated(text, i18n.language.get())


def words(value: Words | dict[str, Any] | str | None) -> str:
    """The lab's own text in the reader's language, else in the next one there is."""
    return Words.parse(value).say(i18n.language.get())


def dated(write: Dated) -> Callable[[date | datetime], str]:
    return lambda value: write(value, i18n.language.get())


def duration(value: timedelta) -> str:
    return formats.duration(value, i18n.language.get())


def number(value: int) -> str:
    return formats.number(value, i18n.language.get())


def money(value: Money) -> str:
    return formats.money(value, i18n.language.get())


def period(value: Period) -> str:
    return formats.period(value, i18n.language.get())


def listed(items: list[str]) -> str:
    return formats.listed(list(items), i18n.language.get())


FILTERS: dict[str, Callable[..., str]] = {
    "apart": apart,
    "words": words,
    "say": i18n.say,
    "time": formats.time,
    "day": dated(formats.day),
    "day_long": dated(formats.day_long),
    "day_short": dated(formats.day_short),
    "date_long": dated(formats.date_long),
    "weekday": dated(formats.weekday),
    "month_short": dated(formats.month_short),
    "month": dated(formats.month),
    "moment": lambda value: formats.moment(value, i18n.language.get()),
    "duration": duration,
    "number": number,
    "money": money,
    "period": period,
    "listed": listed,
}
