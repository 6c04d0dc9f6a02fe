"""The machines as everybody reads them: values, built once and shared until something changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fablab.core.money import Money
from fablab.core.words import Words
from fablab.lab.hours import Attendance
from fablab.machines.policy import Policy

AVAILABLE, RETIRED, HIDDEN = "available", "retired", "hidden"
ROOM = "room"


@dataclass(frozen=True, slots=True)
class Spec:
    """A figure of the sheet: build volume, 256 x 256 x 256 mm."""

    label: Words
    value: Words


@dataclass(frozen=True, slots=True)
class MaterialName:
    slug: str
    name: Words


@dataclass(frozen=True, slots=True)
class Required:
    """A certification and the least level of it, of how many there are."""

    certification_id: int
    slug: str
    name: Words
    level: int
    levels: int = 1


@dataclass(frozen=True, slots=True)
class CategoryView:
    id: int
    slug: str
    name: Words
    icon: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineView:
    """One machine or room: what it does, what it takes, what it needs, whether it works.

    `requires` is what the machine asks, `base` the lab's safety certification that goes with it;
    None where nothing is asked, or where the machine asks for the base itself.
    """

    id: int
    slug: str
    tag: str
    kind: str
    name: Words
    model: str
    description: Words
    specs: tuple[Spec, ...]
    category: CategoryView | None
    position: int
    location: str
    photo: str
    safety_class: str
    status: str
    dangerous: bool
    status_note: Words
    expected_back_at: datetime | None
    booking_mode: str
    units: int
    capacity: int
    requires: Required | None
    base: Required | None
    supervision: bool
    buddy_required: bool
    accepted: tuple[MaterialName, ...]
    restricted: tuple[MaterialName, ...]
    banned: tuple[MaterialName, ...]
    hourly_rate: Money
    policy: Policy

    @property
    def is_room(self) -> bool:
        return self.kind == ROOM

    @property
    def works(self) -> bool:
        return self.status == AVAILABLE

    @property
    def is_public(self) -> bool:
        return self.status not in (RETIRED, HIDDEN)

    @property
    def attendance(self) -> Attendance:
        return self.policy.attendance

    @property
    def icon(self) -> str:
        return self.category.icon if self.category else ROOM

    @property
    def asked(self) -> tuple[Required, ...]:
        """Every certification a booking needs, the machine's own first."""
        return tuple(each for each in (self.requires, self.base) if each)

    @property
    def asks_material(self) -> bool:
        return bool(self.accepted or self.restricted or self.banned)


@dataclass(frozen=True, slots=True)
class Group:
    """The machines of one category; without one, the rooms."""

    category: CategoryView | None
    machines: tuple[MachineView, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything there is to book, in the order it is shown. `base` is the lab's safety
    certification, None where there is none."""

    categories: tuple[CategoryView, ...]
    machines: tuple[MachineView, ...]
    materials: Mapping[str, MaterialName]
    _by_id: Mapping[int, MachineView]
    _by_slug: Mapping[str, MachineView]
    base: Required | None = None

    @classmethod
    def of(
        cls,
        categories: tuple[CategoryView, ...],
        machines: tuple[MachineView, ...],
        materials: Mapping[str, MaterialName],
        base: Required | None = None,
    ) -> "Catalogue":
        by_id = {machine.id: machine for machine in machines}
        by_slug = {machine.slug: machine for machine in machines}
        return cls(categories, machines, materials, by_id, by_slug, base)

    def by_id(self, machine_id: int) -> MachineView | None:
        return self._by_id.get(machine_id)

    def by_slug(self, slug: str) -> MachineView | None:
        return self._by_slug.get(slug)

    def visible(self, *, staff: bool = False) -> tuple[MachineView, ...]:
        """What a person is shown: staff everything, others neither hidden nor retired ones."""
        return tuple(machine for machine in self.machines if staff or machine.is_public)

    def seen(self, slug: str, *, staff: bool = False) -> MachineView | None:
        """The machine of that slug, if this person is shown it."""
        machine = self.by_slug(slug)
        return machine if machine and (staff or machine.is_public) else None

    def of_category(self, slug: str) -> tuple[MachineView, ...]:
        """The public machines of a category, in order."""
        return tuple(
            machine
            for machine in self.visible()
            if machine.category and machine.category.slug == slug
        )

    def grouped(self, machines: tuple[MachineView, ...]) -> tuple[Group, ...]:
        """The machines by category, in the catalogue's order, rooms last; no empty group."""
        found: dict[int | None, list[MachineView]] = {}
        for each in machines:
            found.setdefault(each.category.id if each.category else None, []).append(each)
        groups = [(category, found.get(category.id)) for category in self.categories]
        return tuple(
            Group(category, tuple(mine))
            for category, mine in (*groups, (None, found.get(None)))
            if mine
        )
