"""What somebody asks for who wants the same again and again, and what is found of each date."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from fablab.bookings.asking import Asked, Judged
from fablab.bookings.series.repeating import Repeat
from fablab.bookings.series.rules import Expansion, Occasion
from fablab.bookings.situation import Situation
from fablab.core.errors import Problem, Refused
from fablab.core.periods import Period

Take = Literal["all", "free"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesAsked:
    """The first of them, how it repeats, and whether all are wanted or those that are free."""

    first: Asked
    repeat: Repeat
    take: Take = "all"

    def on(self, occasion: Occasion, series_id: int | None = None) -> Asked:
        """What is asked for on one date."""
        assert occasion.period is not None
        return replace(
            self.first,
            period=occasion.period,
            series_id=series_id,
            occurrence=occasion.day,
        )


@dataclass(frozen=True, slots=True)
class Dated:
    """One date with everything that stands against it. Not judged: its clock has no such time."""

    occasion: Occasion
    judged: Judged | None

    @property
    def day(self) -> date:
        return self.occasion.day

    @property
    def period(self) -> Period | None:
        return self.occasion.period

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.judged.problems if self.judged else self.occasion.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Every date of a series as it was judged; `problems` stand against the series as a whole."""

    expansion: Expansion
    situation: Situation
    dates: tuple[Dated, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def free(self) -> list[Dated]:
        return [each for each in self.dates if not each.problems]

    @property
    def refused(self) -> list[Dated]:
        return [each for each in self.dates if each.problems]


class SeriesDenied(Refused):
    """Refused with every reason of every date: each problem is about its day."""

    def __init__(self, problems: Sequence[Problem], dates: Sequence[Dated] = ()) -> None:
        super().__init__(*problems, *(each for one in dates for each in of_the_day(one)))
        self.whole, self.dates = tuple(problems), tuple(dates)


def of_the_day(dated: Dated) -> list[Problem]:
    return [replace(each, about=dated.day.isoformat()) for each in dated.problems]
