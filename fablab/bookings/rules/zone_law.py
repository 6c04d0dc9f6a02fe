"""A time zone has another law: when bookings are now, and which of them find a seat."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fablab.core import zones
from fablab.core.periods import Period

NO_END = 9999  # the year in which open-ended maintenance ends, whatever the law


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A row that keeps a unit for a while. `fixed`: somebody is or was there; it stays."""

    id: int
    unit: int
    busy: Period
    made_at: datetime
    fixed: bool = False


def anew(starts_wall: str, ends_wall: str, tz: ZoneInfo, begun_at: datetime | None) -> Period:
    """The instants of what was agreed on the wall. What has begun keeps the start it had.

    Where a gap in the clock would leave nothing of it, it keeps its length.
    """
    first, last = datetime.fromisoformat(starts_wall), datetime.fromisoformat(ends_wall)
    start = begun_at or zones.again(first, tz)
    end = last.astimezone(UTC) if last.year >= NO_END else zones.again(last, tz)
    return Period(start, end if end > start else start + (last - first))


def seated(rows: Iterable[Held], units: int) -> dict[int, int]:
    """The unit of every row that stays; of those that cannot all be, the one made first stays.

    Peaks decide who stays, and whoever sits well keeps the seat. Dealing in the order of starting
    always succeeds where nobody fixed begins later than the row that looks for a seat.
    """
    ranked = sorted(rows, key=lambda row: (not row.fixed, row.made_at, row.id))
    seats = max([units, *(row.unit for row in ranked)])  # not ours to take a seat away
    staying: list[Held] = []
    for row in ranked:
        if row.fixed or peak(row.busy, staying) < seats:
            staying.append(row)
    placed: dict[int, list[Period]] = {unit: [] for unit in range(1, seats + 1)}
    dealt: dict[int, int] = {}
    for row in sorted(staying, key=lambda row: (not row.fixed, row.busy.start, row.id)):
        unit = row.unit if row.fixed else free_unit(row, placed)
        if unit is not None:
            placed[unit].append(row.busy)
            dealt[row.id] = unit
    return dealt


def free_unit(row: Held, placed: dict[int, list[Period]]) -> int | None:
    for unit in [row.unit, *placed]:
        if not any(row.busy.overlaps(other) for other in placed[unit]):
            return unit
    return None


def peak(span: Period, rows: Sequence[Held]) -> int:
    """How many of the rows run at the same time within the span, at most."""
    busy = [row.busy for row in rows if row.busy.overlaps(span)]
    moments = [max(span.start, each.start) for each in busy]
    return max((sum(each.contains(at) for each in busy) for at in moments), default=0)
