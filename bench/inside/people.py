"""Who asks, and for what: sessions, tokens, and free slots that nobody was given yet."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from bench.inside.answering import answer
from fablab.bookings.tables import Booking
from fablab.core import clock, db, jobs, zones
from fablab.core.periods import Period
from fablab.core.secrets import digest, new_token
from fablab.demo.generating import SLUG
from fablab.lab.place import Place
from fablab.lab.queries import read_place
from fablab.machines.tables import Machine
from fablab.members.tables import ApiToken, Member, Session
from fablab.schedule import NIGHTLY

SOON = timedelta(hours=2)  # longer than anybody measures
STEP = timedelta(minutes=30)
FIRST_STEP, LAST_STEP = timedelta(hours=7), timedelta(hours=22)
AHEAD, DAYS = 2, 26  # wishes are for these days: the smallest lab has thirty ahead
GONE = """
UPDATE booking SET status = 'completed', checked_in_at = starts_at, finished_at = ends_at
WHERE status IN ('confirmed', 'checked_in') AND ends_at <= {}
"""
HERE = """
UPDATE booking SET status = 'checked_in', checked_in_at = starts_at
WHERE status = 'confirmed' AND starts_at <= {}
"""
REMINDED = "UPDATE booking SET remind_at = NULL WHERE remind_at <= {} AND status = 'confirmed'"
Rows = list[dict[str, str]]


async def prepare(wishes: int) -> dict[str, Any]:
    """Values for the addresses, and rows: members who are signed in, wishes that all come true."""
    async with db.connected():
        await everybody_came()
        members = await signed_in()
        lab = await read_place()
        await last_night(lab)
        today = lab.calendar.day_of(clock.now())
        ours = Machine.slug.like(f"{SLUG}-%")
        machines = await Machine.objects().where(ours).order_by(Machine.id)
        found = await free(machines, members, today, wishes)
        week = today + timedelta(days=1)
        return {
            "values": {
                "machine": machines[len(machines) // 2].slug,
                "day": str(today + timedelta(days=3)),
                "week_begins": f"{week}T00:00",
                "week_ends": f"{week + timedelta(days=7)}T00:00",
                **{name: members[0][name] for name in ("session", "token")},
            },
            "rows": {"members": members, "wishes": found},
        }


@db.transactional
async def everybody_came() -> None:
    """A kept database is some days old: else the server would first release what it missed."""
    now = clock.now()
    await db.execute(GONE, now)
    await db.execute(HERE, now + SOON)
    await db.execute(REMINDED, now + SOON)


async def last_night(lab: Place) -> None:
    """Last night's jobs are done: else the server would make a backup in the middle of it all."""

    async def nothing() -> None:
        pass

    for name, (at, _) in NIGHTLY.items():
        await jobs.once(name, jobs.last_due(at, lab.zone, clock.now()), nothing)


@db.transactional
async def signed_in() -> list[dict[str, Any]]:
    """Every generated member, with a browser and a program."""
    now, later = clock.now(), clock.now() + timedelta(days=30)
    rows = await Member.select(Member.id).where(Member.email.like("member-%")).order_by(Member.id)
    made = [{"id": row["id"], "session": new_token(), "token": new_token()} for row in rows]
    await Session.insert(
        *(
            Session(
                key_hash=digest(each["session"]),
                member=each["id"],
                made_at=now,
                last_seen_at=now,
                expires_at=later,
            )
            for each in made
        )
    )
    await ApiToken.insert(
        *(
            ApiToken(
                member=each["id"],
                name="bench",
                key_hash=digest(each["token"]),
                scopes='["read", "book"]',
                made_at=now,
                last_used_at=now,
            )
            for each in made
        )
    )
    return made


async def free(machines: list[Machine], members: list[Any], today: date, most: int) -> Rows:
    """Half hours of the coming weeks, between other people's bookings, each for who is free then.

    One after another they are for different machines and members.
    """
    zone, found, turns = (await read_place()).zone, Rows(), count()
    for ahead in range(AHEAD, AHEAD + DAYS):
        if len(found) >= most:
            break
        midnight = zones.midnight(today + timedelta(days=ahead), zone)
        taken = await taken_on(Period(midnight, midnight + timedelta(days=1)))
        for slot in steps(midnight):
            busy = [row for row in taken if row["period"].overlaps(slot)]
            used = {row["machine"] for row in busy}
            away = {row["member"] for row in busy}
            for machine in machines:
                if machine.id in used:
                    continue
                waiting = (members[turn % len(members)] for turn in turns)
                member = next(each for each in waiting if each["id"] not in away)
                away.add(member["id"])
                found.append(wish(machine, member, slot))
    return found[:most]


def steps(midnight: datetime) -> Iterator[Period]:
    at = midnight + FIRST_STEP
    while at < midnight + LAST_STEP:
        yield Period(at, at + STEP)
        at += STEP


async def taken_on(day: Period) -> list[dict[str, Any]]:
    rows: Iterable[dict[str, Any]] = await Booking.select(
        Booking.machine, Booking.member, Booking.starts_at, Booking.busy_until
    ).where(Booking.starts_at >= day.start - timedelta(days=1), Booking.starts_at < day.end)
    return [
        row | {"period": Period(row["starts_at"], row["busy_until"])}
        for row in rows
        if row["busy_until"] > row["starts_at"]
    ]


def wish(machine: Machine, member: dict[str, Any], slot: Period) -> dict[str, str]:
    return {
        "machine": machine.slug,
        "starts_at": slot.start.isoformat(),
        "ends_at": slot.end.isoformat(),
        "token": member["token"],
    }


if __name__ == "__main__":
    answer(prepare)
