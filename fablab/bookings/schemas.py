"""What an API client may send and gets: bookings, blocks, openings. Shapes of the contract."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=500)]
Slug = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
MOST = 30
"""Of machines or seats in one wish."""


class OverrideWish(msgspec.Struct):
    """Rules staff set aside, and why."""

    rules: list[str]
    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=500)]


class BookingWish(msgspec.Struct):
    """A machine for a while, any free one of a `category`, or several `machines` at one time: one
    of the three. `seats` are places of one machine that has several; they and `machines` make a
    party, all or none. `member` (a number) and `override` are for staff alone.

    `material` goes into the machine: one of its lists, or `unknown`; left out, it says that it is
    accepted there and the lab's. `buddy` is the number of the second adult.

    `status`, `price` and `approved_by` are known and nobody's to set: 403.
    """

    starts_at: datetime
    ends_at: datetime
    machine: Slug | None = None
    machines: Annotated[list[Slug], msgspec.Meta(min_length=1, max_length=MOST)] | None = None
    category: Slug | None = None
    seats: Annotated[int, msgspec.Meta(ge=1, le=MOST)] | None = None
    project: Slug | None = None
    material: Slug | None = None
    own_material: bool = False
    buddy: int | None = None
    note: Text = ""
    member: int | None = None
    override: OverrideWish | None = None
    status: Any = None
    price: Any = None
    approved_by: Any = None


class BookingChange(msgspec.Struct):
    """What changes: the end alone extends, anything else moves. `override` is for staff alone.

    The last four: 403.
    """

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    machine: Slug | None = None
    material: Slug | None = None
    own_material: bool | None = None
    override: OverrideWish | None = None
    member: Any = None
    status: Any = None
    price: Any = None
    approved_by: Any = None


class Nothing(msgspec.Struct):
    """A body that says nothing."""


class Finish(msgspec.Struct):
    """What to tell of the use or the machine."""

    reason: Text = ""


class Cancellation(msgspec.Struct):
    """Why, and whether to give it up although the deadline has passed."""

    reason: Text = ""
    give_up: bool = False


class BookingShown(msgspec.Struct, kw_only=True):
    """A booking as its owner, their team and staff see it. Times have the lab's offset."""

    id: int
    uid: str
    kind: str
    status: str
    machine: str
    unit: int
    member: int | None
    project: str | None
    starts_at: str
    ends_at: str
    busy_until: str
    release_at: str | None
    cancel_until: str
    note: str
    made_at: str
    checked_in_at: str | None
    finished_at: str | None
    sequence: int
    mine: bool
    awaits: list[str]
    decide_by: str | None
    material: str
    own_material: bool
    party: str | None
    series: int | None


class PartyShown(msgspec.Struct):
    """Several bookings made as one, in the order of their ids."""

    bookings: list[BookingShown]


class BookingList(msgspec.Struct):
    items: list[BookingShown]
    next: str | None


class AlternativeShown(msgspec.Struct):
    machine: str
    starts_at: str
    ends_at: str
    why: Literal["same_machine", "shorter", "sister"]


class Verdict(msgspec.Struct):
    """What booking it would say. Nothing was written."""

    violations: list[dict[str, Any]]
    alternatives: list[AlternativeShown]


class ListAsked(msgspec.Struct):
    """`mine` (the rule for members): my own; staff may ask for all."""

    mine: bool = False
    machine: Slug | None = None
    from_: datetime | None = msgspec.field(default=None, name="from")
    to: datetime | None = None
    status: (
        Literal[
            "pending",
            "confirmed",
            "checked_in",
            "completed",
            "cancelled",
            "no_show",
            "rejected",
            "expired",
        ]
        | None
    ) = None
    limit: int | None = None
    cursor: str | None = None
