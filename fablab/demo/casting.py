"""Read who takes part in the demo's history from the data."""

from collections.abc import Mapping
from datetime import date, timedelta

from fablab.core.words import Words
from fablab.demo import certificates, machines, people
from fablab.demo.accounts import ACCOUNT_SLUGS, NEWCOMER
from fablab.demo.cast import Bookable, Cast, Course, Held, Person, Team, Terms
from fablab.demo.source import Almanac, Row, read
from fablab.machines.policy import Policy

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
