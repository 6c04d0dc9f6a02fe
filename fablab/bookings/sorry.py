"""Tell those whose time the lab took back: each owner once, with what they may book instead."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fablab.bookings import alternatives, knowing
from fablab.bookings.alternatives import Alternative
from fablab.bookings.choices import minimal
from fablab.bookings.rules import Blocker, Wish
from fablab.bookings.rules.times import next_step
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Kind, Status
from fablab.bookings.taken import around
from fablab.bookings.telling import of_row
from fablab.core import clock, db
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.notifications.actions import Notice, notify_all
from fablab.quotas import queries as quotas

if TYPE_CHECKING:
    from fablab.bookings.calling_off import House

MOST_SEARCHED = 12  # bookings for which others are looked for: it takes milliseconds each
Row = Mapping[str, Any]


async def tell(rows: Sequence[Row], code: str, name: Words, note: str, house: "House") -> None:
    """One notice an owner, whatever they had. Constant statements."""
    told = [row for row in rows if row["member"] is not None]
    if not told:
        return
    found = await others(told[:MOST_SEARCHED], house)
    notices = []
    for member in dict.fromkeys(row["member"] for row in told):
        mine = [row for row in told if row["member"] == member]
        items = [item(row, found.get(row["id"], ()), house) for row in mine]
        known = {"because": code, "closure": name, "note": note, "items": items}
        known["interrupted"] = all(each["interrupted"] for each in items)
        notices.append(Notice(member, "bookings/called_off", None, known))
    await notify_all(notices)


def item(row: Row, instead: Sequence[Alternative], house: "House") -> dict[str, Any]:
    view = house.machines.by_id(row["machine"])
    assert view is not None
    others = [as_fact(each) for each in instead]
    is_over = row["status"] == Status.COMPLETED
    return of_row(row, view) | {"slug": view.slug, "interrupted": is_over, "others": others}


def as_fact(other: Alternative) -> dict[str, Any]:
    return {
        "machine": other.machine.name,
        "tag": other.machine.tag,
        "slug": other.machine.slug,
        "starts_at": other.period.start,
        "ends_at": other.period.end,
    }


async def others(rows: Sequence[Row], house: "House") -> dict[int, list[Alternative]]:
    """What each owner may book instead, by booking. Five statements for however many."""
    now = clock.now()
    wanted = [row for row in rows if row["kind"] == Kind.USE]
    members = {row["member"] for row in wanted}
    if not members:
        return {}
    people = await knowing.known_several_in(
        house.lab, house.machines, members, now, locked=house.locked
    )
    people = {member: replace(each, place=house.lab_then) for member, each in people.items()}
    wishes = {row["id"]: wish(people[row["member"]], row, now) for row in wanted}
    people = await with_uses(people, min(each.period.start for each in wishes.values()))
    spans = [alternatives.nearby(people[row["member"]], wishes[row["id"]]) for row in wanted]
    whole = Period(min(each.start for each in spans), max(each.end for each in spans))
    machines = {view.id for view in house.machines.visible()} | {row["machine"] for row in wanted}
    taken = await around(sorted(machines), whole)
    return {row["id"]: found_for(people[row["member"]], wishes[row["id"]], taken) for row in wanted}


async def with_uses(people: Mapping[int, Situation], earliest: datetime) -> dict[int, Situation]:
    """With what each has used of their quotas; nothing is asked when none binds anybody."""
    bound = {member: each for member, each in people.items() if each.quotas}
    if not bound:
        return dict(people)
    one = next(iter(bound.values()))
    terms = [term for each in bound.values() for term in each.quotas]
    start = quotas.since(terms, min(earliest, one.now), one.place.calendar)
    found = await quotas.uses(list(bound), start, one.catalogue)
    return dict(people) | {
        member: replace(each, uses=found[member]) for member, each in bound.items()
    }


def wish(situation: Situation, row: Row, now: datetime) -> Wish:
    """What they still wanted: all of it, or the rest from the next step on."""
    start, end = db.instant(row["starts_at"]), db.instant(row["ends_at"])
    assert start is not None
    assert end is not None
    left = end - max(start, now)
    if start < now:
        view = situation.view(row["machine"])
        start = next_step(now, situation.facts(minimal(view, now)))
    return Wish(
        machine_id=row["machine"],
        period=Period(start, start + left),
        material=row["material"],
        own_material=bool(row["own_material"]),
    )


def found_for(situation: Situation, wanted: Wish, taken: Sequence[Blocker]) -> list[Alternative]:
    machines = {view.id for view in alternatives.considered(situation, wanted)}
    member = situation.person.id
    rows = [row for row in taken if row.machine_id in machines or row.member_id == member]
    return alternatives.instead(situation.with_rows(tuple(rows)), wanted)
