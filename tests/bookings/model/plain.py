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
    series: int | None = None

    @property
    def blocks(self) -> bool:
        return self.status in BLOCKING and self.until > self.start


@dataclass
class Plain:
    """The whole lab. Each verb answers the codes against it, an empty set when it is done."""

    things: dict[int, Thing]
    now: int = 0
    rows: dict[int, Row] = field(default_factory=dict)
    strikes: list[tuple[int, int]] = field(default_factory=list)
    held: dict[int, int] = field(default_factory=dict)

    # -- asking -------------------------------------------------------------------------------

    def against(
        self, member: int, machine: int, start: int, end: int, intent: str, row: Row | None = None
    ) -> set[str]:
        """The codes of all rules that a wish breaks."""
        if end <= start or end - start > WEEK:
            return {"invalid_period"}
        asked = row.asked if row and intent == "approve" else self.now
        moved = row is None or row.start != start
        found = set(self.in_the_way(member, machine, start, end, row))
        if intent != "extend" and moved and start < asked - TOLERANCE:
            found.add("in_the_past")
        if intent in ("new", "move", "extend"):
            edges = [end, *([start] if moved else [])]
            if any((each + MONDAY_AT) % GRID for each in edges):
                found.add("off_grid")
        if end - start < SHORTEST:
            found.add("too_short")
        if end - start > LONGEST:
            found.add("too_long")
        if end > (day_of(asked) + HORIZON + 1) * DAY - MONDAY_AT:
            found.add("too_far")
        if intent == "move" and row and moved and self.now > min(row.start, start) - NOTICE_TO_MOVE:
            found.add("change_too_late")
        asks = self.things[machine].needs_approval and intent in ("new", "move") and moved
        if asks and start <= self.now:
            found.add("too_soon")
        if self.held.get(member, -1) > self.now:
            found.add("account_held")
        if self.exceeds(member, start, end, row):
            found.add("quota_exceeded")
        return found

    def in_the_way(
        self, member: int, machine: int, start: int, end: int, row: Row | None
    ) -> Iterable[str]:
        thing = self.things[machine]
        others = [
            each
            for each in self.rows.values()
            if each.machine == machine
            and each.blocks
            and each is not row
            and each.start < end + thing.turnaround
            and start < each.until
        ]
        minutes = range(start, end + thing.turnaround)
        most = max((sum(o.start <= m < o.until for o in others) for m in minutes), default=0)
        if most < thing.units:
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

    # -- doing --------------------------------------------------------------------------------

    def same(self, member: int, machine: int, start: int, end: int) -> Row | None:
        for row in self.rows.values():
            known = (row.member, row.machine, row.start, row.end, row.kind)
            if known == (member, machine, start, end, "use") and row.status in OPEN:
                return row
        return None

    def book(self, member: int, machine: int, start: int, end: int, number: int) -> set[str]:
        found = self.against(member, machine, start, end, "new")
        if not found:
            self.rows[number] = self.row(number, member, machine, start, end)
        return found

    def row(self, number: int, member: int, machine: int, start: int, end: int) -> Row:
        thing = self.things[machine]
        return Row(
            id=number,
            machine=machine,
            member=member,
            start=start,
            end=end,
            until=end + thing.turnaround,
            status="pending" if thing.needs_approval else "confirmed",
            made=self.now,
            asked=self.now,
            release=min(end, max(start, self.now) + GRACE),
            decide_by=min(start, self.now + APPROVAL) if thing.needs_approval else None,
        )

    def change(self, row: Row, start: int, end: int) -> set[str]:
        moved = start != row.start
        allowed = ("pending", "confirmed") if moved else OPEN
        if row.kind != "use" or row.status not in allowed:
            return {"not_changeable"}
        if (start, end) == (row.start, row.end):
            return set()
        intent = "move" if moved else "extend"
        found = self.against(row.member, row.machine, start, end, intent, row)
        if not found:
            more = start < row.start or end > row.end
            asks = self.things[row.machine].needs_approval and row.status != "checked_in"
            if asks and more and start > self.now:
                row.status, row.decide_by = "pending", min(start, self.now + APPROVAL)
            row.start, row.end, row.until = start, end, end + self.things[row.machine].turnaround
            row.release = min(end, max(start, self.now if moved else row.made) + GRACE)
            row.asked = self.now
        return found

    def cancel(self, row: Row, give_up: bool) -> set[str]:
        if row.status == "cancelled":
            return set()
        if row.status not in ("pending", "confirmed"):
            return {"already_begun" if row.status == "checked_in" else "not_changeable"}
        late = row.status == "confirmed" and self.now > row.start - NOTICE_TO_CANCEL
        if late and not give_up:
            return {"cancel_too_late"}
        row.status, row.given_up = "cancelled", self.now
        row.until = max(row.start, min(self.now, row.until))
        return set()

    def check_in(self, row: Row) -> set[str]:
        if row.status == "checked_in":
            return set()
        if row.status == "no_show":
            return {"released"}
        if row.status == "pending":
            return {"not_confirmed"}
        if row.status != "confirmed" or self.now >= row.end:
            return {"not_open"}
        if self.now < row.start - OPENS:
            return {"checkin_not_open"}
        row.status = "checked_in"
        return set()

    def finish(self, row: Row) -> set[str]:
        if row.status == "completed":
            return set()
        if row.status != "checked_in":
            return {"not_checked_in"}
        row.status, row.finished = "completed", self.now
        rest = self.things[row.machine].turnaround
        row.until = min(row.until, max(row.start, self.now + rest))
        return set()

    def approve(self, row: Row) -> set[str]:
        if row.status != "pending":
            return {"decided"}
        found = self.against(row.member, row.machine, row.start, row.end, "approve", row)
        if not found:
            row.status, row.decide_by = "confirmed", None
            row.release = min(row.end, max(row.start, self.now) + GRACE)
        return found

    def reject(self, row: Row) -> set[str]:
        if row.status != "pending":
            return {"decided"}
        row.status = "rejected"
        return set()

    # -- by itself ----------------------------------------------------------------------------

    def pass_time(self, minutes: int) -> None:
        """Time goes on, and then whatever is due happens."""
        self.now += minutes
        due = [r for r in self.rows.values() if r.status == "confirmed" and r.release <= self.now]
        struck = set()
        for row in sorted(due, key=lambda each: (each.start, each.id)):
            row.status, row.until = "no_show", max(row.start, self.now)
            if row.end - row.start > GRACE:
                self.strikes.append((row.member, self.now))
                struck.add(row.member)
        for member in struck:
            recent = sum(m == member and at > self.now - STRIKE_WINDOW for m, at in self.strikes)
            if recent >= STRIKES and self.held.get(member, -1) <= self.now:
                self.held[member] = self.now + HELD
        for row in self.rows.values():
            overdue = row.decide_by is not None and row.decide_by <= self.now
            if row.status == "pending" and (overdue or row.start <= self.now):
                row.status = "expired"
            elif row.status == "checked_in" and row.end <= self.now:
                row.status, row.finished = "completed", row.end


def day_of(minute: int) -> int:
    return (minute + MONDAY_AT) // DAY


def week_of(minute: int) -> int:
    return (minute + MONDAY_AT) // WEEK
