"""Booking a series: every date is looked at first; then all of them, or those that are free."""

import secrets
from dataclasses import dataclass

from fablab.activity.actions import Change, record_all
from fablab.bookings import several
from fablab.bookings.actions import hold_member, must_be_in_project
from fablab.bookings.asking import for_whom
from fablab.bookings.series import telling
from fablab.bookings.series.asking import Dated, Planned, SeriesAsked, SeriesDenied
from fablab.bookings.series.planning import planned
from fablab.bookings.series.queries import same_series
from fablab.bookings.series.repeating import Repeat
from fablab.bookings.series.rules import face
from fablab.bookings.settling import settle
from fablab.bookings.tables import Booking, Series
from fablab.core import db
from fablab.core.facts import dump
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer


@dataclass(frozen=True, slots=True)
class MadeSeries:
    """The series, and whether this request made it or found it; `left_out` were not free."""

    series: Series
    new: bool
    left_out: tuple[Dated, ...] = ()


async def preview(actor: Viewer, asked: SeriesAsked) -> Planned:
    """Every date with what stands against it. Nothing is written but what was due anyway."""
    whom = for_whom(actor, asked.first)
    await settle([asked.first.machine_id])
    return await planned(actor, asked, whom, {})


async def book(actor: Viewer, asked: SeriesAsked) -> MadeSeries:
    """Book all dates, or those that are free; Refused with the reasons of every date.

    The same series again finds the one made.
    """
    await settle([asked.first.machine_id])
    return await make(actor, asked)


async def make(actor: Viewer, asked: SeriesAsked) -> MadeSeries:
    """The same for who has settled before: a refusal undoes the transaction it happens in."""
    return await _book(actor, asked, for_whom(actor, asked.first))


@db.transactional
async def _book(actor: Viewer, asked: SeriesAsked, whom: int) -> MadeSeries:
    machine = await db.locked(Machine, asked.first.machine_id)
    await hold_member(whom)
    plan = await planned(actor, asked, whom, {machine.id: machine})
    if plan.refused and (found := await same_series(new_row(actor, asked, whom, plan))):
        return MadeSeries(found, new=False)
    must_be_free(asked, plan)
    await must_be_in_project(whom, asked.first.project_id)
    series = new_row(actor, asked, whom, plan)
    await db.insert(series)
    wishes = [asked.on(each.occasion, series.id) for each in plan.free]
    granted = [each.judged for each in plan.free if each.judged]
    made = await several.write_all(actor, wishes, granted, whom)
    whole = noted(actor, series, made, plan)
    await record_all([*several.changes(actor, made, granted), whole])
    await telling.made(actor, series, made, plan)
    return MadeSeries(series, new=True, left_out=tuple(plan.refused))


def must_be_free(asked: SeriesAsked, plan: Planned) -> None:
    """All of them; of who takes the free ones at least one."""
    if plan.problems:
        raise SeriesDenied(plan.problems)
    if plan.refused and (asked.take == "all" or not plan.free):
        raise SeriesDenied((), plan.refused)


def new_row(actor: Viewer, asked: SeriesAsked, whom: int, plan: Planned) -> Series:
    zone = plan.situation.place.zone
    start, end = face(asked.first.period.start, zone), face(asked.first.period.end, zone)
    by = plan.dates[0].day - start.date() if plan.dates else start - start
    repeat: Repeat = plan.expansion.repeat
    return Series(
        uid=secrets.token_hex(16),
        machine=asked.first.machine_id,
        member=whom,
        project=asked.first.project_id,
        starts_wall=(start + by).isoformat(timespec="minutes"),
        ends_wall=(end + by).isoformat(timespec="minutes"),
        repeat=dump(repeat.as_dict()),
        made_at=plan.situation.now,
        made_by=actor.id,
    )


def noted(actor: Viewer, series: Series, made: list[Booking], plan: Planned) -> Change:
    override = next((each.judged.override for each in plan.free if each.judged), None)
    return Change(
        "made",
        "series",
        series.id,
        actor=actor.id,
        member=series.member,
        after={
            "machine": series.machine,
            "repeat": plan.expansion.repeat.as_dict(),
            "bookings": [booking.id for booking in made],
            "left_out": [each.day for each in plan.refused],
        },
        reason=override.reason if override else "",
    )
