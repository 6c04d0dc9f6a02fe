"""Change when the lab is open: closures, seasons, single days. Bookings made before stand.

Whoever changes hours is told first how many bookings they would leave outside (`Refused` with
`strands_bookings`), and may say that these shall stand (`keep`).
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from secrets import token_hex
from typing import Any, TypeVar

from fablab.activity.actions import record
from fablab.core import clock, db
from fablab.core.errors import NotFound, Problem, Refused
from fablab.lab import rules
from fablab.lab.calendar import Calendar
from fablab.lab.hours import ClosureDays, DayHours, SeasonDays, Span
from fablab.lab.queries import place
from fablab.lab.tables import Closure, DayException, Season
from fablab.machines.queries import catalogue
from fablab.maintenance.stranded import days_of, stranded

S = TypeVar("S", bound=Span | DayHours)


@db.transactional
async def close_days(closure: ClosureDays, *, actor: int, keep: bool = False) -> int:
    """Write a new closure (id 0), or change the one of its id; the closure's id."""
    must_be_sensible(rules.span_problems(closure.name, closure.first_day, closure.last_day))
    row = await db.locked(Closure, closure.id) if closure.id else None
    calendar = (await place()).calendar
    old = of_id(calendar.closures, closure.id) if row else None
    after = replace(calendar, closures=(*others(calendar.closures, closure.id), closure))
    await must_strand_nobody(calendar, after, old, closure, keep=keep)
    row = row or new_closure(closure)
    row.name, row.kind, row.confirmed = closure.name.dump(), closure.kind, closure.confirmed
    row.first_day, row.last_day = closure.first_day, closure.last_day
    await row.save()
    await note("closure", row.id, actor, told(old), told(closure))
    return int(row.id)


def new_closure(closure: ClosureDays) -> Closure:
    slug = f"closure-{closure.first_day}-{token_hex(3)}"
    return Closure(slug=slug, first_day=closure.first_day, last_day=closure.last_day)


@db.transactional
async def reopen_days(closure_id: int, *, actor: int) -> None:
    """Take a closure back."""
    row = await db.locked(Closure, closure_id)
    old = of_id((await place()).calendar.closures, closure_id)
    await row.remove()
    await note("closure", closure_id, actor, told(old), {})


@db.transactional
async def date_season(season: SeasonDays, *, actor: int, keep: bool = False) -> None:
    """Give a season its dates, and confirm it or no longer; its hours stay as they are."""
    must_be_sensible(rules.span_problems(season.name, season.first_day, season.last_day))
    row = await db.locked(Season, season.id)
    calendar = (await place()).calendar
    old = of_id(calendar.seasons, season.id)
    after = replace(calendar, seasons=(*others(calendar.seasons, season.id), season))
    await must_strand_nobody(calendar, after, old, season, keep=keep)
    row.first_day, row.last_day = season.first_day, season.last_day
    row.confirmed = season.confirmed
    await row.save()
    await note("season", season.id, actor, told(old), told(season))


@db.transactional
async def set_day(hours: DayHours, *, actor: int, keep: bool = False) -> int:
    """Give one day its own hours, instead of those it had; none: closed. The exception's id."""
    must_be_sensible(rules.window_problems(hours.windows))
    calendar = (await place()).calendar
    old = next((each for each in calendar.exceptions if each.day == hours.day), None)
    row = await db.locked(DayException, old.id) if old else DayException(day=hours.day)
    after = replace(calendar, exceptions=(*others(calendar.exceptions, row.id or 0), hours))
    await must_strand_nobody(calendar, after, one_day(hours), keep=keep)
    row.reason, row.windows = hours.reason.dump(), json.dumps(written(hours))
    await row.save()
    await note("day", row.id, actor, told_day(old), told_day(hours))
    return int(row.id)


@db.transactional
async def clear_day(exception_id: int, *, actor: int) -> int:
    """Let a day have its usual hours again. How many bookings lie outside those."""
    row = await db.locked(DayException, exception_id)
    calendar = (await place()).calendar
    old = of_id(calendar.exceptions, exception_id)
    after = replace(calendar, exceptions=others(calendar.exceptions, exception_id))
    # Counted first: once the row is gone, the place and the catalogue are read anew.
    count = await left_outside(calendar, after, one_day(old))
    await row.remove()
    await note("day", exception_id, actor, told_day(old), {})
    return count


def must_be_sensible(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise Refused(*problems)


async def must_strand_nobody(
    before: Calendar, after: Calendar, *spans: Span | None, keep: bool
) -> None:
    if not keep and (count := await left_outside(before, after, *spans)):
        raise Refused(rules.stranded_problem(count))


async def left_outside(before: Calendar, after: Calendar, *spans: Span | None) -> int:
    during = days_of(*spans, calendar=before)
    return len(await stranded(before, after, during, await catalogue(), clock.now()))


async def note(
    thing: str, thing_id: int, actor: int, before: dict[str, Any], after: dict[str, Any]
) -> None:
    verb = "made" if not before else "changed" if after else "removed"
    await record(verb, thing, thing_id, actor=actor, before=before, after=after)


def of_id(found: Iterable[S], wanted: int) -> S:
    for each in found:
        if each.id == wanted:
            return each
    raise NotFound("hours")


def others(found: Iterable[S], wanted: int) -> tuple[S, ...]:
    return tuple(each for each in found if each.id != wanted)


def one_day(hours: DayHours) -> Span:
    return Span(first_day=hours.day, last_day=hours.day)


def told(span: Span | None) -> dict[str, Any]:
    """As the activity remembers it."""
    if span is None:
        return {}
    return {
        "name": span.name,
        "first_on": span.first_day,
        "last_on": span.last_day,
        "confirmed": span.confirmed,
    }


def told_day(hours: DayHours | None) -> dict[str, Any]:
    if hours is None:
        return {}
    return {"day_on": hours.day, "reason": hours.reason, "windows": written(hours)}


def written(hours: DayHours) -> list[list[str]]:
    """The windows as the JSON column keeps them."""
    return [[f"{each.opens:%H:%M}", f"{each.closes:%H:%M}"] for each in hours.windows]
