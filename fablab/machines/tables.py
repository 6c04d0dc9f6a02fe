"""Machines and rooms: what they do, what they need, whether they work."""

from enum import StrEnum

from piccolo.columns import (
    JSON,
    BigInt,
    Boolean,
    ForeignKey,
    Integer,
    Serial,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class SafetyClass(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class MachineStatus(StrEnum):
    AVAILABLE = "available"
    OUT_OF_ORDER = "out_of_order"
    MAINTENANCE = "maintenance"
    RETIRED = "retired"
    HIDDEN = "hidden"


class MachineKind(StrEnum):
    MACHINE = "machine"
    ROOM = "room"


class BookingMode(StrEnum):
    EXCLUSIVE = "exclusive"
    PER_SEAT = "per_seat"


class Certification(Table):
    """A right to use a family of machines, in levels; a higher one satisfies a lower."""

    id: Serial
    slug = Varchar(60, unique=True)
    name = JSON(default="{}")
    levels = JSON(default="[1]")


class Category(Table):
    """A family of machines. `policy` holds the numbers its machines inherit."""

    id: Serial
    slug = Varchar(60, unique=True)
    name = JSON(default="{}")
    icon = Varchar(40, default="cube")
    position = Integer(default=0)
    policy = JSON(default="{}", help_text="Nullable numbers; what is absent is inherited.")


class Machine(Table):
    """One physical thing, or the seats of a room: what a booking holds."""

    id: Serial
    slug = Varchar(80, unique=True)
    tag = Varchar(20, unique=True)
    kind = Varchar(10, choices=MachineKind, default=MachineKind.MACHINE)
    category = ForeignKey(Category, null=True, default=None, on_delete=OnDelete.restrict)
    position = Integer(default=0)
    name = JSON(default="{}")
    model = Varchar(120, default="")
    description = JSON(default="{}")
    specs = JSON(default="[]", help_text="[{label, value}] in three languages.")
    location = Varchar(80, default="")
    photo = Varchar(200, default="")
    safety_class = Varchar(10, choices=SafetyClass, default=SafetyClass.GREEN)
    status = Varchar(15, choices=MachineStatus, default=MachineStatus.AVAILABLE)
    dangerous = Boolean(default=False, help_text="Stopped as dangerous: nobody overrides it.")
    status_note = JSON(default="{}")
    expected_back_at = Timestamptz(null=True, default=None)
    booking_mode = Varchar(10, choices=BookingMode, default=BookingMode.EXCLUSIVE)
    units = Integer(default=1, help_text="What bookings share: 1, or the seats of a room.")
    capacity = Integer(default=1, help_text="How many people fit; says nothing of bookings.")
    certification = ForeignKey(Certification, null=True, default=None, on_delete=OnDelete.restrict)
    level = Integer(default=1)
    base_certification = Boolean(default=True, help_text="The lab's base safety goes with it.")
    supervision = Boolean(default=False)
    buddy_required = Boolean(default=False)
    accepted_materials = JSON(default="[]")
    restricted_materials = JSON(default="[]")
    banned_materials = JSON(default="[]")
    policy = JSON(default="{}", help_text="Nullable numbers; what is absent is inherited.")
    hourly_rate = BigInt(default=0, help_text="Centimes.")
    hours_counter = BigInt(default=0, help_text="Minutes of use.")


class Material(Table):
    """What people put into machines."""

    id: Serial
    slug = Varchar(60, unique=True)
    name = JSON(default="{}")
