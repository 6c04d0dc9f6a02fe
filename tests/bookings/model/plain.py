"""Bookings in plain Python: no database, no indexes, time in whole minutes since MONDAY.

Whatever the engine reads cleverly is counted here minute by minute.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

DAY, WEEK = 24 * 60, 7 * 24 * 60
MONDAY_AT = 9 * 60  # minute 0 is nine o'clock on a Monday
GRID, SHORTEST, LONGEST = 15, 15, 240
TOLERANCE, GRACE, OPENS = 5, 15, 10
NOTICE_TO_MOVE, NOTICE_TO_CANCEL = 60, 120
HORIZON, APPROVAL = 60, DAY
NEAR, NEAR_WITHIN, FAR, BEGUN, HURRIED, MOST_WAITING = 15, 180, 120, 5, 15, 10
HOURS_A_DAY, BOOKINGS_A_WEEK, OPEN_AT_ONCE = 6 * 60, 24, 8
STRIKES, STRIKE_WINDOW, HELD = 3, 2 * DAY, DAY
BLOCKING = ("pending", "confirmed", "checked_in", "completed")
OPEN = ("pending", "confirmed", "checked_in")


@dataclass(frozen=True)
class Thing:
    """A machine of so many units, that rests so long after each use."""

    units: int = 1
    turnaround: int = 0
    needs_approval: bool = False


@dataclass
class Row:
    """A booking; `until` is how long it keeps others out."""

    id: int
    machine: int
    member: int
    start: int
    end: int
    until: int
    status: str
    made: int
    kind: str = "use"
    release: int = 0
    decide_by: int | None = None
    asked: int = 0
    finished: int | None = None
    given_up: int | None = None
    waiter: int = 0

    @property
    def blocks(self) -> bool:
        return self.status in BLOCKING and self.until > self.start


@dataclass
class Rules:
    """What there is, and what stands against a wish."""

    things: dict[int, Thing]
    now: int = 0
    rows: dict[int, Row] = field(default_factory=dict)
    strikes: list[tuple[int, int]] = field(default_factory=list)
    held: dict[int, int] = field(default_factory=dict)

    def against(
        self, member: int, machine: int, start: int, end: int, intent: str, row: Row | None = None
    ) -> set[str]:
        """The codes of all rules that a wish breaks."""
        if end <= start or end - start > WEEK:
            return {"invalid_period"}
        asked = row.asked if row and intent == "approve" else self.now
        moved = row is None or row.start != start
        found = set(self.in_the_way(member, machine, start, end, row))
        if intent not in ("extend", "now") and moved and start < asked - TOLERANCE:
            found.add("in_the_past")
        if intent in ("new", "move", "extend"):
            edges = [end, *([start] if moved else [])]
            if any((each + MONDAY_AT) % GRID for each in edges):
                found.add("off_grid")
        if end - start < SHORTEST:
            found.add("too_short")
        if end - start > LONGEST:
            found.add("too_long")
        if intent != "now" and self.is_too_far(end, asked):
            found.add("too_far")
        if intent == "move" and row and moved and self.now > min(row.start, start) - NOTICE_TO_MOVE:
            found.add("change_too_late")
        asks = self.things[machine].needs_approval and intent in ("new", "move", "now", "offer")
        if asks and moved_or_new(row, start, intent) and start <= self.now:
            found.add("too_soon")
        if self.held.get(member, -1) > self.now:
            found.add("account_held")
        if self.exceeds(member, start, end, row):
            found.add("quota_exceeded")
        return found

    def is_too_far(self, end: int, asked: int) -> bool:
        return end > (day_of(asked) + HORIZON + 1) * DAY - MONDAY_AT

    def others(self, machine: int, row: Row | None) -> list[Row]:
        return [r for r in self.rows.values() if r.machine == machine and r.blocks and r is not row]

    def peak(self, rows: Iterable[Row], start: int, end: int) -> int:
        """How many of them are there in the busiest minute."""
        rows = [row for row in rows if row.start < end and start < row.until]
        minutes = range(start, end)
        return max(
            (sum(r.start <= minute < r.until for r in rows) for minute in minutes), default=0
        )

    def in_the_way(
        self, member: int, machine: int, start: int, end: int, row: Row | None
    ) -> Iterable[str]:
        thing, until = self.things[machine], end + self.things[machine].turnaround
        others = [r for r in self.others(machine, row) if r.start < until and start < r.until]
        if self.peak(others, start, until) < thing.units:
            return
        if any(each.kind == "offer" and each.member != member for each in others):
            yield "on_hold"
        if any(each.kind != "offer" or each.member == member for each in others):
            yield "taken"

    def exceeds(self, member: int, start: int, end: int, row: Row | None) -> bool:
        """Whether the wish raises the use of some day, some week or at once above its limit."""
        mine = [
            each
            for each in self.rows.values()
            if each.member == member and each.kind == "use" and each is not row
        ]
        own = [row] if row and row.kind == "use" else []
        days = {day_of(minute) for minute in range(start, end)}
        days |= {day_of(minute) for each in own for minute in self.counted(each)}
        for day in days:
            rest = sum(day_of(m) == day for each in mine for m in self.counted(each))
            before = rest + sum(day_of(m) == day for each in own for m in self.counted(each))
            after = rest + sum(day_of(m) == day for m in range(start, end))
            if after > HOURS_A_DAY and after > before:
                return True
        for week in {week_of(start), *(week_of(each.start) for each in own)}:
            rest = sum(week_of(each.start) == week and self.counts(each) for each in mine)
            before = rest + sum(week_of(each.start) == week for each in own)
            after = rest + (week_of(start) == week)
            if after > BOOKINGS_A_WEEK and after > before:
                return True
        open_now = sum(each.status in OPEN for each in mine)
        was_open = any(each.status in OPEN for each in own)
        return open_now + 1 > OPEN_AT_ONCE and not was_open

    def counted(self, row: Row) -> range:
        """The minutes that count of a booking."""
        if not self.counts(row):
            return range(0)
        ended = row.finished if row.status == "completed" else row.given_up
        return range(row.start, min(row.end, row.end if ended is None else ended))

    def counts(self, row: Row) -> bool:
        if row.status == "completed":
            return row.finished is None or row.finished > row.start
        if row.status == "cancelled":
            return row.given_up is not None and row.given_up > row.start
        return row.status in (*OPEN, "no_show")


def moved_or_new(row: Row | None, start: int, intent: str) -> bool:
    return row is None or row.start != start or intent in ("now", "offer")


def day_of(minute: int) -> int:
    return (minute + MONDAY_AT) // DAY


def week_of(minute: int) -> int:
    return (minute + MONDAY_AT) // WEEK
