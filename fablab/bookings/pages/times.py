"""Legal times as the options of a select: the value with its offset, the words as on the wall."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from fablab.bookings.choices import Step
from fablab.core import bidi, formats, i18n, zones
from fablab.core.i18n import gettext

Option = tuple[str, str, bool]


def options(
    steps: Iterable[Step], day: date, zone: ZoneInfo, typed: Sequence[str] = ()
) -> list[Option]:
    """A taken time is marked and cannot be chosen, unless it is what was typed.

    What was typed and is no legal time stands first, so that nothing is lost.
    """
    made = [option(step, day, zone, typed) for step in steps]
    known = {value for value, _, _ in made}
    return [*(strange(text, day, zone) for text in typed if text and text not in known), *made]


def option(step: Step, day: date, zone: ZoneInfo, typed: Sequence[str]) -> Option:
    value, words = zones.iso(step.at, zone), in_words(step.at, day, zone)
    if step.free:
        return value, words, False
    marked = gettext("{time} (yours)") if step.yours else gettext("{time} (taken)")
    return value, marked.format(time=words), value not in typed


def strange(text: str, day: date, zone: ZoneInfo) -> Option:
    """What was typed and is no legal time, told as a time where it is one."""
    try:
        at = datetime.fromisoformat(text)
        return text, in_words(at, day, zone) if at.tzinfo else f"{at:%H:%M}", False
    except (ValueError, OverflowError):
        return text, bidi.calm(text), False


def in_words(at: datetime, day: date, zone: ZoneInfo) -> str:
    """10:00; with its day when that is another one; which of the two when the wall has it twice."""
    face = at.astimezone(zone)
    words = f"{face:%H:%M}"
    twice = zones.candidates(face, zone)
    if len(twice) > 1:
        which = gettext("{time}, the first") if at == twice[0] else gettext("{time}, the second")
        words = which.format(time=words)
    if face.date() == day:
        return words
    other = formats.day_short(face.date(), i18n.language.get())
    return gettext("{time}, {day}").format(time=words, day=other)
