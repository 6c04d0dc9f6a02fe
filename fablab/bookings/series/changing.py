"""Changing a part of a series: all its dates to come in one transaction, or none of them.

What has been stays. The rest is then a series of its own, linked both ways.
"""

from collections.abc import Sequence

from fablab.bookings import buddies, changing, judging
from fablab.bookings.asking import Override
from fablab.bookings.knowing import known
from fablab.bookings.nearby import Nearby
from fablab.bookings.queries import changed_wish
from fablab.bookings.rules import Wish
from fablab.bookings.series import moving, splitting, telling
from fablab.bookings.series.altering import Alteration, Altered, altered
from fablab.bookings.series.asking import Dated, SeriesDenied
from fablab.bookings.series.parts import NOTHING, Part, held, one_of, settled
from fablab.bookings.series.queries import Known, instances, visible_to
from fablab.bookings.situation import Situation
from fablab.bookings.waitlist.freed import freed
from fablab.core import clock, db
from fablab.core.errors import Refused
from fablab.lab.queries import place
from fablab.members.viewer import Viewer

__all__ = ["Alteration", "change"]


async def change(
    actor: Viewer,
    series_id: int,
    part: Part,
    booking_id: int | None,
    alteration: Alteration,
    override: Override | None = None,
) -> int:
    """Give a part of a series another time, length, machine or days; the id of its series then.

    Raises Refused with the reasons of every date and changes nothing.
    """
    alteration.must_say_something()
    known = await settled(actor, series_id, alteration.machine_id)
    if part == "this":
        return await change_one(actor, series_id, booking_id, alteration, override)
    return await _change(actor, known, part, booking_id, alteration, override)


async def change_one(
    actor: Viewer,
    series_id: int,
    booking_id: int | None,
    alteration: Alteration,
    override: Override | None,
) -> int:
    """It stays an instance of its series, moved."""
    series = await visible_to(actor, series_id)
    row = one_of(await instances(series_id), booking_id)
    [wanted] = altered([row], series, alteration, (await place()).zone)
    if wanted.period is None:
        raise SeriesDenied((), [Dated(wanted.occasion, None)])
    await changing.change(
        actor,
        row.id,
        starts_at=wanted.period.start,
        ends_at=wanted.period.end,
        machine_id=alteration.machine_id,
        override=override,
    )
    return series_id


@db.transactional
async def _change(
    actor: Viewer,
    about: Known,
    part: Part,
    booking_id: int | None,
    alteration: Alteration,
    override: Override | None,
) -> int:
    found, now = await held(about), clock.now()
    rows = found.chosen(part, booking_id, now)
    if not rows:
        raise Refused(NOTHING)
    by_staff = actor.acts_as_staff and actor.id != about.member
    situation = await known(about.member, now, locked=found.machines, by_staff=by_staff)
    wanted = altered(rows, found.series, alteration, situation.place.zone)
    moved = [each for each in wanted if each.is_changed]
    await judge(actor, moved, situation, override)
    after = await splitting.divided(actor, found, wanted, alteration, now)
    await moving.move(moved, after)
    if moved:
        view = situation.view(after.machine)
        await moving.noted(actor, found.series, after, moved)
        await telling.changed(actor, after, view, [each.row for each in moved])
        await freed(sorted(about.machines))
    return after.id


async def judge(
    actor: Viewer, moved: Sequence[Altered], situation: Situation, override: Override | None
) -> None:
    """Each as if those before it had moved, and none where it was.

    Refused with the reasons of every date.
    """
    wishes = {each.row.id: wish_of(each) for each in moved if each.period}
    if wishes:
        situation = await surrounded(situation, moved, list(wishes.values()))
    nearby, refused = Nearby(situation), []
    for each in moved:
        if each.period is None:
            refused.append(Dated(each.occasion, None))
            continue
        changing.must_be_changeable(each.row, wishes[each.row.id])
        judged = judging.judged_with(
            actor, override, wishes[each.row.id], nearby.of(wishes[each.row.id])
        )
        each.judged = judged
        if judged.problems:
            refused.append(Dated(each.occasion, judged))
        else:
            nearby.grant(judged.wish)
    if refused:
        raise SeriesDenied((), refused)


def wish_of(altered: Altered) -> Wish:
    assert altered.period is not None
    return changed_wish(altered.row, altered.period, altered.machine_id)


async def surrounded(
    situation: Situation, moved: Sequence[Altered], wishes: Sequence[Wish]
) -> Situation:
    """With what is around them, themselves left out, and with the second adult of them all."""
    situation = await judging.surrounded(situation, wishes)
    going = {each.row.id for each in moved}
    situation = situation.with_rows(tuple(row for row in situation.rows if row.id not in going))
    first = next((each.row for each in moved if each.row.buddy_agreed_at is None), moved[0].row)
    return await buddies.of_booking(situation, first)
