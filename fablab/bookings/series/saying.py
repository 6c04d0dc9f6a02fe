"""How something repeats, in the reader's words."""

from dataclasses import dataclass
from datetime import date, timedelta

from fablab.bookings.series.repeating import EVERY, EVERY_SO_MANY, LAST, WEEKDAYS, Repeat, Unit
from fablab.core import formats, i18n
from fablab.core.i18n import gettext, ngettext
from fablab.core.words import N_

A_MONDAY = date(2024, 1, 1)
NTH = {
    1: N_("The first {weekday} of the month"),
    2: N_("The second {weekday} of the month"),
    3: N_("The third {weekday} of the month"),
    4: N_("The fourth {weekday} of the month"),
    5: N_("The fifth {weekday} of the month"),
    LAST: N_("The last {weekday} of the month"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """`every` "Every 2 weeks", `on` "Monday and Tuesday" (empty by days), `ends` "10 times"."""

    every: str
    on: str
    ends: str


def said(repeat: Repeat, first: date) -> Said:
    return Said(
        every=every(repeat),
        on=on(repeat, first),
        ends=ends(repeat),
    )


def every(repeat: Repeat) -> str:
    if repeat.every == 1:
        return gettext(EVERY[repeat.unit])
    one, many = EVERY_SO_MANY[repeat.unit]
    return ngettext(one, many, repeat.every).format(count=repeat.every)


def on(repeat: Repeat, first: date) -> str:
    language = i18n.language.get()
    if repeat.unit == Unit.WEEK:
        names = [weekday(each) for each in repeat.beginning(first).weekdays or ()]
        return formats.listed(names, language)
    if repeat.unit == Unit.DAY:
        return ""
    if repeat.nth is not None:
        return gettext(NTH[repeat.nth]).format(weekday=weekday(first.weekday()))
    return gettext("Day {number} of the month").format(number=first.day)


def ends(repeat: Repeat) -> str:
    if repeat.until is not None:
        day = formats.day_long(repeat.until, i18n.language.get())
        return gettext("Until {day}").format(day=day)
    count = repeat.count or 0
    return ngettext("{count} time", "{count} times", count).format(count=count)


def weekday(number: int) -> str:
    return formats.weekday(A_MONDAY + timedelta(days=number), i18n.language.get())


def weekdays() -> list[tuple[str, str]]:
    """The options of a form, Monday first."""
    return [(name, weekday(number)) for number, name in enumerate(WEEKDAYS)]
