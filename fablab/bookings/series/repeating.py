"""What somebody says when they say how it repeats."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from fablab.core.words import N_, NN_

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST = -1


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


EVERY = {Unit.DAY: N_("Every day"), Unit.WEEK: N_("Every week"), Unit.MONTH: N_("Every month")}
EVERY_SO_MANY = {
    Unit.DAY: NN_("Every {count} day", "Every {count} days"),
    Unit.WEEK: NN_("Every {count} week", "Every {count} weeks"),
    Unit.MONTH: NN_("Every {count} month", "Every {count} months"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Every so many days, weeks or months: until a day (inclusive) or so many times.

    `weekdays` (Monday is 0) are for weeks; None is the weekday of the first. Months go by the
    date of the first, or by its weekday where `nth` says which one: 1 to 5, or -1 for the last.
    """

    every: int = 1
    unit: Unit
    weekdays: tuple[int, ...] | None = None
    nth: int | None = None
    until: date | None = None
    count: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """As the contract writes it, what is not said left out."""
        said = {
            "every": self.every,
            "unit": str(self.unit),
            "weekdays": None
            if self.weekdays is None
            else [WEEKDAYS[each] for each in self.weekdays],
            "nth": self.nth,
            "until": self.until.isoformat() if self.until else None,
            "count": self.count,
        }
        return {name: value for name, value in said.items() if value is not None}

    @classmethod
    def of_dict(cls, said: Mapping[str, Any]) -> "Repeat":
        days, until = said.get("weekdays"), said.get("until")
        return cls(
            every=said["every"],
            unit=Unit(said["unit"]),
            weekdays=None if days is None else tuple(sorted({WEEKDAYS.index(day) for day in days})),
            nth=said.get("nth"),
            until=date.fromisoformat(until) if until else None,
            count=said.get("count"),
        )

    def beginning(self, first: date) -> "Repeat":
        """With what it leaves open said: the weekday of the first."""
        if self.unit == Unit.WEEK and self.weekdays is None:
            return replace(self, weekdays=(first.weekday(),))
        return self
