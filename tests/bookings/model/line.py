"""The line of those who wait for one certain time of one machine, in plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.bookings.model.plain import (
    APPROVAL,
    BEGUN,
    FAR,
    GRACE,
    GRID,
    HURRIED,
    MONDAY_AT,
    MOST_WAITING,
    NEAR,
    NEAR_WITHIN,
    TOLERANCE,
    Row,
    Rules,
)


@dataclass
class Waiter:
    """Somebody who wants a machine for so long from `start` on, and for nothing else."""

    id: int
    member: int
    machine: int
    start: int
    length: int
    state: str = "waiting"


@dataclass
class Line(Rules):
    waiters: dict[int, Waiter] = field(default_factory=dict)
    next_offers: list[Row] = field(default_factory=list)

    # -- joining and answering ----------------------------------------------------------------

    def waits_already(self, member: int, machine: int, start: int, length: int) -> Waiter | None:
        for each in self.waiters.values():
            same = (each.member, each.machine, each.start, each.length)
            if same == (member, machine, start, length) and each.state in ("waiting", "offered"):
                return each
        return None

    def join(self, number: int, member: int, machine: int, start: int, length: int) -> set[str]:
        waiter = Waiter(number, member, machine, start, length)
        mine = [w for w in self.waiters.values() if w.member == member]
        found = set()
        if sum(w.state in ("waiting", "offered") for w in mine) >= MOST_WAITING:
            found.add("waiting_too_often")
        if start < self.now - TOLERANCE:
            found.add("in_the_past")
        if self.is_too_far(start + length, self.now):
            found.add("too_far")
        end = start + length
        if not found and end > self.now:
            held = self.offers_in_stretch(waiter, max(start, self.now), end, [])
            if self.place_of(waiter, offered=held) is not None:
                found.add("free_already")
        if not found:
            self.waiters[number] = waiter
        return found

    def accept(self, row: Row) -> set[str]:
        if row.kind == "use" and row.status in ("pending", "confirmed", "checked_in", "completed"):
            return set()
        if row.kind != "offer" or row.status != "pending" or self.now >= (row.decide_by or 0):
            return {"offer_over"}
        begun = row.start <= self.now
        intent = "now" if begun else "offer"
        found = self.against(row.member, row.machine, row.start, row.end, intent, row)
        if found:
            return found
        row.kind, row.decide_by, row.status = "use", None, "confirmed"
        row.start = max(row.start, self.now) if begun else row.start
        row.until = row.end + self.things[row.machine].turnaround
        row.release = min(row.end, max(row.start, self.now) + GRACE)
        if begun:
            row.status = "checked_in"
        elif self.things[row.machine].needs_approval:
            row.status, row.decide_by = "pending", min(row.start, self.now + APPROVAL)
        row.asked = self.now
        self.waiters[row.waiter].state = "served"
        self.freed({row.machine})
        return set()

    def decline(self, row: Row) -> set[str]:
        if row.kind == "offer" and row.status == "rejected":
            return set()
        if row.kind != "offer" or row.status != "pending" or self.now >= (row.decide_by or 0):
            return {"offer_over"}
        row.status = "rejected"
        self.waiters[row.waiter].state = "left"
        self.freed({row.machine})
        return set()

    def leave(self, waiter: Waiter) -> None:
        if waiter.state not in ("waiting", "offered"):
            return
        had = [r for r in self.live_offers() if r.waiter == waiter.id]
        waiter.state = "left"
        for row in had:
            row.status = "rejected"
            self.freed({row.machine})

    # -- offering -----------------------------------------------------------------------------

    def live_offers(self) -> list[Row]:
        return [r for r in self.rows.values() if r.kind == "offer" and r.status == "pending"]

    def freed(self, machines: Iterable[int]) -> None:
        """Everybody in order: who may have their time is offered it. Their rows have no number
        yet: the engine gives it."""
        line = sorted(
            (w for w in self.waiters.values() if w.state == "waiting" and w.machine in machines),
            key=lambda each: each.id,
        )
        line = [w for w in line if w.start + w.length > self.now]
        if not line:
            return
        first = max(self.now, min(w.start for w in line))
        last = max(first, *(w.start + w.length for w in line))
        made: list[Row] = []
        for waiter in line:
            beside = [row for row in made if row.machine == waiter.machine]
            taken = self.offers_in_stretch(waiter, first, last, beside)  # ours not among the rows
            own = [row for row in made if row.member == waiter.member]
            place = self.place_of(waiter, offered=taken, own=own)
            if place is not None:
                made.append(self.offer(waiter, *place))
        for row in made:
            row.id = -10_000 - len(self.next_offers)
            self.rows[row.id] = row
            self.next_offers.append(row)

    def place_of(
        self, waiter: Waiter, *, offered: int, own: Iterable[Row] = ()
    ) -> tuple[int, int] | None:
        """Its time, if it may have it: what has just begun, from now on."""
        start, end = waiter.start, waiter.start + waiter.length
        begun = start <= self.now
        if begun and (self.now - start > TOLERANCE or (start + MONDAY_AT) % GRID):
            return None
        start = max(start, self.now)
        gone = [
            row
            for row in self.rows.values()
            if row.waiter
            and row.waiter == waiter.id
            and row.status in ("expired", "rejected")
            and row.start < end
            and start < row.end
        ]
        rest = self.things[waiter.machine].turnaround
        busy = [r for r in self.others(waiter.machine, None) if r.kind != "offer"]
        if (
            gone
            or self.peak(busy, start, end + rest) + offered >= self.things[waiter.machine].units
        ):
            return None
        for row in own:  # what the same person is offered in the same breath counts as theirs
            self.rows[-row.waiter] = row
            row.kind = "use"
        found = self.against(waiter.member, waiter.machine, start, end, "now" if begun else "offer")
        for row in own:
            del self.rows[-row.waiter]
            row.kind = "offer"
        return None if found else (start, end)

    def offers_in_stretch(self, waiter: Waiter, first: int, last: int, made: list[Row]) -> int:
        """How many hold some of the free time around it already."""
        thing = self.things[waiter.machine]
        busy = [row for row in self.others(waiter.machine, None) if row.kind != "offer"]

        def is_full(minute: int) -> bool:
            return sum(r.start - thing.turnaround <= minute < r.until for r in busy) >= thing.units

        start = max(waiter.start, self.now)
        low = high = start
        while low > first and not is_full(low - 1):
            low -= 1
        while high < last and not is_full(high):
            high += 1
        holding = [row for row in self.live_offers() if row.machine == waiter.machine]
        return sum(row.start < high and low < row.until for row in [*holding, *made])

    def offer(self, waiter: Waiter, start: int, end: int) -> Row:
        waiter.state = "offered"
        silent = sum(
            row.status == "expired"
            and row.kind == "offer"
            and row.machine == waiter.machine
            and row.start < end
            and start < row.end
            and row.until > self.now
            for row in self.rows.values()
        )
        return Row(
            id=0,
            machine=waiter.machine,
            member=waiter.member,
            start=start,
            end=end,
            until=end + self.things[waiter.machine].turnaround,
            status="pending",
            kind="offer",
            made=self.now,
            asked=self.now,
            decide_by=self.held_until(start, silent),
            waiter=waiter.id,
        )

    def held_until(self, start: int, silent: int) -> int:
        least = self.now + BEGUN
        if start <= self.now:
            return least
        near = start - self.now <= NEAR_WITHIN
        hold = NEAR if near else (HURRIED if silent >= 2 else FAR)
        return max(min(self.now + hold, start), least)

    def silence(self, rows: Iterable[Row]) -> None:
        """Offers that nobody answered: their waiters keep their place in line."""
        for row in rows:
            self.waiters[row.waiter].state = "waiting"

    def lapse(self) -> None:
        for each in self.waiters.values():
            if each.state == "waiting" and each.start < self.now - TOLERANCE:
                each.state = "lapsed"
