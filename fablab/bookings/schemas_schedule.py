"""What an API client may ask and gets of the schedule: blocks, days, openings."""

import datetime as time
from datetime import datetime
from typing import Annotated

import msgspec

from fablab.bookings.schemas import Slug


class BlockShown(msgspec.Struct, omit_defaults=True):
    """Something that occupies a machine. `who` only where this viewer may know it."""

    id: int
    kind: str
    status: str
    starts_at: str
    ends_at: str
    busy_until: str
    mine: bool
    who: str | None = None


class BlockList(msgspec.Struct):
    items: list[BlockShown]
    next: str | None = None


class OpenShown(msgspec.Struct):
    starts_at: str
    ends_at: str


class MachineDay(msgspec.Struct):
    slug: str
    blocks: list[BlockShown]


class DayShown(msgspec.Struct):
    """The whole lab in one answer."""

    date: time.date
    timezone: str
    open: list[OpenShown]
    machines: list[MachineDay]


class OpeningShown(msgspec.Struct):
    machine: str
    starts_at: str
    ends_at: str


class OpeningList(msgspec.Struct):
    items: list[OpeningShown]
    next: str | None = None


class During(msgspec.Struct):
    """A stretch of time, 62 days at most; from now for a week when nothing is said."""

    from_: datetime | None = msgspec.field(default=None, name="from")
    to: datetime | None = None


class DayAsked(msgspec.Struct):
    date: time.date | None = None


class OpeningsAsked(msgspec.Struct):
    """Free openings of a machine or a category, for so many minutes. `usable` leaves those in
    which I may book so long, by every rule: it needs a token."""

    machine: Slug | None = None
    category: Slug | None = None
    usable: bool = False
    minutes: Annotated[int, msgspec.Meta(ge=1, le=10_080)] | None = None
    from_: datetime | None = msgspec.field(default=None, name="from")
    to: datetime | None = None
