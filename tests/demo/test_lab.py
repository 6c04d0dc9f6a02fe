"""What the demo lab has: everything of the data, in three languages, and people who may sign in."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from piccolo.table import Table

from fablab.bookings.tables import Booking, Strike
from fablab.core.words import LANGUAGES
from fablab.demo.accounts import ACCOUNTS, PASSWORD
from fablab.demo.build import make_demo
from fablab.demo.source import read
from fablab.lab.place import Place
from fablab.lab.tables import Charter, Closure, Lab, OpeningHours, Season
from fablab.machines.policy import Policy
from fablab.machines.tables import Category, Certification, Machine, Material
from fablab.members.passwords import compare
from fablab.members.tables import CharterAcceptance, Member, Plan, Project, ProjectMember
from fablab.training.tables import Certificate
from tests.factories import MONDAY

pytestmark = pytest.mark.usefixtures("committed_database")

COUNTS: list[tuple[type[Table], int]] = [
    (Lab, 1),
    (Season, 2),
    (Closure, 20),
    (Charter, 1),
    (Machine, 20 + 3),
    (Category, 7),
    (Certification, 9),
    (Plan, 4),
    (Member, 24 + 5),
    (CharterAcceptance, 24 + 4),
    (Project, 5),
    (ProjectMember, 15),
]


@pytest.mark.parametrize(
    ("table", "number"), COUNTS, ids=lambda each: getattr(each, "__name__", "")
)
async def test_everything_of_the_data_is_there(table: type[Table], number: int) -> None:
    assert await table.count() == number


async def test_certificates_and_materials_of_the_data_are_there() -> None:
    held = sum(len(person["certifications"]) for person in read("people")["people"])
    assert await Certificate.count() > held
    assert await Material.count() == len(read("machines")["materials"])


async def test_it_is_made_once() -> None:
    before = [await table.count() for table in (Lab, Member, Booking, OpeningHours)]
    assert not await make_demo()
    assert [await table.count() for table in (Lab, Member, Booking, OpeningHours)] == before


def texts(value: Any) -> Iterator[dict[str, str]]:
    """Every text in several languages, however deep it lies."""
    if isinstance(value, dict):
        if value.keys() & set(LANGUAGES):
            yield value
        else:
            for inner in value.values():
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str) and value[:1] in "[{" and value:
        yield from texts(json.loads(value))


WORDY = [Lab, Season, Closure, Charter, Machine, Category, Certification, Material, Plan, Project]


@pytest.mark.parametrize("table", [*WORDY, Booking], ids=lambda table: table.__name__)
async def test_every_text_is_there_in_three_languages(table: type[Table]) -> None:
    found = [text for row in await table.select() for text in texts(row)]
    assert found
    assert not [text for text in found if not all(text.get(name) for name in LANGUAGES)]


async def test_machines_have_the_numbers_of_the_data(place: Place) -> None:
    rows = {row["slug"]: row for row in await Machine.select()}
    for source in (*read("machines")["machines"], *read("machines")["rooms"]):
        row = rows[source["slug"]]
        policy = Policy.inherited(place.policy, json.loads(row["policy"]))
        assert policy.max_duration == timedelta(minutes=source["max_minutes"])
        assert policy.grace == timedelta(minutes=source["checkin_grace_minutes"])
        assert policy.turnaround_after == timedelta(minutes=source["turnaround_minutes"])
        assert policy.attendance == source["attendance"]
        assert row["capacity"] == source["capacity"]
        assert row["units"] == (6 if source["slug"] == "incubator-desks" else 1)


async def test_the_broken_machine_says_what_it_has_and_when_it_is_back() -> None:
    [broken] = await Machine.select().where(Machine.status != "available")
    assert broken["status"] == "out_of_order"
    assert MONDAY < broken["expected_back_at"] < MONDAY + timedelta(days=8)
    taken = Booking.machine == broken["id"]
    soon = (Booking.starts_at >= MONDAY) & (Booking.starts_at < broken["expected_back_at"])
    assert not await Booking.exists().where(taken & soon & (Booking.status != "cancelled"))


async def test_everybody_signs_in_with_the_same_password_and_is_confirmed() -> None:
    people = await Member.select()
    [hashed] = {row["password_hash"] for row in people}
    assert compare(hashed, PASSWORD).right
    assert all(row["email_confirmed_at"] and row["birth_year"] for row in people)
    assert sorted(row["number"] for row in people) == list(range(1001, 1030))


async def test_minors_have_their_guardians_consent_and_nobody_else() -> None:
    for row in await Member.select():
        minor = MONDAY.year - row["birth_year"] < 18
        assert (row["consent_until"] is not None) == minor
        assert row["declared_adult"] == (not minor)


async def test_the_accounts_to_try_are_who_they_say() -> None:
    people = {row["email"]: row for row in await Member.select()}
    roles = {account.email.split("@")[0]: people[account.email]["role"] for account in ACCOUNTS}
    assert roles == {
        "admin": "admin",
        "manager": "manager",
        "trainer": "trainer",
        "member": "member",
        "newcomer": "member",
    }
    names = {row["id"]: row["slug"] for row in await Certification.select()}
    today = MONDAY.date()
    good = {
        (row["member"], names[row["certification"]])
        for row in await Certificate.select()
        if row["valid_from"] <= today <= row["valid_until"]
    }
    member, newcomer = people["member@example.org"]["id"], people["newcomer@example.org"]["id"]
    assert {name for whose, name in good if whose == member} == {"safety", "fdm", "laser"}
    assert newcomer not in {whose for whose, _ in good}
    accepted = CharterAcceptance.member == newcomer
    assert not await CharterAcceptance.exists().where(accepted)


async def test_certificates_keep_their_distance_from_today() -> None:
    """One of the data expired 17 days before its reference day, one expires 17 days after."""
    people = {row["email"]: row["id"] for row in await Member.select()}
    laser = await Certificate.select().where(
        Certificate.member == people["mohamed.amine.chaoui@example.org"]
    )
    resin = await Certificate.select().where(
        Certificate.member == people["meryem.tahiri@example.org"]
    )
    ends = {(row["valid_until"] - MONDAY.date()).days for row in (*laser, *resin)}
    assert {-17, 17} <= ends


async def test_certificates_are_numbered_as_they_were_issued() -> None:
    rows = await Certificate.select().order_by(Certificate.number)
    assert rows[0]["number"].endswith("-00001")
    assert [row["valid_from"] for row in rows] == sorted(row["valid_from"] for row in rows)
    assert len({row["code"] for row in rows}) == len(rows)
    assert not [row for row in rows if row["issued_by"] == row["member"]]


async def test_nobody_is_near_a_hold() -> None:
    recent = await Strike.select().where(Strike.at > MONDAY - timedelta(days=60))
    struck = [row["member"] for row in recent]
    assert struck
    assert max(struck.count(member) for member in struck) < 3
