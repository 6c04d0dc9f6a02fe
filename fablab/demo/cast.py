"""Who and what takes part in the demo's history: people, machines, certificates, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from fablab.core.words import Words
from fablab.demo import certificates, machines, people
from fablab.demo.accounts import ACCOUNT_SLUGS, NEWCOMER
from fablab.demo.source import Almanac, Row, read
from fablab.lab.hours import Attendance
from fablab.machines.policy import Policy

BASE = "safety"
POPULARITY = {
    "3DP-01": 5,
    "3DP-02": 5,
    "3DP-03": 4,
    "LAS-02": 6,
    "DSK-01": 3,
    "VIN-01": 3,
    "ELB-01": 3,
    "CNC-02": 3,
    "EMB-01": 3,
    "RM-01": 1,
    "MIL-02": 1,
    "VAC-01": 1,
    "SCN-01": 1,
    "LAS-01": 1,
    "CNC-01": 1,
    "WOD-01": 1,
}
"""How often people want a machine, against the others (2)."""
KEENNESS = {"startup": 10, "student": 8, "company": 8, "public": 5}
STAFF_KEENNESS = 2
PUPIL_KEENNESS = 4
ACCOUNTS_KEENNESS = 1


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


def gather(almanac: Almanac, lab_policy: Row) -> Cast:
    """The people, machines and courses of the data. The newcomer has not booked yet."""
    plans = {row["slug"]: terms(row) for row in read("people")["plans"]}
    everybody = [person(row, plans, almanac) for row in people.source()]
    return Cast(
        {each.slug: each for each in everybody if each.slug != NEWCOMER},
        {row["slug"]: bookable(row, lab_policy) for row in machines.source()},
        {each.slug: each for each in map(course, read("training")["courses"])},
    )


def terms(row: Row) -> Terms:
    return Terms(
        open_lab_only=row["booking_windows"] == "open_lab",
        horizon_days=row["advance_days"],
        per_week=timedelta(hours=row["hours_per_week"]),
        open_bookings=row["open_bookings"],
    )


def person(row: Row, plans: Mapping[str, Terms], almanac: Almanac) -> Person:
    return Person(
        slug=row["slug"],
        is_staff=row["role"] in ("manager", "admin"),
        is_minor=people.is_minor(row, almanac),
        joined_at=people.joined(row, almanac),
        terms=plans.get(row["plan"] or ""),
        held=tuple(held(each, almanac) for each in row["certifications"]),
        keenness=keenness(row),
        projects={
            tag: Team(project["slug"], started_on)
            for project in read("people")["projects"]
            if row["slug"] in project["members"]
            if (started_on := almanac.day(project["started_on"]))
            for tag in project["machines"]
        },
    )


def keenness(row: Row) -> int:
    """How often somebody books, against the others. The accounts to try leave their quota free."""
    if row["slug"] in ACCOUNT_SLUGS:
        return ACCOUNTS_KEENNESS
    if row["profile"] == "pupil":
        return PUPIL_KEENNESS
    return KEENNESS.get(row["plan"] or "", STAFF_KEENNESS)


def held(row: Row, almanac: Almanac) -> Held:
    first_day, last_day = almanac.day(row["issued_on"]), almanac.day(row["expires_on"])
    assert first_day is not None
    return Held(
        certification=row["certification"],
        level=row["level"],
        scope=row["scope"] or "",
        first_day=first_day,
        last_day=last_day or date.max,
        inactivity_months=certificates.inactivity(row["certification"], row["level"]),
    )


def bookable(row: Row, lab_policy: Row) -> Bookable:
    return Bookable(
        slug=row["slug"],
        tag=row["tag"],
        is_room=row["kind"] == "room",
        units=machines.units(row),
        policy=Policy.inherited(lab_policy, machines.policy(row)),
        certification=row["required_certification"],
        level=row["required_level"] or 1,
        is_red=row["safety_class"] == "red",
        supervision=row["supervision"],
        buddy_required=row["buddy_required"],
        materials=tuple(row["accepted_materials"]),
        popularity=POPULARITY.get(row["tag"], 2),
    )


def course(row: Row) -> Course:
    granted = [each for each in (row["grants"], row["partial_grant"]) if each]
    return Course(
        slug=row["slug"],
        title=Words.parse(row["title"]),
        length=timedelta(minutes=row["duration_minutes"]),
        machines=tuple(row["unlocks"][:1]) if row["slug"] != "safety-0" else (),
        grants=tuple((each["certification"], each["level"]) for each in granted),
    )
