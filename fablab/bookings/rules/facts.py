"""What the rules look at: a wish, and everything known about it. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.quotas.rules import Tally


class Intent(StrEnum):
    """What somebody is about to do; rules about lateness look only at what it changes."""

    NEW = "new"
    MOVE = "move"
    EXTEND = "extend"
    APPROVE = "approve"
    OFFER = "offer"
    NOW = "now"
    IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A machine for a while. `was` is the booking's present time when one is changed.

    `material` goes into the machine: one of the lab's list, `unknown`, or empty, which says that
    it is accepted there and from the lab. Of a `party` somebody takes several machines at once.
    """

    machine_id: int
    period: Period
    intent: Intent = Intent.NEW
    kind: str = "use"
    was: Period | None = None
    booking_id: int | None = None
    material: str = ""
    own_material: bool = False
    party: bool = False

    @property
    def start_changes(self) -> bool:
        return self.was is None or self.was.start != self.period.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The machine's policy in force. Lengths are timedeltas; `horizon` is lab days."""

    granularity: timedelta = timedelta(minutes=30)
    min_duration: timedelta = timedelta(minutes=30)
    max_duration: timedelta = timedelta(hours=4)
    turnaround_after: timedelta = timedelta(0)
    notice_to_book: timedelta = timedelta(0)
    notice_to_move: timedelta = timedelta(hours=1)
    notice_to_cancel: timedelta = timedelta(hours=2)
    checkin_opens_before: timedelta = timedelta(minutes=10)
    grace: timedelta = timedelta(minutes=15)
    horizon: int = 60
    approval_days: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFacts:
    """The machine as it is under the lock."""

    id: int
    name: Words = field(default_factory=Words)
    is_room: bool = False
    status: str = "available"
    dangerous: bool = False
    expected_back_at: datetime | None = None
    units: int = 1
    attendance: str = "staffed"
    safety_class: str = "green"
    supervision: bool = False
    buddy_required: bool = False
    needs_approval: bool = False
    accepted: frozenset[str] = frozenset()
    restricted: frozenset[str] = frozenset()
    banned: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)

    @property
    def attended(self) -> bool:
        """Whether somebody must stand at it for the whole booking."""
        return self.attendance == "staffed" and not self.is_room


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """A row that keeps a unit of the machine, turnaround included."""

    id: int
    machine_id: int
    unit: int
    busy: Period
    ends_at: datetime
    kind: str = "use"
    status: str = "confirmed"
    member_id: int | None = None
    decide_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Why the lab's hours do not carry the wish, and when it opens next.

    `failure` is `start`, `end` or `through`; `windows` are the open hours of the days concerned.
    """

    failure: str
    reason: Words | None = None
    windows: tuple[Period, ...] = ()
    next_opening: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A certification the machine asks for, and what the member holds of it.

    `valid_until` is the last day of the best certificate that is good at the start of the
    booking, None when it has no end; `held` tells whether there is one at all.
    """

    slug: str
    name: Words
    level: int = 1
    levels: int = 1
    held: bool = False
    valid_until: date | None = None
    course: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFacts:
    kind: str
    reason: str = ""
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """Whoever the booking is for. Staff have no plan and no quota."""

    id: int
    is_staff: bool = False
    email_unverified: bool = False
    charter_accepted: int = 0
    holds: tuple[HoldFacts, ...] = ()
    plan: Words | None = None
    plan_horizon: int | None = None
    plan_open_lab_only: bool = False
    plan_until: date | None = None
    birth_year: int | None = None
    declared_adult: bool = False
    adult_seen: bool = False
    consent_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuddyFacts:
    """The second adult who was named: whether they agreed, are certified and free."""

    agreed: bool = False
    adult: bool = False
    certified: bool = False
    free: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything the rules may know. Made by queries, never read from a database here."""

    now: datetime
    zone: ZoneInfo
    machine: MachineFacts
    person: PersonFacts
    asked_at: datetime | None = None
    charter_required: int = 0
    closing: Closing | None = None
    staffed: bool = True
    open_lab: tuple[Period, ...] = ()
    in_open_lab: bool = True
    next_open_lab: Period | None = None
    blockers: tuple[Blocker, ...] = ()
    own: tuple[Blocker, ...] = ()
    attended_ids: frozenset[int] = frozenset()
    machine_names: Mapping[int, Words] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    supervised: bool = False
    buddy: BuddyFacts | None = None
    by_staff: bool = False
    tallies: tuple[Tally, ...] = ()
    material_names: Mapping[str, Words] = field(default_factory=dict)
