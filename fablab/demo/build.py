"""Make the demo lab: schema, place, machines, people, certificates, history; all or nothing."""

import random
from collections.abc import Callable

from fablab.activity.actions import record
from fablab.core import clock, db, schema, zones
from fablab.demo import (
    anew,
    bookings,
    certificates,
    history,
    lately,
    machines,
    people,
    place,
    quotas,
)
from fablab.demo.accounts import PASSWORD, PIN
from fablab.demo.casting import gather
from fablab.demo.outcomes import outcome
from fablab.demo.source import Almanac, read
from fablab.lab.queries import read_place
from fablab.lab.tables import Lab
from fablab.members.passwords import hashed
from fablab.members.tables import Member

Progress = Callable[[float, str], None]


def silent(part: float, what: str) -> None:
    """Nobody watches."""


async def make_demo(
    fresh: bool = False,
    progress: Progress | None = None,
    *,
    days_back: int = history.DAYS_BACK,
    days_ahead: int = history.DAYS_AHEAD,
) -> bool:
    """Bring the schema up to date and, unless there is a lab already, fill it with the demo lab.

    Tells whether it was made. `progress` hears how much is done, up to 1.0, and what is next.
    With `fresh` what is there is thrown away first; `WrongSetup` if that is no demo lab.
    """
    tell = progress or silent
    if fresh:
        tell(0.0, "Throwing the old demo lab away")
        await anew.throw_away()
    tell(0.05, "Preparing the database")
    await schema.migrate()
    if await Lab.exists():
        return False
    await fill(await hashed(PASSWORD), await hashed(PIN), tell, days_back, days_ahead)
    tell(0.95, "Letting people wait")
    await lately.make()
    tell(1.0, "Done")
    return True


@db.transactional
async def fill(password: str, pin: str, tell: Progress, days_back: int, days_ahead: int) -> None:
    """Everything in one transaction: a demo lab is whole, or is not there.

    `password` and `pin` are hashes that everybody shares: to make them is slow on purpose.
    """
    almanac = Almanac(clock.now(), zones.zone(read("lab")["timezone"]))
    tell(0.4, "Opening the lab")
    lab_id = await place.make(almanac)
    lab = await read_place()

    tell(0.45, "Making up its history")
    cast = gather(almanac, lab.policy)
    story = history.make_up(cast, lab.calendar, almanac, days_back, days_ahead)
    dice = random.Random(almanac.today.toordinal())  # noqa: S311 - made up, and again the same
    told = [(each, outcome(each, almanac.now, lab.zone, dice)) for each in story.planned]

    tell(0.6, "Setting up machines and people")
    shop = await machines.make(story.back_at, bookings.minutes_used(told))
    await quotas.make()
    member_ids = await people.make(almanac, password)
    await Member.update({Member.pin_hash: pin}, force=True)
    project_ids = await people.make_projects(almanac, member_ids)
    await certificates.make(almanac, member_ids, shop.certifications)

    tell(0.7, "Writing its history down")
    ids = bookings.Ids(member_ids, shop.machines, project_ids)
    await bookings.make(told, ids, dice)
    await record("made", anew.THING, lab_id, actor=None)
