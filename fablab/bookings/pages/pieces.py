"""What is drawn in a lane: taken, mine, closed, out of order, and what can be booked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import urlencode

from fablab.bookings import openings
from fablab.bookings.pages.looking import Looking
from fablab.bookings.pages.strips import Strip
from fablab.bookings.rules import handling
from fablab.bookings.rules.place import FOREVER
from fablab.bookings.schedule import Block
from fablab.bookings.situation import limits
from fablab.core import zones
from fablab.core.periods import Period, merged, without
from fablab.core.words import Words
from fablab.lab.calendar import Calendar
from fablab.machines.catalogue import MachineView

STOPPED = {"out_of_order": "fault", "maintenance": "maintenance"}
NAMED = ("training", "maintenance")
MOVES = {"pending": "all", "confirmed": "all", "checked_in": "end"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Something drawn in a lane. `kind` is a class of the look; `clipped` it goes on beyond.

    `seats` counts the taken ones of a room that is booked by the seat, in a free stretch. `marks`
    are what else is said of a booking to whom it concerns: waiting, in a series, part of a party.
    `moves` is what staff may draw elsewhere: all of it, its end, or nothing.
    """

    kind: str
    c: int
    s: int
    period: Period
    href: str = ""
    words: Words = field(default_factory=Words)
    running: bool = False
    clipped: bool = False
    seats: int = 0
    marks: tuple[str, ...] = ()
    moves: str = ""

    @property
    def length(self) -> timedelta:
        return self.period.length

    @property
    def is_endless(self) -> bool:
        """Maintenance until further notice."""
        return self.period.end.year >= FOREVER


def piece(kind: str, strip: Strip, period: Period, **more: object) -> list[Piece]:
    """The piece, if any of it is shown."""
    placed = strip.place(period)
    if placed is None:
        return []
    c, s = placed
    clipped = period.start < strip.period.start or period.end > strip.period.end
    return [Piece(kind=kind, c=c, s=s, period=period, clipped=clipped, **more)]  # type: ignore[arg-type]


def closed(view: MachineView, strip: Strip, looking: Looking) -> list[Piece]:
    if view.attendance == "anytime":
        return []
    windows = looking.calendar.windows(strip.period)
    return [
        found for part in without([strip.period], windows) for found in piece("shut", strip, part)
    ]


def stopped(
    view: MachineView, strip: Strip, blocks: Iterable[Block], looking: Looking
) -> list[Piece]:
    """Out of order from now on until it is expected back, as far as nothing else is told there."""
    kind = STOPPED.get(view.status)
    if kind is None or strip.period.end <= looking.now:
        return []
    back = None if view.dangerous else view.expected_back_at
    span = Period(strip.period.start, max(strip.period.start, back or strip.period.end))
    shown = span.cut(strip.period)
    if shown is None:
        return []
    parts = without([shown], [each.used for each in blocks])
    return [found for part in parts for found in piece(kind, strip, part, words=view.status_note)]


def used(view: MachineView, strip: Strip, blocks: Iterable[Block], looking: Looking) -> list[Piece]:
    found: list[Piece] = []
    for block in blocks:
        staff = looking.staff and block.kind == "use"
        found += piece(
            kind_of(block, view, looking.now),
            strip,
            block.used,
            href=address_of(block) if block.mine or staff else "",
            words=block.title if block.mine or block.kind == "offer" else block.who or block.title,
            running=block.status == "checked_in" and block.period.contains(looking.now),
            marks=marks(block) if block.mine or staff else (),
            moves=MOVES.get(block.status, "") if staff else "",
        )
        if block.busy_until > block.used.end:
            found += piece("turnaround", strip, Period(block.used.end, block.busy_until))
    return found


def address_of(block: Block) -> str:
    """An offer is answered on a page of its own."""
    return f"/{'offers' if block.kind == 'offer' else 'bookings'}/{block.id}"


def kind_of(block: Block, view: MachineView, now: datetime) -> str:
    if block.kind == "training":
        return "class"
    if block.kind == "maintenance":
        return "maintenance"
    if block.kind == "offer":
        return "offer" if block.mine else "held"
    if not block.mine:
        return "taken"
    if block.status == "pending":
        return "pending"
    return "due" if is_due(block, view, now) else "mine"


def marks(block: Block) -> tuple[str, ...]:
    """What a booking's kind does not say yet."""
    said = {
        "asked": block.status == "pending" and block.kind == "use" and not block.mine,
        "series": block.in_series,
        "party": block.in_party,
    }
    return tuple(mark for mark, holds in said.items() if holds)


def is_due(block: Block, view: MachineView, now: datetime) -> bool:
    """Whether its member may check in at this instant."""
    numbers = limits(view)
    return (
        block.kind == "use"
        and handling.may_check_in(block.status, block.period, block.release_at, numbers, now)
        is None
    )


def by_seat(
    view: MachineView, strip: Strip, blocks: Sequence[Block], looking: Looking
) -> list[Piece]:
    """Of a room with seats: mine, what has a name, and when no seat is left. Not who sits there."""
    told = {
        (each.kind, each.busy): each for each in blocks if each.mine or each.kind in NAMED
    }.values()
    full = merged(period for period, count in counted(blocks) if count >= view.units)
    rest = without(full, [each.busy for each in told])
    return [
        *used(view, strip, told, looking),
        *(found for part in rest for found in piece("taken", strip, part)),
    ]


def counted(blocks: Iterable[Block]) -> list[tuple[Period, int]]:
    """How many units are held, from edge to edge."""
    held = [each.busy for each in blocks]
    edges = sorted({edge for each in held for edge in (each.start, each.end)})
    return [
        (Period(start, end), sum(each.start <= start and end <= each.end for each in held))
        for start, end in pairwise(edges)
    ]


def seats_at(now: datetime, blocks: Iterable[Block]) -> int:
    return sum(each.busy.contains(now) for each in blocks)


def gaps(view: MachineView, strip: Strip, blocks: Sequence[Block], looking: Looking) -> list[Piece]:
    """What can be booked: on the grid, long enough, neither past nor too far."""
    bookable = looking.bookable(view)
    span = strip.period.cut(bookable) if bookable else None
    if span is None:
        return []
    counts = counted(blocks) if view.units > 1 else []
    found: list[Piece] = []
    for period in openings.free(view, looking.calendar, span, blocks):
        for part in without([period], [each.busy for each in blocks if each.mine]):
            if part.length >= view.policy.min_duration:
                most = max((count for held, count in counts if held.overlaps(part)), default=0)
                href = address(view, part.start, looking.calendar)
                found += piece("free", strip, part, href=href, seats=most)
    return found


def address(view: MachineView, start: datetime, calendar: Calendar) -> str:
    asked = {"machine": view.slug, "start": zones.iso(start, calendar.zone)}
    return f"/bookings/new?{urlencode(asked)}"
