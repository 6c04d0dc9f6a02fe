"""What somebody asks for, and what is found when it is judged."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from fablab.bookings.rules import Facts, Intent, Wish
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking
from fablab.core.errors import Forbidden, Problem, Refused
from fablab.core.periods import Period
from fablab.core.words import N_
from fablab.members.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What staff set aside, and why. Recorded with the booking."""

    rules: frozenset[str]
    reason: str

    def as_dict(self) -> dict[str, Any]:
        return {"rules": sorted(self.rules), "reason": self.reason}

    def only(self, broken: Iterable[str]) -> "Override | None":
        """What of it was in fact needed: only that is recorded and shown."""
        needed = self.rules & frozenset(broken)
        return replace(self, rules=needed) if needed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for: a machine for a while, for themselves unless staff say for whom.

    `via` is `web`, `api`, `qr`, `kiosk` or `desk`. With intent `now` the start is this minute.
    `party` is the mark that several bookings made as one share; `occurrence` the day of a series.
    """

    machine_id: int
    period: Period
    intent: Intent = Intent.NEW
    member_id: int | None = None
    project_id: int | None = None
    note: str = ""
    via: str = "web"
    override: Override | None = None
    material: str = ""
    own_material: bool = False
    buddy_id: int | None = None
    party: str | None = None
    series_id: int | None = None
    occurrence: date | None = None

    @property
    def wish(self) -> Wish:
        return Wish(
            machine_id=self.machine_id,
            period=self.period,
            intent=self.intent,
            material=self.material,
            own_material=self.own_material,
            party=self.party is not None,
        )


@dataclass(frozen=True, slots=True)
class Made:
    """The booking, and whether this request made it or found it."""

    booking: Booking
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A wish with everything known about it, and what stands against it.

    `override` is what staff set aside of what would have stood against it, too.
    """

    wish: Wish
    situation: Situation
    facts: Facts
    problems: tuple[Problem, ...] = field(default=())
    override: Override | None = None


class Denied(Refused):
    """Refused by the rules, with what was known when they were asked: alternatives follow."""

    def __init__(self, judged: Judged) -> None:
        super().__init__(*judged.problems)
        self.judged = judged


def for_whom(actor: Viewer, asked: Asked) -> int:
    """The member booked for: only staff book for others or set rules aside."""
    if asked.member_id not in (None, actor.id) and not actor.acts_as_staff:
        raise Forbidden(N_("Only staff book for somebody else."), "member")
    must_be_staff(actor, asked.override)
    return asked.member_id or actor.id


def must_be_staff(actor: Viewer, override: Override | None) -> None:
    """Forbidden to everybody else."""
    if override and not actor.acts_as_staff:
        raise Forbidden(N_("Only staff set rules aside."), "override")
