"""Who and what takes part in the demo's history: people, machines, certificates, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from fablab.core.words import Words
from fablab.lab.hours import Attendance
from fablab.machines.policy import Policy

BASE = "safety"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A certificate's days, both inclusive. `inactivity_months`: lapses after so long unused."""

    certification: str
    level: int
    scope: str
    first_day: date
    last_day: date
    inactivity_months: int | None

    def covers(self, first_day: date, last_day: date) -> bool:
        return self.first_day <= first_day and last_day <= self.last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the person's plan allows; staff have none of these limits."""

    open_lab_only: bool
    horizon_days: int
    per_week: timedelta
    open_bookings: int


@dataclass(frozen=True, slots=True)
class Team:
    """A project the person belongs to."""

    slug: str
    started_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who books. `projects` tells which project uses a machine, by its tag."""

    slug: str
    is_staff: bool
    is_minor: bool
    joined_at: datetime
    terms: Terms | None
    held: tuple[Held, ...]
    keenness: int
    projects: Mapping[str, Team]

    def may_use(self, machine: "Bookable", first_day: date, last_day: date) -> bool:
        """Whether certificates valid on all of those days allow the machine."""
        needed = [(machine.certification, machine.level), (BASE, 1)]
        return machine.certification is None or all(
            any(
                held.certification == name and held.level >= level
                for held in self.held
                if held.covers(first_day, last_day)
            )
            for name, level in needed
        )

    def supervises(self, machine: "Bookable", day: date) -> bool:
        return any(
            held.certification == "trainer" and held.scope == machine.certification
            for held in self.held
            if held.covers(day, day)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookable:
    """A machine or room as those who book it know it."""

    slug: str
    tag: str
    is_room: bool
    units: int
    policy: Policy
    certification: str | None
    level: int
    is_red: bool
    supervision: bool
    buddy_required: bool
    materials: tuple[str, ...]
    popularity: int

    @property
    def attended(self) -> bool:
        return self.policy.attendance == Attendance.STAFFED and not self.is_room

    @property
    def runs_alone(self) -> bool:
        """A print goes on without anybody, also through the night."""
        return self.policy.attendance == Attendance.START_AND_END_STAFFED


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a training in the calendar needs to know of its course."""

    slug: str
    title: Words
    length: timedelta
    machines: tuple[str, ...]
    grants: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody and everything, by slug; machines by tag too."""

    people: dict[str, Person]
    machines: dict[str, Bookable]
    courses: dict[str, Course]
    tagged: dict[str, Bookable] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tagged.update({machine.tag: machine for machine in self.machines.values()})
