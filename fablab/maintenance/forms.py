"""What staff may send to change the hours."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from fablab.core.errors import Problem, Refused
from fablab.core.words import N_, Words
from fablab.core.zones import from_wall
from fablab.lab.hours import ClosureDays, DayHours, SeasonDays, Window
from fablab.lab.tables import ClosureKind
from fablab.machines.forms import ConditionForm
from fablab.maintenance.preview import Answer, Choice

Name = Annotated[str, Meta(max_length=120)]
Mark = Annotated[str, Meta(max_length=32)]
MOST_WINDOWS = 3


class Answered(msgspec.Struct, kw_only=True):
    """What staff chose for the bookings that the preview showed them."""

    stranded: Choice | None = None
    seen: Mark = ""

    @property
    def answer(self) -> Answer:
        return Answer(self.stranded, self.seen)


class ClosureForm(Answered, kw_only=True):
    name_ar: Name = ""
    name_fr: Name = ""
    name_en: Name = ""
    kind: ClosureKind = ClosureKind.LAB_CLOSURE
    first_day: date
    last_day: date
    confirmed: bool = False

    def closure(self, closure_id: int = 0) -> ClosureDays:
        return ClosureDays(
            id=closure_id,
            name=Words(self.name_ar, self.name_fr, self.name_en),
            first_day=self.first_day,
            last_day=self.last_day,
            confirmed=self.confirmed,
            kind=self.kind,
        )


class TakeOutForm(ConditionForm, kw_only=True):
    """How a machine is, and what shall become of its bookings."""

    stranded: Choice | None = None
    seen: Mark = ""

    @property
    def answer(self) -> Answer:
        return Answer(self.stranded, self.seen)


class BlockForm(Answered, kw_only=True):
    """A machine is kept from a time on; without an end, until further notice."""

    from_on: date
    from_time: time
    to_on: date | None = None
    to_time: time | None = None
    name_ar: Name = ""
    name_fr: Name = ""
    name_en: Name = ""

    def start(self, tz: ZoneInfo) -> datetime:
        return from_wall(datetime.combine(self.from_on, self.from_time), tz, "from_time")

    def end(self, tz: ZoneInfo) -> datetime | None:
        """`Refused` where only the day or only the time is given."""
        if self.to_on is None and self.to_time is None:
            return None
        if self.to_on is None or self.to_time is None:
            about = "to_on" if self.to_on is None else "to_time"
            raise Refused(Problem("required", N_("Give both, the day and the time."), about))
        return from_wall(datetime.combine(self.to_on, self.to_time), tz, "to_time")

    @property
    def title(self) -> Words:
        return Words(self.name_ar, self.name_fr, self.name_en)


class SeasonForm(Answered, kw_only=True):
    first_day: date
    last_day: date
    confirmed: bool = False

    def season(self, known: SeasonDays) -> SeasonDays:
        first, last = self.first_day, self.last_day
        return replace(known, first_day=first, last_day=last, confirmed=self.confirmed)


class DayForm(Answered, kw_only=True):
    """Up to three windows; a pair left empty is none, no pair at all closes the day."""

    day: date
    name_ar: Name = ""
    name_fr: Name = ""
    name_en: Name = ""
    opens_1: time | None = None
    closes_1: time | None = None
    opens_2: time | None = None
    closes_2: time | None = None
    opens_3: time | None = None
    closes_3: time | None = None

    def hours(self) -> DayHours:
        """`Refused` where a window has only one of its times."""
        reason = Words(self.name_ar, self.name_fr, self.name_en)
        return DayHours(day=self.day, reason=reason, windows=tuple(self.windows()))

    def windows(self) -> list[Window]:
        found, problems = [], []
        for number in range(1, MOST_WINDOWS + 1):
            opens, closes = getattr(self, f"opens_{number}"), getattr(self, f"closes_{number}")
            if opens is not None and closes is not None:
                found.append(Window(opens, closes))
            elif opens is not None or closes is not None:
                about = f"closes_{number}" if closes is None else f"opens_{number}"
                problems.append(Problem("required", N_("Give both times or neither."), about))
        if problems:
            raise Refused(*problems)
        return sorted(found)


def values_of_closure(closure: ClosureDays) -> Mapping[str, Any]:
    """A closure as its form shows it."""
    return names(closure.name) | {
        "kind": closure.kind,
        "first_day": closure.first_day.isoformat(),
        "last_day": closure.last_day.isoformat(),
        "confirmed": "on" if closure.confirmed else "",
    }


def values_of_season(season: SeasonDays) -> Mapping[str, Any]:
    return {
        "first_day": season.first_day.isoformat(),
        "last_day": season.last_day.isoformat(),
        "confirmed": "on" if season.confirmed else "",
    }


def values_of_day(hours: DayHours) -> Mapping[str, Any]:
    found = names(hours.reason) | {"day": hours.day.isoformat()}
    for number, window in enumerate(hours.windows[:MOST_WINDOWS], start=1):
        found[f"opens_{number}"] = f"{window.opens:%H:%M}"
        found[f"closes_{number}"] = f"{window.closes:%H:%M}"
    return found


def names(words: Words) -> dict[str, Any]:
    return {"name_ar": words.ar, "name_fr": words.fr, "name_en": words.en}
