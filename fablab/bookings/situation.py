"""Everything the rules want to know, read in a constant number of statements."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from fablab.bookings.rules import (
    Blocker,
    BuddyFacts,
    Closing,
    Facts,
    HoldFacts,
    Limits,
    MachineFacts,
    Need,
    PersonFacts,
    Wish,
)
from fablab.bookings.rules.times import LONGEST_USE
from fablab.core import versions, zones
from fablab.core.errors import NotFound
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.lab.place import Place
from fablab.lab.queries import place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.machines.queries import catalogue
from fablab.machines.tables import Machine
from fablab.members.standing import Standing, standing
from fablab.members.tables import BookingWindows, HoldKind
from fablab.training import queries as training
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
    buddy: BuddyFacts | None = None
    asked_at: datetime | None = None

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
            blockers=tuple(row for row in self.rows if row.machine_id == view.id),
            own=tuple(row for row in self.rows if row.member_id == self.person.id),
            attended_ids=self.attended_ids,
            machine_names={row.machine_id: self.name(row.machine_id) for row in self.rows},
            needs=self.needs(view, period),
            buddy=self.buddy,
        )

    @cached_property
    def attended_ids(self) -> frozenset[int]:
        """Those of the rows: of other machines nobody asks."""
        machines = map(self.view, {row.machine_id for row in self.rows})
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
            limits=limits(view),
        )

    def closing(self, view: MachineView, period: Period) -> Closing | None:
        policy = view.policy
        why = self.place.calendar.attends(period, policy.attendance, policy.closed_hours)
        if why is None:
            return None
        return Closing(
            failure=why.part,
            reason=why.cause,
            windows=why.windows,
            next_opening=why.next_opening,
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


def sensible(wish: Wish) -> bool:
    """Whether opening hours can be asked about it: forwards, and no longer than a use may be."""
    return timedelta(0) < wish.period.length <= LONGEST_USE


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
    )


def person_facts(known: Standing) -> PersonFacts:
    plan = None if known.is_staff else known.plan
    return PersonFacts(
        id=known.id,
        is_staff=known.is_staff,
        email_unverified=known.has_email and not known.email_confirmed,
        charter_accepted=known.charter_version,
        holds=tuple(
            HoldFacts(kind=hold.kind, reason=hold.reason, ends_at=hold.ends_at)
            for hold in known.holds
        ),
        plan=plan.name if plan else None,
        plan_horizon=plan.horizon_days if plan else None,
        plan_open_lab_only=bool(plan and plan.windows == BookingWindows.OPEN_LAB),
        plan_until=plan.until if plan else None,
        birth_year=known.birth_year,
        declared_adult=known.declared_adult,
        adult_seen=known.adult_seen,
        consent_until=known.consent_until,
    )


async def known(member_id: int, now: datetime, **more: Any) -> Situation:
    """The person's part: three statements. Rows of machines are added from `around`."""
    stamps = await versions.of("lab", "machines")
    return await known_in(await place(stamps), await catalogue(stamps), member_id, now, **more)


async def known_in(
    lab: Place, machines: Catalogue, member_id: int, now: datetime, **more: Any
) -> Situation:
    """The same where the lab and its machines were read at the door: two statements."""
    return Situation(
        now=now,
        place=lab,
        catalogue=machines,
        person=person_facts(await standing(member_id, now)),
        certificates=await training.held(member_id, lab.zone),
        **more,
    )


def may_check_in(person: PersonFacts) -> HoldFacts | None:
    """The hold that bars even check-in: a safety hold. Kept bookings survive the others."""
    return next((hold for hold in person.holds if hold.kind == HoldKind.SAFETY), None)
