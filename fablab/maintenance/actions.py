"""Take a machine out, or bring it back: its condition, and whoever has booked it meanwhile."""

from datetime import datetime

from fablab.bookings import interrupting, keeping, settling
from fablab.bookings.calling_off import Because, Ended, call_off
from fablab.bookings.waitlist.freed import freed
from fablab.core import clock, db
from fablab.machines.actions import Condition, write
from fablab.machines.rules import STOPPED
from fablab.machines.tables import Machine, MachineStatus
from fablab.maintenance.preview import Answer, Choice, Preview, must_be_answered
from fablab.maintenance.stranded import FOREVER, of_machine

UNASKED = Answer()


async def take_out(
    machine_id: int, condition: Condition, *, actor: int, answer: Answer = UNASKED
) -> None:
    """Write how a machine is, with what becomes of its bookings: shown first (`Unanswered`).

    What runs at a machine that is dangerous is interrupted, whatever else was chosen.
    """
    await settling.settle([machine_id])
    await _take_out(machine_id, condition, actor, answer)


@db.transactional
async def _take_out(machine_id: int, condition: Condition, actor: int, answer: Answer) -> None:
    house = await interrupting.held([machine_id])
    machine, view = house.locked[machine_id], house.machines.by_id(machine_id)
    assert view is not None
    now, until = clock.now(), gone_until(condition)
    found = await of_machine(view, now, FOREVER)
    hit = [each for each in found if until and each.period.start < until]
    running = [each.id for each in hit if each.begun] if condition.dangerous else []
    asked = [each for each in hit if each.attention != keeping.STOPPED or each.id in running]
    preview = Preview(tuple(asked))
    must_be_answered(preview, answer)
    opens = is_free_earlier(machine, until)
    await write(machine, condition, actor=actor)
    ids = preview.ids if answer.choice == Choice.CANCEL else running
    await call_off(ids, because(condition), house, actor=actor)
    kept = [each for each in preview.ids if each not in ids]
    await keeping.keep(kept, keeping.STOPPED, actor=actor)
    still = {each.id for each in hit}
    await keeping.clear([each.id for each in found if each.id not in still], keeping.STOPPED)
    if opens:
        await freed([machine_id])


def gone_until(condition: Condition) -> datetime | None:
    """None for what works; without an expected return, for ever."""
    if condition.status == MachineStatus.AVAILABLE:
        return None
    stopped = condition.status in STOPPED and not condition.dangerous
    return (condition.back_at if stopped else None) or FOREVER


def is_free_earlier(machine: Machine, until: datetime | None) -> bool:
    """Whether it may be booked at times at which it could not be until now."""
    if machine.status == MachineStatus.AVAILABLE:
        return False
    return until is None or until < (machine.expected_back_at or FOREVER)


def because(condition: Condition) -> Because:
    ended = Ended.SAFETY if condition.dangerous else Ended.FAULT
    return Because(code=keeping.STOPPED, ended=ended)
