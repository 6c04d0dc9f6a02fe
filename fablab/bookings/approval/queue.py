"""The requests that wait, soonest decision first, each with what staff should know of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fablab.bookings.approval.card import NEAR, Beside, Waiting, request, rivals
from fablab.bookings.knowing import known_several
from fablab.bookings.situation import Situation
from fablab.bookings.taken import REACH, blocker
from fablab.core import db
from fablab.core.words import Words
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.queries import called
from fablab.quotas import queries as quotas

MOST = 50
WAITING = """
SELECT b.id, b.machine, b.member, b.buddy, b.starts_at, b.ends_at, b.made_at, b.material,
    b.own_material, b.note, b.awaits, b.decide_by, b.party, m.number,
    m.given_name_ar, m.family_name_ar, m.given_name_latin, m.family_name_latin,
    s.number AS buddy_number,
    (SELECT max(a.at) FROM activity a WHERE a.thing = 'booking' AND a.thing_id = b.id
        AND a.verb IN ('made', 'moved', 'extended')) AS asked_at,
    (SELECT COALESCE(sum(k.halves), 0) FROM strike k
        WHERE k.member = b.member AND k.at > {} AND k.forgiven_at IS NULL) AS halves
FROM booking b JOIN member m ON m.id = b.member LEFT JOIN member s ON s.id = b.buddy
WHERE b.status = 'pending' AND b.kind = 'use' AND b.starts_at > {}
    AND (b.decide_by > {} OR b.decide_by IS NULL)
ORDER BY b.decide_by, b.id LIMIT {}
"""
HOW_MANY = """
SELECT count(*) AS found FROM booking
WHERE status = 'pending' AND kind = 'use' AND starts_at > {} AND decide_by > {}
    AND awaits <> 'buddy'
"""
BESIDE = """
SELECT o.id, o.machine, o.unit, o.kind, o.status, o.member, o.starts_at, o.ends_at, o.busy_until,
    o.decide_by, m.given_name_ar, m.family_name_ar, m.given_name_latin, m.family_name_latin
FROM booking o LEFT JOIN member m ON m.id = o.member
WHERE o.status IN ('pending', 'confirmed', 'checked_in', 'completed') AND ({})
ORDER BY o.starts_at, o.id
"""
AT_ITS_MACHINE = "(o.machine = {} AND o.starts_at > {} AND o.starts_at < {} AND o.busy_until > {})"
OF_ITS_MEMBER = "(o.member = {} AND o.starts_at > {} AND o.starts_at < {} AND o.busy_until > {})"


async def how_many(now: datetime) -> int:
    """Those that staff have to decide."""
    [row] = await db.fetch(HOW_MANY, now, now)
    return int(row["found"])


async def waiting(place: Place, machines: Catalogue, now: datetime) -> list[Waiting]:
    """Six statements, however many there are."""
    window = now - timedelta(days=place.policy["strike_window_days"])
    rows = [
        timed(row)
        for row in await db.fetch(WAITING, window, now, now, MOST)
        if machines.by_id(row["machine"])
    ]
    if not rows:
        return []
    people = await known_several({row["member"] for row in rows}, now)
    near = await beside(rows, machines)
    people = await with_uses(people, rows)
    found = [request(row, people[row["member"]], near) for row in rows]
    return [replace(each, rivals=rivals(each, found)) for each in found]


def timed(row: dict[str, Any]) -> dict[str, Any]:
    """With its computed instant read: SQLite gives it as text."""
    return row | {"asked_at": db.instant(row["asked_at"]) or row["made_at"]}


async def beside(rows: Sequence[Mapping[str, Any]], machines: Catalogue) -> list[Beside]:
    conditions, args = [], []
    for row in rows:
        start, end = row["starts_at"], row["ends_at"]
        conditions += [AT_ITS_MACHINE, OF_ITS_MEMBER]
        args += [row["machine"], start - REACH, end + NEAR, start - NEAR]
        args += [row["member"], start - REACH, end, start]
    sql = BESIDE.replace("({})", f"({' OR '.join(conditions)})")
    return [
        Beside(blocker(row), view, called(row) if row["member"] else Words())
        for row in await db.fetch(sql, *args)
        if (view := machines.by_id(row["machine"]))
    ]


async def with_uses(
    people: dict[int, Situation], rows: Sequence[Mapping[str, Any]]
) -> dict[int, Situation]:
    """With what those whom quotas bind have used of them."""
    bound = {member: each for member, each in people.items() if each.quotas}
    if not bound:
        return people
    some = next(iter(bound.values()))
    earliest = min(some.now, *(row["starts_at"] for row in rows))
    terms = tuple({each for one in bound.values() for each in one.quotas})
    start = quotas.since(terms, earliest, some.place.calendar)
    used = await quotas.uses(list(bound), start, some.catalogue)
    return people | {member: replace(each, uses=used[member]) for member, each in bound.items()}
