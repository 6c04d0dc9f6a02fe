"""Asking the rules about one wish, or about many of one person that must bear each other."""

from collections.abc import Sequence
from datetime import datetime

from fablab.bookings import buddies, rules
from fablab.bookings.asking import Asked, Judged, Override
from fablab.bookings.knowing import known, with_uses
from fablab.bookings.nearby import Nearby
from fablab.bookings.rules import Wish
from fablab.bookings.rules.times import LONGEST_USE
from fablab.bookings.situation import Situation
from fablab.bookings.taken import around
from fablab.core import clock
from fablab.core.periods import Period
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer


async def judged_all(
    actor: Viewer,
    asked: Sequence[Asked],
    whom: int,
    locked: dict[int, Machine],
    now: datetime | None = None,
) -> list[Judged]:
    """Each wish as if those before it that break no rule were granted.

    Six statements however many there are. All are of one member; `locked` are machines as their
    locked rows say.
    """
    situation = await known(whom, now or clock.now(), locked=locked, by_staff=actor.id != whom)
    return await judged_in(situation, actor, asked)


async def judged_in(situation: Situation, actor: Viewer, asked: Sequence[Asked]) -> list[Judged]:
    """The same for who knows the person and the lab already: three statements."""
    wishes = [each.wish for each in asked]
    situation = await surrounded(situation, wishes)
    situation = await buddies.joined(situation, asked)
    nearby = Nearby(situation)
    found = []
    for one, wish in zip(asked, wishes, strict=True):
        judgement = judge(actor, one, wish, nearby.of(wish))
        if not judgement.problems:
            nearby.grant(wish)
        found.append(judgement)
    return found


async def surrounded(situation: Situation, wishes: Sequence[Wish]) -> Situation:
    """With what is taken around the wishes, and what the person has used of their quotas."""
    machines = {wish.machine_id for wish in wishes}
    policies = [situation.view(each).policy for each in machines]
    longest = max(min(wish.period.length, LONGEST_USE) for wish in wishes)
    reach = max(longest, max(each.max_duration for each in policies))
    reach += max(each.turnaround_after for each in policies)
    start = min(wish.period.start for wish in wishes)
    span = Period(start, max(wish.period.start for wish in wishes) + reach)
    rows = await around(machines, span, situation.person.id)
    return await with_uses(situation.with_rows(rows), start)


def judge(actor: Viewer, asked: Asked, wish: Wish, situation: Situation) -> Judged:
    return judged_with(actor, asked.override, wish, situation)


def judged_with(
    actor: Viewer, override: Override | None, wish: Wish, situation: Situation
) -> Judged:
    """What stands against a wish; staff may set some of it aside."""
    facts = situation.facts(wish)
    broken = rules.problems(wish, facts)
    if override is None or not actor.acts_as_staff:
        return Judged(wish=wish, situation=situation, facts=facts, problems=broken)
    left = rules.without_overridden(broken, override.rules, actor.role)
    gone = {each.code for each in broken} - {each.code for each in left}
    return Judged(
        wish=wish,
        situation=situation,
        facts=facts,
        problems=left,
        override=override.only(gone),
    )
