"""Who has what when: one table for whatever occupies a machine."""

from enum import StrEnum

from piccolo.columns import (
    JSON,
    BigInt,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Serial,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from fablab.core.periods import Period
from fablab.machines.tables import Category, Machine
from fablab.members.tables import Member, Project


class Kind(StrEnum):
    USE = "use"
    TRAINING = "training"
    MAINTENANCE = "maintenance"
    OFFER = "offer"


class Status(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    REJECTED = "rejected"
    EXPIRED = "expired"


BLOCKING = (Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED)


class Booking(Table):
    """A machine's unit is held for `[starts_at, busy_until)`; the database refuses overlaps.

    `starts_at` and `ends_at` are as agreed; `busy_until` adds the turnaround and moves when the
    booking is finished, given up or released. The wall-clock times are kept beside, because
    10:00 stays 10:00 when the zone's law changes (domain: time).
    """

    id: Serial
    uid = Varchar(40, unique=True)
    sequence = Integer(default=0, help_text="Counts changes, for calendars.")
    kind = Varchar(12, choices=Kind, default=Kind.USE)
    status = Varchar(12, choices=Status, default=Status.CONFIRMED)
    machine = ForeignKey(Machine, null=False, default=None, on_delete=OnDelete.restrict)
    unit = Integer(default=1)
    member = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    operator = BigInt(null=True, default=None, help_text="Who checked in and is responsible.")
    project = ForeignKey(Project, null=True, default=None, on_delete=OnDelete.restrict)
    starts_at = Timestamptz(default=None, null=False)
    ends_at = Timestamptz(default=None, null=False)
    busy_until = Timestamptz(default=None, null=False)
    starts_wall = Varchar(32, help_text="Wall clock with its offset, as agreed.")
    ends_wall = Varchar(32)
    zone = Varchar(60)
    tzdata = Varchar(20)
    release_at = Timestamptz(null=True, default=None, help_text="None: never released.")
    spared = Boolean(default=False, help_text="No strike: the pages were down in its window.")
    remind_at = Timestamptz(null=True, default=None, help_text="None: nothing (more) to send.")
    late_minutes = Integer(default=0, help_text="Announced once, extends the grace.")
    made_at = Timestamptz(default=None, null=False)
    made_by = BigInt(null=True, default=None)
    made_via = Varchar(10, default="web")
    checked_in_at = Timestamptz(null=True, default=None)
    checked_in_by = BigInt(null=True, default=None)
    checked_in_via = Varchar(10, default="")
    finished_at = Timestamptz(null=True, default=None)
    ended_because = Varchar(20, default="", help_text="fault, power, closing, safety...")
    cancelled_at = Timestamptz(null=True, default=None)
    cancelled_by = BigInt(null=True, default=None)
    cancel_reason = Varchar(500, default="")
    gave_up = Boolean(default=False, help_text="Cancelled after the deadline.")
    note = Varchar(500, default="")
    title = JSON(default="{}", help_text="What a training or maintenance is called.")
    override = JSON(default="{}", help_text="{rules, reason}: what staff set aside, and why.")
    attention = Varchar(40, default="", help_text="Why it may not hold, such as a revocation.")
    party = Varchar(40, null=True, default=None, index=True)
    series = BigInt(null=True, default=None, index=True)
    occurrence = Date(null=True, default=None)
    buddy = BigInt(null=True, default=None)
    supervisor = BigInt(null=True, default=None)
    material = Varchar(60, default="")
    own_material = Boolean(default=False)
    waiting = BigInt(null=True, default=None, help_text="The entry that an offer answers.")
    decide_by = Timestamptz(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = BigInt(null=True, default=None)
    awaits = Varchar(40, default="", help_text="What is pending: approval, material, buddy.")
    decision_note = Varchar(500, default="", help_text="What staff said when they decided.")
    buddy_agreed_at = Timestamptz(null=True, default=None)
    overran_at = Timestamptz(null=True, default=None, help_text="Still running at its end.")

    @property
    def period(self) -> Period:
        return Period(self.starts_at, self.ends_at)

    @property
    def busy(self) -> Period:
        """What nobody else can have: the agreed time and the turnaround."""
        return Period(self.starts_at, max(self.busy_until, self.starts_at))


class Strike(Table):
    """A booking nobody came for. Forgiven ones stay, and count no more."""

    id: Serial
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    booking = ForeignKey(
        Booking, null=False, default=None, on_delete=OnDelete.restrict, unique=True
    )
    at = Timestamptz(default=None, null=False)
    halves = Integer(default=2, help_text="Half strikes: 2 is one strike.")
    forgiven_at = Timestamptz(null=True, default=None)
    forgiven_by = BigInt(null=True, default=None)
    forgiven_reason = Varchar(500, default="")


class Series(Table):
    """Bookings that repeat on the wall. Its instances are bookings that name it.

    `follows` and `followed_by` link the halves of one that was split.
    """

    id: Serial
    uid = Varchar(40, unique=True)
    machine = ForeignKey(Machine, null=False, default=None, on_delete=OnDelete.restrict)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    project = ForeignKey(Project, null=True, default=None, on_delete=OnDelete.restrict)
    starts_wall = Varchar(32, help_text="The first instance, wall clock without offset.")
    ends_wall = Varchar(32)
    repeat = JSON(default="{}", help_text="{every, unit, weekdays?, nth?, until | count}")
    made_at = Timestamptz(default=None, null=False)
    made_by = BigInt(null=True, default=None)
    follows = BigInt(null=True, default=None)
    followed_by = BigInt(null=True, default=None)


class WaitingState(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    SERVED = "served"
    LEFT = "left"
    LAPSED = "lapsed"


class Waiting(Table):
    """Somebody wants a machine, or any of a category, for so long within a window.

    First come, first served: by `id`. `silent` counts offers that were left unanswered.
    """

    id: Serial
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    machine = ForeignKey(Machine, null=True, default=None, on_delete=OnDelete.restrict)
    category = ForeignKey(Category, null=True, default=None, on_delete=OnDelete.restrict)
    project = ForeignKey(Project, null=True, default=None, on_delete=OnDelete.restrict)
    window_start = Timestamptz(default=None, null=False)
    window_end = Timestamptz(default=None, null=False)
    minutes = Integer(default=60)
    state = Varchar(10, choices=WaitingState, default=WaitingState.WAITING)
    made_at = Timestamptz(default=None, null=False)
    ended_at = Timestamptz(null=True, default=None)
    silent = Integer(default=0)
    skipped_at = Timestamptz(null=True, default=None)
    skipped_codes = Varchar(200, default="", help_text="Rules that kept it from the last time.")
    material = Varchar(60, default="")
    own_material = Boolean(default=False)
