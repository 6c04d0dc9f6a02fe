"""What a change would do to bookings made before, shown to staff before anything is saved.

They answer: save nothing, cancel and tell, or keep. An answer counts only for the very bookings
that were shown: if others have come meanwhile, they are shown again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from fablab.bookings.schedule import who
from fablab.core import db
from fablab.core.errors import Problem, Refused
from fablab.core.periods import Period
from fablab.core.words import N_, NN_, Words
from fablab.lab.open_day import OpenDay
from fablab.machines.catalogue import MachineView

CHOICE = "stranded"


class Choice(StrEnum):
    REFUSE = "refuse"
    CANCEL = "cancel"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Answer:
    """What staff chose, and the mark of what they were shown."""

    choice: Choice | None = None
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A booking in the way: who, machine, when. `begun`: it runs."""

    id: int
    machine: MachineView
    period: Period
    member_id: int | None
    who: Words
    title: Words
    attention: str
    begun: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """The bookings in the way, and the days that open again."""

    affected: tuple[Affected, ...] = ()
    reopened: tuple[OpenDay, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.affected or self.reopened)

    @property
    def ids(self) -> list[int]:
        return [each.id for each in self.affected]

    @property
    def mark(self) -> str:
        """The same for the same bookings and days, and for no others."""
        shown = [*map(str, sorted(self.ids)), *(str(each.day) for each in self.reopened)]
        return hashlib.sha256(" ".join(shown).encode()).hexdigest()[:16]


class Unanswered(Refused):
    """Nothing was saved: staff must look at the preview and say what shall be."""

    def __init__(self, preview: Preview, *problems: Problem) -> None:
        super().__init__(*problems)
        self.preview = preview


def must_be_answered(preview: Preview, answer: Answer) -> None:
    """`Unanswered` unless staff have chosen for these very bookings and days."""
    if not preview:
        return
    chosen = answer.choice in (Choice.CANCEL, Choice.KEEP) or not preview.affected
    if answer.seen == preview.mark and chosen:
        return
    if answer.seen and answer.seen != preview.mark:
        message = N_("Meanwhile something has changed. Please look at this again.")
        raise Unanswered(preview, Problem("changed_meanwhile", message, CHOICE))
    if not preview.affected:
        raise Unanswered(preview, Problem("reopens_days", N_("Look before it is saved."), CHOICE))
    one, many = NN_(
        "{count} booking made before is in the way. Choose what shall become of it.",
        "{count} bookings made before are in the way. Choose what shall become of them.",
    )
    count = len(preview.affected)
    raise Unanswered(preview, Problem("strands_bookings", one, CHOICE, plural=many, count=count))


def affected(row: Mapping[str, Any], machine: MachineView, now: datetime) -> Affected:
    """Of a row of `stranded.ROWS`."""
    starts_at, ends_at = db.instant(row["starts_at"]), db.instant(row["ends_at"])
    assert starts_at is not None
    assert ends_at is not None
    return Affected(
        id=row["id"],
        machine=machine,
        period=Period(starts_at, ends_at),
        member_id=row["member"],
        who=who(row) if row["member"] else Words(),
        title=Words.parse(row["title"]),
        attention=row["attention"],
        begun=starts_at <= now or row["status"] == "checked_in",
    )
