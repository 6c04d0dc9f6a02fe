"""Until when a certificate holds. Values in, days out."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A certificate somebody holds. `valid_until` is its last day, lab time; None: no end.

    `last_use` is the day of the holder's last checked-in use of a machine that it opens; known
    only where `inactivity_months` makes it matter.
    """

    certification_id: int
    level: int
    valid_from: date
    valid_until: date | None = None
    inactivity_months: int | None = None
    last_use: date | None = None
    state: str = "valid"


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_day(held: Held) -> date | None:
    """The last day it is good for: its end, or when it lapses for want of use.

    Unused since it was issued, it lapses the same number of months after that.
    """
    if held.inactivity_months is None:
        return held.valid_until
    lapses = months_later(
        max(held.valid_from, held.last_use or held.valid_from), held.inactivity_months
    )
    return min(lapses, held.valid_until) if held.valid_until else lapses


def good_on(held: Held, day: date) -> bool:
    until = last_day(held)
    return held.state == "valid" and held.valid_from <= day and (until is None or day <= until)


def best(certificates: Iterable[Held], certification_id: int, level: int, day: date) -> Held | None:
    """The certificate that serves longest among those good on a day, at that level or higher."""
    good = [
        held
        for held in certificates
        if held.certification_id == certification_id and held.level >= level and good_on(held, day)
    ]
    return max(good, key=lambda held: last_day(held) or date.max, default=None)
