"""Reads of the catalogue. It is small, and kept until its stamp or the lab's changes."""

from collections.abc import Iterable, Mapping
from typing import Any

from fablab.core import versions
from fablab.core.money import Money
from fablab.core.words import Words
from fablab.lab.place import Place
from fablab.lab.queries import load, place
from fablab.machines.catalogue import (
    Catalogue,
    CategoryView,
    MachineView,
    MaterialName,
    Required,
    Spec,
)
from fablab.machines.policy import Policy
from fablab.machines.tables import Category, Certification, Machine, Material

Row = Mapping[str, Any]
_kept: tuple[tuple[int, int], Catalogue] | None = None


async def catalogue(stamps: Mapping[str, int] | None = None) -> Catalogue:
    """Every machine with its policy in force, read again only when something changed.

    `stamps` (of "lab" and "machines") are those the request has read already.
    """
    global _kept
    stamps = stamps or await versions.stamps()
    key = (stamps["lab"], stamps["machines"])
    if key[1] and _kept and _kept[0] == key:
        return _kept[1]
    found = await read_catalogue(await place(stamps))
    _kept = (key, found)
    return found


async def read_catalogue(lab: Place) -> Catalogue:
    categories = await Category.select().order_by(Category.position).order_by(Category.id)
    machines = await Machine.select().order_by(Machine.position).order_by(Machine.id)
    certifications = await Certification.select()
    materials = await Material.select().order_by(Material.id)
    shelf = Shelf(lab, categories, certifications, materials)
    return Catalogue.of(
        tuple(shelf.categories.values()),
        tuple(shelf.machine(row) for row in machines),
        shelf.materials,
        shelf.base(),
    )


class Shelf:
    """What the rows of machines refer to, by id and slug, while the catalogue is built."""

    def __init__(
        self,
        lab: Place,
        categories: Iterable[Row],
        certifications: Iterable[Row],
        materials: Iterable[Row],
    ) -> None:
        self.lab = lab
        self.policies = {row["id"]: load(row["policy"]) for row in categories}
        self.categories = {row["id"]: category_view(row) for row in categories}
        self.certifications = {row["id"]: row for row in certifications}
        self.materials = {
            row["slug"]: MaterialName(row["slug"], Words.parse(row["name"])) for row in materials
        }

    def machine(self, row: Row) -> MachineView:
        requires = self.required(row["certification"], row["level"])
        return MachineView(
            **{name: row[name] for name in AS_STORED},
            name=Words.parse(row["name"]),
            description=Words.parse(row["description"]),
            specs=tuple(
                Spec(Words.parse(each["label"]), Words.parse(each["value"]))
                for each in load(row["specs"])
            ),
            category=self.categories.get(row["category"]),
            dangerous=bool(row["dangerous"]),
            status_note=Words.parse(row["status_note"]),
            requires=requires,
            base=self.base_beside(requires) if row["base_certification"] else None,
            supervision=bool(row["supervision"]),
            buddy_required=bool(row["buddy_required"]),
            accepted=self.named(row["accepted_materials"]),
            restricted=self.named(row["restricted_materials"]),
            banned=self.named(row["banned_materials"]),
            hourly_rate=Money(row["hourly_rate"], self.lab.currency),
            policy=Policy.inherited(
                self.lab.policy, self.policies.get(row["category"], {}), load(row["policy"])
            ),
        )

    def required(self, certification_id: int | None, level: int) -> Required | None:
        if certification_id is None:
            return None
        row = self.certifications[certification_id]
        name, levels = Words.parse(row["name"]), max(load(row["levels"]))
        return Required(row["id"], row["slug"], name, level, levels)

    def base_beside(self, requires: Required | None) -> Required | None:
        """The lab's safety certification goes with every other one, and with no other, not."""
        if requires is None or requires.slug == self.lab.policy["base_certification"]:
            return None
        return self.base()

    def base(self) -> Required | None:
        slug = self.lab.policy["base_certification"]
        found = (row["id"] for row in self.certifications.values() if row["slug"] == slug)
        return self.required(next(found, None), 1)

    def named(self, stored: Any) -> tuple[MaterialName, ...]:
        return tuple(
            self.materials.get(slug, MaterialName(slug, Words(en=slug))) for slug in load(stored)
        )


AS_STORED = (
    "id",
    "slug",
    "tag",
    "kind",
    "model",
    "position",
    "location",
    "photo",
    "safety_class",
    "status",
    "expected_back_at",
    "booking_mode",
    "units",
    "capacity",
)


def category_view(row: Row) -> CategoryView:
    return CategoryView(
        row["id"], row["slug"], Words.parse(row["name"]), row["icon"], row["position"]
    )
