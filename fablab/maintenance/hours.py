"""Change when the lab is open: closures, seasons, single days.

Whoever changes hours is first shown the bookings they would leave outside (`Unanswered`, nothing
is saved), and answers: cancel and tell, or keep. All of a change is one transaction, in which no
machine can be booked. `settle` before.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from secrets import token_hex
from typing import Any, TypeVar

from fablab.activity.actions import record
from fablab.bookings import keeping
from fablab.bookings.calling_off import Because, Ended, House
from fablab.core import clock, db
from fablab.core.errors import NotFound, Problem, Refused
from fablab.core.words import Words
from fablab.lab import rules
from fablab.lab.calendar import Calendar
from fablab.lab.hours import ClosureDays, DayHours, SeasonDays, Span
from fablab.lab.tables import Closure, DayException, Season
from fablab.maintenance.preview import Answer, must_be_answered
from fablab.maintenance.settled import carry_out, settle, whole_house
from fablab.maintenance.stranded import Effect, of_hours

__all__ = ["clear_day", "close_days", "date_season", "of_id", "reopen_days", "set_day", "settle"]

S = TypeVar("S", bound=Span | DayHours)
UNASKED = Answer()


@db.transactional
async def close_days(closure: ClosureDays, *, actor: int, answer: Answer = UNASKED) -> int:
    """Write a new closure (id 0), or change the one of its id; the closure's id."""
    must_be_sensible(rules.span_problems(closure.name, closure.first_day, closure.last_day))
    house = await whole_house()
    row = await db.locked(Closure, closure.id) if closure.id else None
    calendar = house.lab.calendar
    old = of_id(calendar.closures, closure.id) if row else None
    after = replace(calendar, closures=(*others(calendar.closures, closure.id), closure))
    found = await effect(house, after, old, closure, answer)
    row = row or new_closure(closure)
    row.name, row.kind, row.confirmed = closure.name.dump(), closure.kind, closure.confirmed
    row.first_day, row.last_day = closure.first_day, closure.last_day
    await row.save()
    await note("closure", row.id, actor, told(old), told(closure))
    await carry_out(found, answer, because(closure.name), house, after, actor=actor)
    return int(row.id)


def new_closure(closure: ClosureDays) -> Closure:
    slug = f"closure-{closure.first_day}-{token_hex(3)}"
    return Closure(slug=slug, first_day=closure.first_day, last_day=closure.last_day)


@db.transactional
async def reopen_days(closure_id: int, *, actor: int) -> None:
    """Take a closure back: nobody is in the way of more hours."""
    house = await whole_house()
    row = await db.locked(Closure, closure_id)
    calendar = house.lab.calendar
    old = of_id(calendar.closures, closure_id)
    after = replace(calendar, closures=others(calendar.closures, closure_id))
    found = await of_hours(calendar, after, None, old, house.machines, clock.now())
    await row.remove()
    await note("closure", closure_id, actor, told(old), {})
    await carry_out(found, UNASKED, because(old.name), house, after, actor=actor)


@db.transactional
async def date_season(season: SeasonDays, *, actor: int, answer: Answer = UNASKED) -> None:
    """Give a season its dates, and confirm it or no longer; its hours stay as they are."""
    must_be_sensible(rules.span_problems(season.name, season.first_day, season.last_day))
    house = await whole_house()
    row = await db.locked(Season, season.id)
    calendar = house.lab.calendar
    old = of_id(calendar.seasons, season.id)
    after = replace(calendar, seasons=(*others(calendar.seasons, season.id), season))
    found = await effect(house, after, old, season, answer)
    row.first_day, row.last_day = season.first_day, season.last_day
    row.confirmed = season.confirmed
    await row.save()
    await note("season", season.id, actor, told(old), told(season))
    await carry_out(found, answer, because(season.name), house, after, actor=actor)


@db.transactional
async def set_day(hours: DayHours, *, actor: int, answer: Answer = UNASKED) -> int:
    """Give one day its own hours, instead of those it had; none: closed. The exception's id."""
    must_be_sensible(rules.window_problems(hours.windows))
    house = await whole_house()
    calendar = house.lab.calendar
    old = next((each for each in calendar.exceptions if each.day == hours.day), None)
    row = await db.locked(DayException, old.id) if old else DayException(day=hours.day)
    after = replace(calendar, exceptions=(*others(calendar.exceptions, row.id or 0), hours))
    found = await effect(house, after, None, one_day(hours), answer)
    row.reason, row.windows = hours.reason.dump(), json.dumps(written(hours))
    await row.save()
    await note("day", row.id, actor, told_day(old), told_day(hours))
    await carry_out(found, answer, because(hours.reason), house, after, actor=actor)
    return int(row.id)


@db.transactional
async def clear_day(exception_id: int, *, actor: int, answer: Answer = UNASKED) -> None:
    """Let a day have its usual hours again."""
    house = await whole_house()
    row = await db.locked(DayException, exception_id)
    calendar = house.lab.calendar
    old = of_id(calendar.exceptions, exception_id)
    after = replace(calendar, exceptions=others(calendar.exceptions, exception_id))
    found = await effect(house, after, None, one_day(old), answer)
    await row.remove()
    await note("day", exception_id, actor, told_day(old), {})
    await carry_out(found, answer, because(Words()), house, after, actor=actor)


async def effect(
    house: House, after: Calendar, old: Span | None, new: Span, answer: Answer
) -> Effect:
    """What the change does; `Unanswered` until staff have looked at it and chosen."""
    found = await of_hours(house.lab.calendar, after, old, new, house.machines, clock.now())
    must_be_answered(found.preview, answer)
    return found


def because(name: Words) -> Because:
    return Because(code=keeping.HOURS, ended=Ended.CLOSING, name=name)


def must_be_sensible(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise Refused(*problems)


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
