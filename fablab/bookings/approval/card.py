"""One request as staff see it: what was asked, what speaks against it, what lies around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from fablab.bookings import rules
from fablab.bookings.rules import Blocker, Intent, Wish
from fablab.bookings.rules.awaiting import APPROVAL, MATERIAL
from fablab.bookings.rules.place import busy
from fablab.bookings.situation import Situation
from fablab.core.errors import Problem
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.machines.catalogue import MachineView
from fablab.members.queries import called

NEAR = timedelta(hours=3)  # what lies so near before or after is told


@dataclass(frozen=True, slots=True)
class Beside:
    """Another booking near a request, and whose it is."""

    row: Blocker
    machine: MachineView
    who: Words

    @property
    def period(self) -> Period:
        return Period(self.row.busy.start, self.row.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A request. `problems` is what approving would be refused for; `strikes` count whole ones.

    `before` and `after` are its neighbours at the machine, `elsewhere` what its member has at
    that time, `rivals` what others asked for at that time elsewhere.
    """

    id: int
    machine: MachineView
    period: Period
    who: Words
    number: int
    buddy_number: int | None
    note: str
    material: str
    own_material: bool
    awaits: tuple[str, ...]
    decide_by: datetime
    problems: tuple[Problem, ...]
    halves: int
    certified_until: date | None
    before: Beside | None
    after: Beside | None
    elsewhere: tuple[Beside, ...]
    rivals: tuple["Waiting", ...] = ()

    @property
    def for_staff(self) -> bool:
        return bool({APPROVAL, MATERIAL} & set(self.awaits))


def request(row: Mapping[str, Any], situation: Situation, near: Sequence[Beside]) -> Waiting:
    view, period = situation.view(row["machine"]), Period(row["starts_at"], row["ends_at"])
    wish = Wish(
        machine_id=view.id,
        period=period,
        intent=Intent.APPROVE,
        booking_id=row["id"],
        material=row["material"],
        own_material=bool(row["own_material"]),
        party=row["party"] is not None,
    )
    blockers = tuple({each.row.id: each.row for each in near}.values())
    facts = replace(situation, rows=blockers, asked_at=row["asked_at"]).facts(wish)
    others = [each for each in near if each.row.id != row["id"]]
    wanted = busy(wish, facts)
    here = [each for each in others if each.row.machine_id == view.id]
    until = [need.valid_until for need in facts.needs if need.valid_until]
    return Waiting(
        id=row["id"],
        machine=view,
        period=period,
        who=called(dict(row)),
        number=row["number"],
        buddy_number=row["buddy_number"],
        note=row["note"],
        material=row["material"],
        own_material=bool(row["own_material"]),
        awaits=tuple(row["awaits"].split()),
        decide_by=row["decide_by"] or row["starts_at"],
        problems=told(rules.problems(wish, facts), row["buddy"]),
        halves=int(row["halves"]),
        certified_until=min(until, default=None),
        before=last_before(here, wanted),
        after=first_after(here, wanted),
        elsewhere=tuple(
            each
            for each in others
            if each.row.member_id == row["member"]
            and each.row.machine_id != view.id
            and each.period.overlaps(period)
        ),
    )


def told(found: Sequence[Problem], buddy: int | None) -> tuple[Problem, ...]:
    """Whether the second person suits is asked when it is decided; here, whether there is one."""
    return tuple(each for each in found if each.code != "buddy_missing" or buddy is None)


def last_before(here: Sequence[Beside], wanted: Period) -> Beside | None:
    found = [each for each in here if wanted.start - NEAR < each.row.busy.end <= wanted.start]
    return max(found, key=lambda each: each.row.busy.end, default=None)


def first_after(here: Sequence[Beside], wanted: Period) -> Beside | None:
    found = [each for each in here if wanted.end <= each.row.busy.start < wanted.end + NEAR]
    return min(found, key=lambda each: each.row.busy.start, default=None)


def rivals(one: Waiting, all_of_them: Sequence[Waiting]) -> tuple[Waiting, ...]:
    return tuple(
        each
        for each in all_of_them
        if each.id != one.id
        and each.number != one.number
        and each.for_staff
        and each.period.overlaps(one.period)
    )
