"""What every change of hours or machines does first and last: hold the machines, carry it out."""

from dataclasses import replace

from fablab.bookings import interrupting, keeping, settling
from fablab.bookings.calling_off import Because, House, call_off
from fablab.bookings.waitlist.freed import freed
from fablab.core import db
from fablab.lab.calendar import Calendar
from fablab.machines.catalogue import Catalogue
from fablab.machines.tables import Machine
from fablab.maintenance.preview import Answer, Choice
from fablab.maintenance.stranded import Effect


async def settle(machines: Catalogue) -> None:
    """What is due at any machine happens first, committed on its own."""
    await settling.settle([view.id for view in machines.machines])


async def whole_house() -> House:
    """Every machine held: nobody books by the old hours while they change."""
    return await interrupting.house_of(await db.locked_every(Machine))


async def carry_out(
    found: Effect, answer: Answer, because: Because, house: House, after: Calendar, *, actor: int
) -> None:
    """After new hours are written: cancel and tell, or keep; then offer what has opened."""
    ids = found.preview.ids
    if answer.choice == Choice.CANCEL:
        begun = any(each.begun for each in found.preview.affected)
        house = replace(house, calendar=after)
        await call_off(ids, because, house, actor=actor, begun=begun)
    else:
        await keeping.keep(ids, keeping.HOURS, actor=actor)
    await keeping.clear(found.cleared, keeping.HOURS)
    if found.opens:
        await freed(sorted(house.locked))
