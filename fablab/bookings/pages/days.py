"""The days one may go to: today, tomorrow, the next by name, what is closed said so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from fablab.core import formats, i18n
from fablab.core.i18n import gettext
from fablab.lab.calendar import Calendar

DAY = timedelta(days=1)
NAMED = 6
BACK, AHEAD = timedelta(days=730), timedelta(days=730)


@dataclass(frozen=True, slots=True)
class DayLink:
    """`closed` says why, or nothing when the lab opens."""

    href: str
    words: str
    current: bool = False
    closed: str = ""


def links(
    calendar: Calendar,
    today: date,
    chosen: date,
    address: Callable[[date], str],
    last: date | None = None,
) -> list[DayLink]:
    """Up to `last`; a chosen day farther off stands at its place among them."""
    days = [today + DAY * number for number in range(NAMED)]
    days = [day for day in days if last is None or day <= last]
    return [
        DayLink(address(day), words(day, today), day == chosen, why_closed(calendar, day))
        for day in sorted({*days, chosen})
    ]


def words(day: date, today: date) -> str:
    if day == today:
        return gettext("Today")
    if day == today + DAY:
        return gettext("Tomorrow")
    return formats.day_short(day, i18n.language.get())


def why_closed(calendar: Calendar, day: date) -> str:
    opening = calendar.opening(day)
    if opening.windows:
        return ""
    return opening.reason.say(i18n.language.get()) if opening.reason else gettext("closed")


def read(text: str | None, today: date) -> date | None:
    """The day of an address: today when none is given, None for what is no day or out of reach."""
    if not text:
        return today
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if today - BACK <= found <= today + AHEAD else None
