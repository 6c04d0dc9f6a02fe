"""What people do to bookings, in plain Python."""

from dataclasses import dataclass

from tests.bookings.model.line import Line
from tests.bookings.model.plain import (
    APPROVAL,
    GRACE,
    HELD,
    NOTICE_TO_CANCEL,
    OPEN,
    OPENS,
    STRIKE_WINDOW,
    STRIKES,
    Row,
)


@dataclass
class Plain(Line):
    """The whole lab. Each verb answers the codes against it, an empty set when it is done."""

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
            self.freed({row.machine})
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
        self.freed({row.machine})
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
        self.freed({row.machine})
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
        self.freed({row.machine})
        return set()

    # -- by itself ----------------------------------------------------------------------------

    def release(self) -> None:
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
        self.freed({row.machine for row in due})

    def expire(self) -> None:
        due = [
            row
            for row in self.rows.values()
            if row.status == "pending"
            and ((row.decide_by or 0) <= self.now or (row.kind == "use" and row.start <= self.now))
        ]
        for row in due:
            row.status = "expired"
        self.silence(row for row in due if row.kind == "offer")
        self.freed({row.machine for row in due})

    def complete(self) -> None:
        for row in self.rows.values():
            if row.status == "checked_in" and row.end <= self.now:
                row.status, row.finished = "completed", row.end

    # -- series -------------------------------------------------------------------------------

    def series(self, member: int, machine: int, wishes: list[tuple[int, int]]) -> list[set[str]]:
        """What stands against each date, as if those before it were granted. Writes nothing."""
        found = []
        for number, (start, end) in enumerate(wishes):
            codes = self.against(member, machine, start, end, "new")
            found.append(codes)
            if not codes:
                row = self.row(-1 - number, member, machine, start, end)
                self.rows[row.id] = row
        for number in range(len(wishes)):
            self.rows.pop(-1 - number, None)
        return found
