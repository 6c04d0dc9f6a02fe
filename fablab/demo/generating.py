"""Bulk data for measuring: machines, members and a history, through the bulk path."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from piccolo.columns import Column

from fablab.activity.actions import record
from fablab.activity.tables import Activity
from fablab.bookings.tables import Booking, Strike
from fablab.core import bulk, clock, db, zones
from fablab.core.errors import WrongSetup
from fablab.core.periods import Period
from fablab.demo import anew, place
from fablab.demo.accounts import PASSWORD
from fablab.demo.build import Progress, silent
from fablab.demo.bulk import Amount, slots
from fablab.demo.bulk_rows import ACTIVITY, BOOKING, MINUTE, Made, Scene, log, make
from fablab.demo.source import Almanac, as_json, read
from fablab.demo.writing import insert
from fablab.lab.place import Place
from fablab.lab.queries import read_place
from fablab.lab.tables import Lab
from fablab.machines.tables import Certification, Machine
from fablab.members.passwords import hashed
from fablab.members.tables import CharterAcceptance, Member
from fablab.training.tables import Certificate, CertificateSource

AT_ONCE = 5000
"""Bookings in one transaction: PostgreSQL's sessions wait for nobody longer than seconds."""
SLUG = "generated"
REAL = "The database holds a lab that is no demo: nothing is generated into it. Name another one."
BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A booking before anything is known of it but who, what and when."""

    machine: Machine
    member: int
    period: Period


async def generate(amount: Amount, progress: Progress | None = None) -> None:
    """Add that much to a demo lab, or to an empty database. `WrongSetup` where it does not fit.

    Anytime machines that everybody generated is certified on: every day is alike, today too.
    """
    amount.check()
    tell = progress or silent
    async with db.connected():
        if await Lab.exists() and not await anew.is_demo():
            raise WrongSetup(REAL)
        tell(0.0, "Setting up machines and people")
        machines, members = await settle(amount, await hashed(PASSWORD))
        await fill(amount, machines, members, tell)
        if not db.is_sqlite():
            await db.execute("ANALYZE")  # as its own autovacuum would, some minutes later


@db.transactional
async def settle(amount: Amount, password: str) -> tuple[list[Machine], list[int]]:
    """The lab if there is none, and those who book: new machines, and the ids of new members."""
    if not await Lab.exists():
        lab_id = await place.make(Almanac(clock.now(), zones.zone(read("lab")["timezone"])))
        await record("made", anew.THING, lab_id, actor=None)
    certification = await Certification.objects().get_or_create(
        Certification.slug == SLUG, {Certification.name: as_json({"en": "Generated"})}
    )
    machines = await make_machines(amount, certification.id)
    return machines, await make_members(amount, password, certification.id, await read_place())


async def make_machines(amount: Amount, certification: int) -> list[Machine]:
    taken = await Machine.count()
    policy = {"attendance": "anytime", "horizon_days": max(60, amount.days_forward)}
    slugs = [f"{SLUG}-{number}" for number in range(taken + 1, taken + amount.machines + 1)]
    await insert(
        [
            Machine(
                slug=slug,
                tag=f"GEN-{number:04d}",
                position=number,
                name=as_json(dict.fromkeys(("ar", "fr", "en"), f"Machine {number}")),
                certification=certification,
                base_certification=False,
                policy=as_json(policy),
            )
            for number, slug in enumerate(slugs, taken + 1)
        ]
    )
    return await Machine.objects().where(Machine.slug.is_in(slugs)).order_by(Machine.id)


async def make_members(amount: Amount, password: str, certification: int, lab: Place) -> list[int]:
    now = clock.now()
    joined_at = now - timedelta(days=amount.days_back) - BEFORE
    first = await free_number()
    numbers = range(first, first + amount.members)
    await insert(
        [
            Member(
                number=number,
                given_name_latin="Member",
                family_name_latin=f"No {number}",
                email=f"member-{number}@example.org",
                email_confirmed_at=joined_at,
                password_hash=password,
                language=("ar", "fr", "en")[number % 3],
                birth_year=now.year - 30,
                declared_adult=True,
                adult_seen_at=joined_at,
                seen_in_person_at=joined_at,
                joined_at=joined_at,
            )
            for number in numbers
        ]
    )
    wanted = (Member.number >= numbers.start) & (Member.number < numbers.stop)
    ids = [row["id"] for row in await Member.select(Member.id).where(wanted).order_by(Member.id)]
    if lab.charter:
        version = lab.charter.version
        await insert(
            [CharterAcceptance(member=each, version=version, at=joined_at) for each in ids]
        )
    await insert(
        [
            Certificate(
                number=f"G-{each}",
                code=f"{SLUG}-{each}",
                member=each,
                certification=certification,
                issued_at=joined_at,
                valid_from=zones.local_date(joined_at, lab.zone),
                source=CertificateSource.COURSE,
            )
            for each in ids
        ]
    )
    return ids


async def free_number() -> int:
    """The first member number after all that are taken."""
    last = await Member.select(Member.number).order_by(Member.number, ascending=False).first()
    return (last["number"] if last else 1000) + 1


async def fill(
    amount: Amount, machines: Sequence[Machine], members: Sequence[int], tell: Progress
) -> None:
    """Day after day, some days a transaction: each is whole by itself."""
    lab, now = await read_place(), clock.now()
    scene = Scene(now=now, zone=lab.zone, tzdata=zones.tzdata_version())
    today, turns, done = lab.calendar.day_of(now), count(), 0
    waiting: list[Wanted] = []
    for number in range(amount.days):
        for slot in slots(amount, today, lab.zone, number):
            member = members[next(turns) % len(members)]  # else one would be at two places
            waiting.append(Wanted(machines[slot.machine], member, slot.period))
        if len(waiting) >= AT_ONCE or number == amount.days - 1:
            await write(scene, waiting)
            done += len(waiting)
            waiting = []
            tell(done / amount.bookings, f"{done:,} of {amount.bookings:,} bookings")


@db.transactional
async def write(scene: Scene, wanted: Sequence[Wanted]) -> None:
    """The bookings, their log, the strikes of those who were missing, the machines' hours."""
    ids = await bulk.take_ids(Booking, len(wanted))
    made = [
        make(scene, booking_id, each.machine.id, each.member, each.period)
        for booking_id, each in zip(ids, wanted, strict=True)
    ]
    await bulk.insert(Booking, list(BOOKING), [tuple(each.columns.values()) for each in made])
    told = zip(made, wanted, strict=True)
    rows = [row for each, wish in told for row in log(each, wish.machine.slug)]
    await bulk.insert(Activity, list(ACTIVITY), rows)
    await insert(
        [
            Strike(member=each.columns["member"], booking=each.columns["id"], at=each.struck_at)
            for each in made
            if each.struck_at
        ]
    )
    for machine, minutes in minutes_used(made).items():
        used: dict[Column | str, Any] = {Machine.hours_counter: Machine.hours_counter + minutes}
        await Machine.update(used).where(Machine.id == machine)


def minutes_used(made: Sequence[Made]) -> Counter[int]:
    used: Counter[int] = Counter()
    for each in made:
        columns = each.columns
        if columns["finished_at"]:
            used[columns["machine"]] += int((columns["ends_at"] - columns["starts_at"]) / MINUTE)
    return used
