"""What staff may send about a machine."""

from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from fablab.core.errors import Problem, Refused
from fablab.core.words import N_, Words
from fablab.core.zones import from_wall
from fablab.machines.actions import Condition
from fablab.machines.catalogue import MachineView
from fablab.machines.tables import MachineStatus

Note = Annotated[str, Meta(max_length=300)]


class ConditionForm(msgspec.Struct, kw_only=True):
    """The expected return is a day with a time; without a time it is the start of that day."""

    status: MachineStatus
    note_ar: Note = ""
    note_fr: Note = ""
    note_en: Note = ""
    back_on: date | None = None
    back_time: time | None = None
    dangerous: bool = False

    def condition(self, tz: ZoneInfo) -> Condition:
        """`Refused` for a time without a day, or one that the clock skips or has twice."""
        if self.back_on is None and self.back_time is not None:
            raise Refused(Problem("required", N_("Choose the day as well."), "back_on"))
        return Condition(
            status=self.status,
            note=Words(self.note_ar, self.note_fr, self.note_en),
            back_at=self.back_at(self.back_on, tz) if self.back_on else None,
            dangerous=self.dangerous,
        )

    def back_at(self, day: date, tz: ZoneInfo) -> datetime:
        return from_wall(datetime.combine(day, self.back_time or time()), tz, "back_time")


def values_of(machine: MachineView, tz: ZoneInfo) -> dict[str, str]:
    """A machine's condition as its form shows it."""
    back = machine.expected_back_at.astimezone(tz) if machine.expected_back_at else None
    return {
        "status": machine.status,
        "note_ar": machine.status_note.ar,
        "note_fr": machine.status_note.fr,
        "note_en": machine.status_note.en,
        "back_on": back.date().isoformat() if back else "",
        "back_time": f"{back:%H:%M}" if back else "",
        "dangerous": "on" if machine.dangerous else "",
    }
