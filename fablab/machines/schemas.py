"""What programs are told of machines. `name` is in the reader's language, `names` in all."""

from datetime import timedelta
from typing import Any

import msgspec

from fablab.core import formats, i18n
from fablab.core.words import Words
from fablab.core.zones import iso
from fablab.machines.catalogue import CategoryView, MachineView, MaterialName, Required
from fablab.machines.policy import Policy

Texts = dict[str, str]


class CategoryShown(msgspec.Struct):
    slug: str
    name: str
    names: Texts
    icon: str


class CertificationShown(msgspec.Struct):
    """A certification and the least level of it."""

    slug: str
    name: str
    names: Texts
    level: int


class MaterialShown(msgspec.Struct):
    slug: str
    name: str
    names: Texts


class SpecShown(msgspec.Struct):
    label: str
    value: str


class PolicyShown(msgspec.Struct):
    """The policy in force: lengths in minutes, horizon and approval in days of the lab."""

    granularity_minutes: int
    min_minutes: int
    max_minutes: int
    turnaround_minutes: int
    notice_to_book_minutes: int
    notice_to_move_minutes: int
    notice_to_cancel_minutes: int
    checkin_opens_before_minutes: int
    grace_minutes: int
    horizon_days: int
    approval_days: int
    needs_approval: bool
    max_series: int
    attendance: str
    closed_hours: str


class RequirementsShown(msgspec.Struct):
    """What a booking needs: every certification listed, and people beside the user."""

    certifications: list[CertificationShown]
    supervision: bool
    buddy: bool


class MaterialsShown(msgspec.Struct):
    accepted: list[MaterialShown]
    restricted: list[MaterialShown]
    banned: list[MaterialShown]


class MoneyShown(msgspec.Struct):
    """An amount in minor units: centimes."""

    amount: int
    currency: str


class ReasonShown(msgspec.Struct, omit_defaults=True):
    """Why not: as a violation is told everywhere."""

    code: str
    field: str | None
    message: str
    overridable: bool
    limit: Any = None
    nearest: Any = None


class UsableShown(msgspec.Struct):
    """Whether you may book it at all, and if not, every reason; the time is judged elsewhere."""

    usable: bool
    reasons: list[ReasonShown]


Usable = UsableShown | msgspec.UnsetType


class MachineShown(msgspec.Struct, omit_defaults=True):
    """A machine or a room. `usable_by_me` is there when a token says who asks."""

    slug: str
    tag: str
    kind: str
    name: str
    names: Texts
    model: str | None
    category: str | None
    description: str
    descriptions: Texts
    specs: list[SpecShown]
    location: str
    safety_class: str
    status: str
    status_note: str
    expected_back_at: str | None
    units: int
    capacity: int
    requires: RequirementsShown
    materials: MaterialsShown
    policy: PolicyShown
    hourly_rate: MoneyShown
    usable_by_me: Usable = msgspec.UNSET


class MachineList(msgspec.Struct):
    items: list[MachineShown]
    next: str | None


class CategoryList(msgspec.Struct):
    items: list[CategoryShown]
    next: str | None


def said(words: Words) -> str:
    return words.say(i18n.language.get())


def category_shown(category: CategoryView) -> CategoryShown:
    return CategoryShown(category.slug, said(category.name), category.name.as_dict(), category.icon)


def certification_shown(asked: Required) -> CertificationShown:
    return CertificationShown(asked.slug, said(asked.name), asked.name.as_dict(), asked.level)


def materials_shown(found: tuple[MaterialName, ...]) -> list[MaterialShown]:
    return [MaterialShown(each.slug, said(each.name), each.name.as_dict()) for each in found]


def policy_shown(policy: Policy) -> PolicyShown:
    return PolicyShown(
        granularity_minutes=minutes(policy.granularity),
        min_minutes=minutes(policy.min_duration),
        max_minutes=minutes(policy.max_duration),
        turnaround_minutes=minutes(policy.turnaround_after),
        notice_to_book_minutes=minutes(policy.notice_to_book),
        notice_to_move_minutes=minutes(policy.notice_to_move),
        notice_to_cancel_minutes=minutes(policy.notice_to_cancel),
        checkin_opens_before_minutes=minutes(policy.checkin_opens_before),
        grace_minutes=minutes(policy.grace),
        horizon_days=policy.horizon,
        approval_days=policy.approval_days,
        needs_approval=policy.needs_approval,
        max_series=policy.max_series,
        attendance=policy.attendance.value,
        closed_hours=policy.closed_hours.value,
    )


def minutes(length: timedelta) -> int:
    return length // timedelta(minutes=1)


def machine_shown(machine: MachineView, usable_by_me: Usable = msgspec.UNSET) -> MachineShown:
    back = machine.expected_back_at
    return MachineShown(
        slug=machine.slug,
        tag=machine.tag,
        kind=machine.kind,
        name=said(machine.name),
        names=machine.name.as_dict(),
        model=machine.model or None,
        category=machine.category.slug if machine.category else None,
        description=said(machine.description),
        descriptions=machine.description.as_dict(),
        specs=[SpecShown(said(each.label), said(each.value)) for each in machine.specs],
        location=machine.location,
        safety_class=machine.safety_class,
        status=machine.status,
        status_note=said(machine.status_note),
        expected_back_at=iso(back, formats.lab_zone()) if back else None,
        units=machine.units,
        capacity=machine.capacity,
        requires=RequirementsShown(
            [certification_shown(each) for each in machine.asked],
            machine.supervision,
            machine.buddy_required,
        ),
        materials=MaterialsShown(
            materials_shown(machine.accepted),
            materials_shown(machine.restricted),
            materials_shown(machine.banned),
        ),
        policy=policy_shown(machine.policy),
        hourly_rate=MoneyShown(machine.hourly_rate.amount, machine.hourly_rate.currency),
        usable_by_me=usable_by_me,
    )
