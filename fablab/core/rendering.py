"""How templates are found and what every one of them may say, on pages and in mails alike."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fablab.core import formats, i18n
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
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext, newstyle=True
    )
    made.filters.update(FILTERS)
    return made


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
    "words": words,
    "say": i18n.say,
    "time": formats.time,
    "day": dated(formats.day),
    "day_long": dated(formats.day_long),
    "day_short": dated(formats.day_short),
    "date_long": dated(formats.date_long),
    "weekday": dated(formats.weekday),
    "month_short": dated(formats.month_short),
    "moment": lambda value: formats.moment(value, i18n.language.get()),
    "duration": duration,
    "number": number,
    "money": money,
    "period": period,
    "listed": listed,
}
