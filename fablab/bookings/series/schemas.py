"""What an API client may send and gets of series. Shapes of the contract."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

import msgspec

from fablab.bookings.schemas import BookingShown, OverrideWish, Slug, Text

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Weekdays = Annotated[list[Weekday], msgspec.Meta(max_length=7)]
Day = date
Part = Literal["this", "following", "future"]
Count = Annotated[int, msgspec.Meta(ge=1, le=1000)]


class RepeatWish(msgspec.Struct):
    """Every so many days, weeks or months, `until` a day (inclusive) or `count` times.

    `weekdays` go with weeks; left out, the weekday of the first. A month goes by the date of the
    first, or by its weekday with `nth`: 1 to 5, or -1 for the last. A month without it is skipped.
    """

    unit: Literal["day", "week", "month"]
    every: Count = 1
    weekdays: Weekdays | None = None
    nth: Annotated[int, msgspec.Meta(ge=-1, le=5)] | None = None
    until: date | None = None
    count: Count | None = None


class SeriesWish(msgspec.Struct):
    """A machine for a while, again and again: `starts_at` and `ends_at` are the first one's.

    `take` all dates, or only those that are free. Everything else is as for one booking, and holds
    for each. `status`, `price` and `approved_by` are known and nobody's to set: 403.
    """

    machine: Slug
    starts_at: datetime
    ends_at: datetime
    repeat: RepeatWish
    take: Literal["all", "free"] = "all"
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


class SeriesChange(msgspec.Struct):
    """What changes of a part: `this` booking, it and those `following`, or all `future` ones.

    `booking` says from which (not needed for `future`). `starts` is a time on the wall, `minutes`
    a length, `weekdays` as many as before. All of them move, or none.
    """

    part: Part
    booking: int | None = None
    starts: time | None = None
    minutes: Annotated[int, msgspec.Meta(ge=1, le=10_080)] | None = None
    machine: Slug | None = None
    weekdays: Weekdays | None = None
    override: OverrideWish | None = None


class SeriesCancellation(msgspec.Struct):
    """Which part, and why. What is past its deadline is given up, or kept with `give_up` false;
    unsaid, it is refused with `cancel_too_late` and the dates."""

    part: Part
    booking: int | None = None
    reason: Text = ""
    give_up: bool | None = None


class DateShown(msgspec.Struct, omit_defaults=True):
    """One date of a series that was looked at. `awaits`: what the booking would wait for."""

    date: Day
    starts_at: str | None
    ends_at: str | None
    free: bool
    awaits: list[str] = []
    violations: list[dict[str, Any]] = []


class MonthShown(msgspec.Struct):
    """A month without such a day: nothing is booked in it."""

    month: str
    message: str


class PreviewShown(msgspec.Struct):
    """Every date with what stands against it; `violations` stand against the whole series."""

    violations: list[dict[str, Any]]
    instances: list[DateShown]
    skipped: list[MonthShown]


class SeriesShown(msgspec.Struct, kw_only=True):
    """A series with its bookings, cancelled ones too. `left_out` are the dates that were not free
    when it was made; `follows` and `followed_by` are the parts of one that was split."""

    id: int
    uid: str
    machine: str
    member: int | None
    project: str | None
    starts: str
    ends: str
    repeat: dict[str, Any]
    follows: int | None
    followed_by: int | None
    bookings: list[BookingShown]
    left_out: list[DateShown] = []
