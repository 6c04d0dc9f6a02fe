"""Everything the rules want to know, read in a constant number of statements."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from fablab.bookings.rules import (
    Blocker,
    BuddyFacts,
    Closing,
    Facts,
    Limits,
    MachineFacts,
    Need,
    PersonFacts,
    Wish,
)
from fablab.bookings.rules.company import Buddy
from fablab.bookings.rules.times import sensible
from fablab.core import zones
from fablab.core.errors import NotFound
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.machines.tables import Machine
from fablab.quotas.rules import Tally, Terms, Use, tallies
from fablab.training.rules import Held, best, last_day


@dataclass(frozen=True, kw_only=True)
class Situation:
    """A person, the lab and some machines, as of one instant; `facts` is pure from here on."""

    now: datetime
    place: Place
    catalogue: Catalogue
    person: PersonFacts
    certificates: tuple[Held, ...] = ()
    rows: tuple[Blocker, ...] = ()
    locked: Mapping[int, Machine] = field(default_factory=dict)
    buddy: Buddy | None = None
    asked_at: datetime | None = None
    by_staff: bool = False
    quotas: tuple[Terms, ...] = ()
    uses: tuple[Use, ...] = ()

    def facts(self, wish: Wish) -> Facts:
        view = self.view(wish.machine_id)
        calendar, period = self.place.calendar, wish.period
        judged = sensible(wish)  # else only its length is told: hours of years are not walked
        open_lab = tuple(calendar.open_lab(period)) if judged else ()
        return Facts(
            now=self.now,
            zone=self.place.zone,
            machine=self.machine(view),
            person=self.person,
            asked_at=self.asked_at,
            charter_required=self.place.required_charter(self.now),
            closing=self.closing(view, period) if judged else None,
            staffed=not judged or calendar.is_staffed(period),
            open_lab=open_lab,
            in_open_lab=not judged or any(period.within(window) for window in open_lab),
            next_open_lab=None if open_lab or not judged else calendar.next_open_lab(period.start),
            blockers=self.by_machine.get(view.id, ()),
            own=self.own,
            attended_ids=self.attended_ids,
            machine_names=self.names,
            needs=self.needs(view, period),
            buddy=self.beside(wish, view),
            by_staff=self.by_staff,
            tallies=self.tallies(wish) if judged else (),
            material_names=self.material_names,
        )

    def beside(self, wish: Wish, view: MachineView) -> BuddyFacts | None:
        return self.buddy.facts(wish, view.safety_class, self.place.zone) if self.buddy else None

    def tallies(self, wish: Wish) -> tuple[Tally, ...]:
        """What the wish would use of the quotas; nothing is counted for whom none binds."""
        if not self.quotas or wish.kind not in ("use", "offer"):
            return ()
        return tallies(self.quotas, self.uses, self.use(wish), self.now, self.place.calendar)

    def use(self, wish: Wish) -> Use:
        category = self.view(wish.machine_id).category
        return Use(
            booking_id=wish.booking_id,
            machine_id=wish.machine_id,
            category_id=category.id if category else None,
            period=wish.period,
        )

    @cached_property
    def by_machine(self) -> dict[int, tuple[Blocker, ...]]:
        found: dict[int, list[Blocker]] = {}
        for row in self.rows:
            found.setdefault(row.machine_id, []).append(row)
        return {machine: tuple(rows) for machine, rows in found.items()}

    @cached_property
    def own(self) -> tuple[Blocker, ...]:
        return tuple(row for row in self.rows if row.member_id == self.person.id)

    @cached_property
    def names(self) -> dict[int, Words]:
        return {each: self.name(each) for each in self.by_machine}

    @cached_property
    def material_names(self) -> dict[str, Words]:
        return {slug: material.name for slug, material in self.catalogue.materials.items()}

    @cached_property
    def attended_ids(self) -> frozenset[int]:
        """Those of the rows: of other machines nobody asks."""
        machines = map(self.view, self.by_machine)
        return frozenset(each.id for each in machines if self.machine(each).attended)

    def view(self, machine_id: int) -> MachineView:
        if view := self.catalogue.by_id(machine_id):
            return view
        raise NotFound("machine")

    def name(self, machine_id: int) -> Words:
        return self.view(machine_id).name

    def machine(self, view: MachineView) -> MachineFacts:
        """As the catalogue has it; its state as the locked row says, where there is one."""
        row: Any = self.locked.get(view.id, view)
        policy = view.policy
        return MachineFacts(
            id=view.id,
            name=view.name,
            is_room=view.is_room,
            status=row.status,
            dangerous=row.dangerous,
            expected_back_at=row.expected_back_at,
            units=view.units,
            attendance=policy.attendance,
            safety_class=view.safety_class,
            supervision=view.supervision,
            buddy_required=view.buddy_required,
            needs_approval=policy.needs_approval,
            accepted=frozenset(each.slug for each in view.accepted),
            restricted=frozenset(each.slug for each in view.restricted),
            banned=frozenset(each.slug for each in view.banned),
            limits=limits(view),
        )

    def closing(self, view: MachineView, period: Period) -> Closing | None:
        policy = view.policy
        why = self.place.calendar.attends(period, policy.attendance, policy.closed_hours)
        if why is None:
            return None
        return Closing(
            failure=why.part, reason=why.cause, windows=why.windows, next_opening=why.next_opening
        )

    def needs(self, view: MachineView, period: Period) -> tuple[Need, ...]:
        """The machine's certification and the base one that goes with it, as held then."""
        day = zones.local_date(period.start, self.place.zone)
        found = []
        for asked in (view.base, view.requires):
            if asked is None:
                continue
            held = best(self.certificates, asked.certification_id, asked.level, day)
            found.append(
                Need(
                    slug=asked.slug,
                    name=asked.name,
                    level=asked.level,
                    levels=asked.levels,
                    held=held is not None,
                    valid_until=last_day(held) if held else None,
                )
            )
        return tuple(found)

    def with_rows(self, rows: tuple[Blocker, ...]) -> "Situation":
        return replace(self, rows=rows)

    def having(self, wish: Wish, unit: int = 1) -> "Situation":
        """As if this wish were granted already: the next one of the same request sees it."""
        view = self.view(wish.machine_id)
        busy = Period(wish.period.start, wish.period.end + view.policy.turnaround_after)
        row = Blocker(
            id=0,
            machine_id=view.id,
            unit=unit,
            busy=busy,
            ends_at=wish.period.end,
            member_id=self.person.id,
        )
        rows, uses = self.rows, self.uses
        if (changed := wish.booking_id) is not None:
            rows = tuple(each for each in rows if each.id != changed)
            uses = tuple(each for each in uses if each.booking_id != changed)
        return replace(self, rows=(*rows, row), uses=(*uses, self.use(wish)))


def limits(view: MachineView) -> Limits:
    policy = view.policy
    return Limits(
        granularity=policy.granularity,
        min_duration=policy.min_duration,
        max_duration=policy.max_duration,
        turnaround_after=policy.turnaround_after,
        notice_to_book=policy.notice_to_book,
        notice_to_move=policy.notice_to_move,
        notice_to_cancel=policy.notice_to_cancel,
        checkin_opens_before=policy.checkin_opens_before,
        grace=policy.grace,
        horizon=policy.horizon,
        approval_days=policy.approval_days,
    )
