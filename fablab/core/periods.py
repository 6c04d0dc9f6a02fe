"""A stretch of time, closed at its start and open at its end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Half-open `[start, end)`: 09:00-10:00 and 10:00-11:00 meet and do not overlap."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("A period needs times with a zone.")

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, other: "Period") -> bool:
        return self.start < other.end and other.start < self.end

    def within(self, other: "Period") -> bool:
        return other.start <= self.start and self.end <= other.end

    def meets(self, other: "Period") -> bool:
        """They overlap, or one begins where the other ends."""
        return self.start <= other.end and other.start <= self.end

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def cut(self, other: "Period") -> "Period | None":
        """What both share, if anything."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same time as few periods as possible, in order."""
    result: list[Period] = []
    for period in sorted(periods):
        if result and period.meets(result[-1]):
            result[-1] = Period(result[-1].start, max(result[-1].end, period.end))
        else:
            result.append(period)
    return result


def without(whole: Iterable[Period], taken: Iterable[Period]) -> Iterator[Period]:
    """What is left of `whole` when `taken` is cut out, in order."""
    gone = merged(taken)
    for period in merged(whole):
        start = period.start
        for hole in gone:
            if hole.end <= start or hole.start >= period.end:
                continue
            if start < hole.start:
                yield Period(start, hole.start)
            start = max(start, hole.end)
        if start < period.end:
            yield Period(start, period.end)
