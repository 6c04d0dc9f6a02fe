"""Where a series is divided: what has been, and what follows it with a life of its own."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from fablab.bookings.series.altering import Alteration, Altered, first_face, repeat_of
from fablab.bookings.series.parts import Held, day_of
from fablab.bookings.series.repeating import Repeat
from fablab.bookings.series.rules import days
from fablab.bookings.tables import Series
from fablab.core import db
from fablab.core.facts import dump
from fablab.members.viewer import Viewer

DAY = timedelta(days=1)
JOIN = "UPDATE booking SET series = {} WHERE id IN {}"


async def divided(
    actor: Viewer, held: Held, wanted: Sequence[Altered], alteration: Alteration, now: datetime
) -> Series:
    """The series of the altered bookings: the same when nothing of it lies before them, else one
    of its own. A split one may be split again: the links go on in a row."""
    going = {each.row.id for each in wanted}
    was = min(each.was for each in wanted)
    before = [row for row in held.rows if row.id not in going and day_of(row) < was]
    series = held.series
    values = renewed(series, wanted, alteration, was)
    if not before:
        for name, value in values.items():
            setattr(series, name, value)
        await db.update_all([series], values)
        return series
    new = Series(
        uid=secrets.token_hex(16),
        member=series.member,
        project=series.project,
        made_at=now,
        made_by=actor.id,
        follows=series.id,
        followed_by=series.followed_by,
        **values,
    )
    await db.insert(new)
    await linked(series, new, was)
    if staying := [each.row.id for each in wanted if not each.is_changed]:
        await db.execute(JOIN, new.id, db.among(staying))
    return new


def renewed(
    old: Series, wanted: Sequence[Altered], alteration: Alteration, was: date
) -> dict[str, Any]:
    """The machine, the first wall clock and the rule of what is altered."""
    first, last = min(each.day for each in wanted), max(each.day for each in wanted)
    starts, ends = first_face(first, old, alteration)
    repeat = rest(repeat_of(old), began(old), was)
    if alteration.weekdays:
        repeat = replace(repeat, weekdays=alteration.weekdays)
    if repeat.until:
        repeat = replace(repeat, until=max(repeat.until, last))
    return {
        "machine": alteration.machine_id or old.machine,
        "starts_wall": starts.isoformat(timespec="minutes"),
        "ends_wall": ends.isoformat(timespec="minutes"),
        "repeat": dump(repeat.as_dict()),
    }


def rest(repeat: Repeat, first: date, since: date) -> Repeat:
    """As often as it was still to come since that day."""
    if repeat.count is None:
        return repeat
    return replace(repeat, count=max(1, sum(day >= since for day in days(repeat, first))))


def began(series: Series) -> date:
    return datetime.fromisoformat(series.starts_wall).date()


async def linked(series: Series, new: Series, was: date) -> None:
    """The old one ends before, and what followed it follows the new one."""
    if series.followed_by is not None:
        sql = "UPDATE series SET follows = {} WHERE id = {}"
        await db.execute(sql, new.id, series.followed_by)
    repeat = replace(repeat_of(series), until=was - DAY, count=None)
    series.followed_by, series.repeat = new.id, dump(repeat.as_dict())
    await db.update_all([series], ("followed_by", "repeat"))
