"""What the forms of bookings send."""

from datetime import datetime
from typing import Annotated

import msgspec

from fablab.bookings.asking import Override
from fablab.core.errors import Problem, Refused
from fablab.core.words import N_

Short = Annotated[str, msgspec.Meta(max_length=500)]
Number = Annotated[int, msgspec.Meta(ge=1)]


class SettingAside(msgspec.Struct, kw_only=True):
    """What only staff send: rules they set aside, and why."""

    override: list[str] = []
    reason: Short = ""

    def set_aside(self) -> Override | None:
        """What staff set aside; `Refused` without a reason."""
        if not self.override:
            return None
        if not self.reason:
            message = N_("Say why: it is kept with the booking.")
            raise Refused(Problem("required", message, "reason"))
        return Override(rules=frozenset(self.override), reason=self.reason)


class GoesIn(SettingAside, kw_only=True):
    """What goes in, on the forms of machines that ask: one of the lab's list, `unknown`, or
    `accepted` for whatever is accepted there."""

    material: Annotated[str, msgspec.Meta(max_length=60)] = ""
    own_material: bool = False


class BookingForm(GoesIn, kw_only=True):
    """A machine for a while, or any of a `category`; more `machines` at the same time, or so many
    `seats` of the one. `member` is for staff."""

    machine: str = ""
    category: str = ""
    machines: list[str] = []
    seats: Annotated[int, msgspec.Meta(ge=1, le=30)] = 1
    starts_at: datetime
    ends_at: datetime
    project: str = ""
    note: Short = ""
    member: Number | None = None
    buddy: Number | None = None


class NowForm(GoesIn, kw_only=True):
    """A machine from this minute on; `member` for staff."""

    machine: str
    ends_at: datetime
    member: Number | None = None


class MoveForm(GoesIn, kw_only=True):
    """Another time, perhaps another machine."""

    starts_at: datetime
    ends_at: datetime
    machine: str = ""


class ExtendForm(SettingAside, kw_only=True):
    ends_at: datetime


class CheckInForm(msgspec.Struct):
    """What goes in, where the machine asks whether it is still what was booked."""

    material: Annotated[str, msgspec.Meta(max_length=60)] = ""
    own_material: bool = False


class CancelForm(msgspec.Struct):
    """`give_up`: although the deadline is past."""

    give_up: bool = False
    reason: Short = ""


class FinishForm(msgspec.Struct):
    """`note`: what they tell of the use or the machine."""

    note: Short = ""


class Nothing(msgspec.Struct):
    """A form of one button."""
