"""Say whether a machine works."""

from dataclasses import dataclass, field
from datetime import datetime

from fablab.activity.actions import record
from fablab.core import clock, db
from fablab.core.errors import Refused
from fablab.core.words import Words
from fablab.machines import rules
from fablab.machines.tables import Machine, MachineStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a machine is: its status, why, until when, and whether it was stopped as dangerous."""

    status: MachineStatus
    note: Words = field(default_factory=Words)
    back_at: datetime | None = None
    dangerous: bool = False


@db.transactional
async def change_status(machine_id: int, condition: Condition, *, actor: int) -> None:
    """Write the machine's condition. Whoever has booked it is `maintenance`'s to ask about."""
    await write(await db.locked(Machine, machine_id), condition, actor=actor)


async def write(machine: Machine, condition: Condition, *, actor: int) -> None:
    """The same for who holds the row.

    What works, is hidden or is retired has no expected return and is not dangerous.
    """
    if problems := rules.condition_problems(condition.status, condition.back_at, clock.now()):
        raise Refused(*problems)
    before = facts_of(machine)
    stopped = condition.status in rules.STOPPED
    machine.status = condition.status
    machine.status_note = condition.note.dump() if stopped else "{}"
    machine.expected_back_at = condition.back_at if stopped else None
    machine.dangerous = condition.dangerous and stopped
    await machine.save()
    await record(
        "changed_status", "machine", machine.id, actor=actor, before=before, after=facts_of(machine)
    )


def facts_of(machine: Machine) -> dict[str, object]:
    return {
        "status": str(machine.status),
        "dangerous": machine.dangerous,
        "back_at": machine.expected_back_at,
        "note": Words.parse(machine.status_note),
    }
