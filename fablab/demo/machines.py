"""What stands in the lab: certifications, categories, materials, machines and rooms."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fablab.core.words import Words
from fablab.demo.source import Row, as_json, read
from fablab.demo.writing import insert, numbered
from fablab.machines.policy import OWN
from fablab.machines.tables import (
    BookingMode,
    Category,
    Certification,
    Machine,
    MachineKind,
    MachineStatus,
    Material,
    SafetyClass,
)

APPROVED = "cnc-router-desktop"
"""The machine whose bookings the staff decide."""
BROKEN = "mill-desktop"
BROKEN_NOTE = Words(
    ar="صوت احتكاك في محور الدوران؛ قطعة الغيار في الطريق.",
    fr="La broche grince\u00a0; le roulement de rechange est commandé.",
    en="The spindle grinds; the new bearing is on its way.",
)


@dataclass(frozen=True, slots=True)
class Shop:
    """The ids of what stands in the lab: machines and certifications by slug."""

    machines: dict[str, int]
    certifications: dict[str, int]


def source() -> list[Row]:
    """Machines, then rooms, in the order in which the lab lists them."""
    return [*read("machines")["machines"], *read("machines")["rooms"]]


def policy(row: Row) -> dict[str, Any]:
    """What the machine sets itself of its booking policy."""
    own = {name: row[name] for name in OWN if row.get(name) is not None}
    if row["slug"] == APPROVED:
        own |= {"needs_approval": True}
    return own | {"grace_minutes": row["checkin_grace_minutes"]}


def units(row: Row) -> int:
    """What bookings share: the seats of a room booked by the seat, else the whole of it."""
    seats: int = row["capacity"] if row["booking_mode"] == BookingMode.PER_SEAT else 1
    return seats


async def make(back_at: datetime, used: dict[str, int]) -> Shop:
    """Everything that stands in the lab. `used` tells the minutes each machine has run, by slug.

    One machine is broken until `back_at`.
    """
    await insert(certifications())
    await insert(categories())
    await insert(materials())
    certification_ids = await numbered(Certification, Certification.slug)
    category_ids = await numbered(Category, Category.slug)
    rows = []
    for position, row in enumerate(source()):
        rows.append(machine(row, position, used.get(row["slug"], 0)))
        rows[-1].category = category_ids.get(row["category"])
        rows[-1].certification = certification_ids.get(row["required_certification"])
        if row["slug"] == BROKEN:
            rows[-1].status = MachineStatus.OUT_OF_ORDER
            rows[-1].status_note = BROKEN_NOTE.dump()
            rows[-1].expected_back_at = back_at
    await insert(rows)
    return Shop(await numbered(Machine, Machine.slug), certification_ids)


def certifications() -> list[Certification]:
    return [
        Certification(slug=row["slug"], name=as_json(row["name"]), levels=as_json(row["levels"]))
        for row in read("training")["certifications"]
    ]


def categories() -> list[Category]:
    return [
        Category(slug=row["slug"], name=as_json(row["name"]), icon=row["icon"], position=position)
        for position, row in enumerate(read("machines")["categories"])
    ]


def materials() -> list[Material]:
    return [
        Material(slug=row["slug"], name=as_json(row["name"]))
        for row in read("machines")["materials"]
    ]


def machine(row: Row, position: int, minutes: int) -> Machine:
    """Without the certification a machine asks, it does not ask the base certification either."""
    return Machine(
        slug=row["slug"],
        tag=row["tag"],
        kind=MachineKind(row["kind"]),
        position=position,
        name=as_json(row["name"]),
        model=row["model"] or "",
        description=as_json(row["description"]),
        specs=as_json(row["specs"]),
        location=row["location"],
        safety_class=SafetyClass(row["safety_class"]),
        booking_mode=BookingMode(row["booking_mode"]),
        units=units(row),
        capacity=row["capacity"],
        level=row["required_level"] or 1,
        base_certification=row["required_certification"] is not None,
        supervision=row["supervision"],
        buddy_required=row["buddy_required"],
        accepted_materials=as_json(row["accepted_materials"]),
        restricted_materials=as_json(row["restricted_materials"]),
        banned_materials=as_json(row["banned_materials"]),
        policy=as_json(policy(row)),
        hourly_rate=row["hourly_rate_centimes"],
        hours_counter=minutes,
    )
