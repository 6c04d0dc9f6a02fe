"""One machine's time on a strip, and what a card says of it first."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from fablab.bookings import openings
from fablab.bookings.occupied import Occupied
from fablab.bookings.pages.looking import Looking
from fablab.bookings.pages.pieces import (
    Piece,
    by_seat,
    closed,
    gaps,
    seats_at,
    stopped,
    used,
)
from fablab.bookings.pages.strips import COLUMN, Strip
from fablab.bookings.schedule import Block
from fablab.core.kept import Kept
from fablab.core.periods import Period
from fablab.machines.catalogue import MachineView

MINUTE = timedelta(minutes=1)
MOST = 3_000
OWN = frozenset({"mine", "due", "pending", "offer"})
_drawn: Kept["Lane"] = Kept(MOST)
_scenes: Kept[object] = Kept(MOST)


@dataclass(frozen=True, slots=True)
class State:
    """What a card says first. `kind`: now, day, from, none, shut, stopped."""

    kind: str
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Lane:
    """`key` is another one for another drawing; None where something is the viewer's own."""

    machine: MachineView
    pieces: tuple[Piece, ...]
    state: State
    seats_taken: int = 0
    key: Hashable = None

    @cached_property
    def kinds(self) -> frozenset[str]:
        kinds = {piece.kind for piece in self.pieces}
        return frozenset(kinds.union(*(piece.marks for piece in self.pieces)))

    @cached_property
    def yours(self) -> bool:
        return any(piece.kind in OWN for piece in self.pieces)

    @cached_property
    def grain(self) -> int:
        """How many columns a booking's start and length move by."""
        return max(1, self.machine.policy.granularity // COLUMN)

    @cached_property
    def reach(self) -> tuple[int, int]:
        """The least and the most of such steps that one booking takes."""
        policy = self.machine.policy
        least = -(-policy.min_duration // policy.granularity)
        return max(1, least), max(1, policy.max_duration // policy.granularity)


def scene(*facts: Hashable) -> object:
    """What all lanes of a page have in common, as one thing: it is looked up for each of them."""
    return _scenes.get(facts) or _scenes.put(facts, object())


def kept(view: MachineView, strip: Strip, taken: Occupied, looking: Looking, scene: object) -> Lane:
    """The lane as it was drawn for anybody of this audience; drawn for this viewer alone where
    something in it is theirs."""
    if taken.stamp is None or (taken.edges and changes_within(taken, looking.now)):
        return lane(view, strip, taken.blocks, looking)
    key = (view.id, taken.stamp, scene)
    return _drawn.get(key) or _drawn.put(key, lane(view, strip, taken.blocks, looking, object()))


def changes_within(taken: Occupied, now: datetime) -> bool:
    """Whether something begins or ends in the minute that runs."""
    minute = now.replace(second=0, microsecond=0)
    return any(minute < edge < minute + MINUTE for edge in taken.edges)


def lane(
    view: MachineView,
    strip: Strip,
    blocks: Sequence[Block],
    looking: Looking,
    key: Hashable = None,
) -> Lane:
    free = gaps(view, strip, blocks, looking)
    taken = used if view.units == 1 else by_seat
    pieces = [
        *closed(view, strip, looking),
        *stopped(view, strip, blocks, looking),
        *taken(view, strip, blocks, looking),
        *free,
    ]
    return Lane(
        machine=view,
        pieces=tuple(sorted(pieces, key=lambda each: (each.kind != "shut", each.c))),
        state=state(view, strip, blocks, free, looking),
        seats_taken=seats_at(looking.now, blocks) if view.units > 1 else 0,
        key=key,
    )


def state(
    view: MachineView,
    strip: Strip,
    blocks: Sequence[Block],
    free: Sequence[Piece],
    looking: Looking,
) -> State:
    """Free now and until when, free all day, free from when; or why not."""
    if not view.works and not free:
        return State("stopped", None if view.dangerous else view.expected_back_at)
    windows = looking.calendar.windows(strip.period)
    if view.attendance != "anytime" and not windows:
        return State("shut")
    if not free:
        return State("none")
    first = free[0].period
    if is_free_now(view, blocks, first, looking):
        return State("now", first.end)
    if [each.period for each in free] == windows:
        return State("day")
    return State("from", first.start)


def is_free_now(
    view: MachineView, blocks: Sequence[Block], first: Period, looking: Looking
) -> bool:
    """Whether nothing lies between this minute and the next step from which it can be booked."""
    if not view.works or first.start - looking.now >= view.policy.granularity:
        return False
    span = Period(looking.now, max(first.start, looking.now + timedelta(minutes=1)))
    return openings.room(view, looking.calendar, span, blocks) == [span]
