"""Judging every date of a series, as if those before it were granted."""

from datetime import datetime

from fablab.bookings import judging
from fablab.bookings.knowing import known
from fablab.bookings.rules import without_overridden
from fablab.bookings.series.asking import Dated, Planned, SeriesAsked
from fablab.bookings.series.rules import expanded
from fablab.core import clock
from fablab.core.errors import Problem
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer


async def planned(
    actor: Viewer,
    asked: SeriesAsked,
    whom: int,
    locked: dict[int, Machine],
    now: datetime | None = None,
) -> Planned:
    """Six statements however many dates there are; fewer where nothing can be judged."""
    by_staff = actor.id != whom
    situation = await known(whom, now or clock.now(), locked=locked, by_staff=by_staff)
    policy = situation.view(asked.first.machine_id).policy
    expansion = expanded(
        asked.repeat,
        asked.first.period,
        situation.place.zone,
        most=policy.max_series,
        turnaround=policy.turnaround_after,
    )
    problems = not_set_aside(actor, asked, expansion.problems)
    there_is = [each for each in expansion.occasions if each.period]
    if not there_is:
        dates = tuple(Dated(each, None) for each in expansion.occasions)
        return Planned(expansion=expansion, situation=situation, dates=dates, problems=problems)
    wishes = [asked.on(each) for each in there_is]
    found = iter(await judging.judged_in(situation, actor, wishes))
    dates = tuple(Dated(each, next(found) if each.period else None) for each in expansion.occasions)
    return Planned(expansion=expansion, situation=situation, dates=dates, problems=problems)


def not_set_aside(
    actor: Viewer, asked: SeriesAsked, problems: tuple[Problem, ...]
) -> tuple[Problem, ...]:
    """What stands against the series as a whole, less what staff override of it."""
    override = asked.first.override
    if override is None or not actor.acts_as_staff:
        return problems
    return without_overridden(problems, override.rules, actor.role)
