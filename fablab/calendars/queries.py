"""What a calendar shows, and whose it is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fablab.calendars.ical import Entry, state_of
from fablab.core import db, secrets
from fablab.core.i18n import gettext
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.queries import called

BEHIND = timedelta(days=60)
MOST = 2_000

OWNER = """
SELECT f.id, f.machine, f.last_used_at, m.id AS member, m.language, m.role,
    m.given_name_ar, m.family_name_ar, m.given_name_latin, m.family_name_latin
FROM feed f JOIN member m ON m.id = f.member
WHERE f.key_hash = {} AND f.revoked_at IS NULL AND m.state = 'active'
"""
COLUMNS = """
SELECT b.id, b.uid, b.sequence, b.kind, b.status, b.machine, b.member, b.title, b.starts_at,
    b.ends_at, b.made_at, b.decided_at, b.checked_in_at, b.finished_at, b.cancelled_at,
    p.title AS project
FROM booking b LEFT JOIN project p ON p.id = b.project
"""
# Of more than a calendar takes, what is over is left out first.
WHAT_COMES = "ORDER BY CASE WHEN b.ends_at < {} THEN 1 ELSE 0 END, b.starts_at, b.id LIMIT {}"
OF_MEMBER = f"""{COLUMNS}
WHERE b.kind = 'use' AND b.starts_at >= {{}} AND (b.member = {{}} OR b.project IN (
    SELECT project FROM project_member WHERE member = {{}}))
{WHAT_COMES}
"""  # noqa: S608 - every part is a constant of this module
OF_MACHINE = f"""{COLUMNS}
WHERE b.machine = {{}} AND b.kind <> 'offer'
    AND (b.starts_at >= {{}} OR (b.kind <> 'use' AND b.busy_until > {{}}))
{WHAT_COMES}
"""
OF_IDS = f"{COLUMNS} WHERE b.id IN {{}} ORDER BY b.starts_at, b.id"
FEEDS = """
SELECT id, machine, made_at, last_used_at FROM feed
WHERE member = {} AND revoked_at IS NULL ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A feed as its secret address finds it. `machine_id` None: the member's own bookings."""

    id: int
    member_id: int
    language: str
    name: Words
    machine_id: int | None
    last_used_at: datetime | None


async def subscribed(key: str) -> Subscribed | None:
    """The feed of that address: None when there is none, or none any more."""
    rows = await db.fetch(OWNER, secrets.digest(key))
    if not rows:
        return None
    [row] = rows
    return Subscribed(
        row["id"], row["member"], row["language"], called(row), row["machine"], row["last_used_at"]
    )


async def feeds_of(member_id: int) -> list[dict[str, Any]]:
    """`{id, machine, made_at, last_used_at}` of those still good."""
    return await db.fetch(FEEDS, member_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """In whose eyes and words entries are written; `base_url` leads to the bookings' pages."""

    member_id: int
    language: str
    place: Place
    machines: Catalogue
    base_url: str


async def of_member(shown: Shown, now: datetime) -> list[Entry]:
    """The member's bookings and their teams', two months back and all that come."""
    member = shown.member_id
    rows = await db.fetch(OF_MEMBER, now - BEHIND, member, member, now, MOST)
    return [own(row, shown) for row in in_order(rows)]


async def of_machine(shown: Shown, machine_id: int, now: datetime) -> list[Entry]:
    """What occupies a machine, also what began long ago: nobody's name, nor a way to find one."""
    since = now - BEHIND
    rows = await db.fetch(OF_MACHINE, machine_id, since, since, now, MOST)
    return [anybodys(row, shown) for row in in_order(rows)]


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["starts_at"], row["id"]))


async def of_ids(shown: Shown, booking_ids: Collection[int]) -> dict[int, Entry]:
    """Those bookings, by id, for whoever may see them."""
    rows = await db.fetch(OF_IDS, db.among(booking_ids))
    return {row["id"]: own(row, shown) for row in rows}


def own(row: Mapping[str, Any], shown: Shown) -> Entry:
    view = shown.machines.by_id(row["machine"])
    title = name_of(view, shown)
    if row["project"]:
        title = f"{title} · {Words.parse(row['project']).say(shown.language)}"
    return entry(row, shown, title, link=f"{shown.base_url}/bookings/{row['id']}")


def anybodys(row: Mapping[str, Any], shown: Shown) -> Entry:
    if row["member"] == shown.member_id:
        return own(row, shown)
    title = {
        "training": gettext("Training"),
        "maintenance": gettext("Maintenance"),
    }.get(row["kind"], gettext("Booked"))
    return entry(row, shown, f"{name_of(shown.machines.by_id(row['machine']), shown)}: {title}")


def entry(row: Mapping[str, Any], shown: Shown, title: str, link: str = "") -> Entry:
    return Entry(
        uid=row["uid"],
        sequence=row["sequence"],
        state=state_of(row["status"]),
        period=Period(row["starts_at"], row["ends_at"]),
        title=title,
        place=shown.place.name.say(shown.language),
        link=link,
        written_at=written_at(row),
    )


def written_at(row: Mapping[str, Any]) -> datetime:
    """When it was last heard of."""
    names = ("made_at", "decided_at", "checked_in_at", "finished_at", "cancelled_at")
    latest: datetime = max(row[name] for name in names if row[name])
    return latest


def name_of(view: MachineView | None, shown: Shown) -> str:
    return f"{view.name.say(shown.language)} ({view.tag})" if view else ""
