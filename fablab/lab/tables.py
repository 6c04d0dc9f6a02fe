"""The place: who it is, when it is open, what its staff decided."""

from enum import StrEnum

from piccolo.columns import (
    JSON,
    BigInt,
    Boolean,
    Date,
    Integer,
    Serial,
    Time,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table


class Lab(Table):
    """One place. `policy` holds the numbers staff may edit, `links` its contacts."""

    id: Serial
    slug = Varchar(60, unique=True)
    name = JSON(default="{}")
    tagline = JSON(default="{}")
    address = JSON(default="{}")
    email = Varchar(254, default="")
    phone = Varchar(20, default="")
    timezone = Varchar(60, default="UTC")
    tzdata = Varchar(20, default="", help_text="Version the bookings' instants were derived with.")
    currency = Varchar(3, default="MAD")
    languages = JSON(default='["ar", "fr", "en"]')
    default_language = Varchar(2, default="ar")
    hours_note = JSON(default="{}")
    open_lab_note = JSON(default="{}")
    safety_rules = JSON(default="[]")
    profiles = JSON(default="[]", help_text="What a member may be: [{slug, name}].")
    communes = JSON(default="[]", help_text="Where a member may live: [{slug, name}].")
    policy = JSON(default="{}")
    networks = JSON(default="[]", help_text="The lab's own addresses, exempt from throttling.")
    shows_names = Boolean(default=False, help_text="Whether members see who booked.")


class HoursKind(StrEnum):
    OPEN = "open"
    OPEN_LAB = "open_lab"


class Season(Table):
    """A dated profile that replaces the weekly hours; the shorter of two wins."""

    id: Serial
    slug = Varchar(80, unique=True)
    name = JSON(default="{}")
    first_day = Date(default=None, null=False)
    last_day = Date(default=None, null=False, help_text="Inclusive.")
    confirmed = Boolean(default=True)


class OpeningHours(Table):
    """One weekly window on the wall. `closes` before or at `opens` ends after midnight."""

    id: Serial
    season = Integer(null=True, default=None, index=True, help_text="None: the usual week.")
    kind = Varchar(10, choices=HoursKind, default=HoursKind.OPEN)
    weekday = Integer(default=0, help_text="0 is Monday.")
    opens = Time(default=None, null=False)
    closes = Time(default=None, null=False)


class ClosureKind(StrEnum):
    PUBLIC_HOLIDAY = "public_holiday"
    ISLAMIC_HOLIDAY = "islamic_holiday"
    LAB_CLOSURE = "lab_closure"


class Closure(Table):
    """Days on which the lab stays closed; beats a season. Unconfirmed ones refuse nothing."""

    id: Serial
    slug = Varchar(80, unique=True)
    name = JSON(default="{}")
    kind = Varchar(20, choices=ClosureKind, default=ClosureKind.LAB_CLOSURE)
    first_day = Date(default=None, null=False)
    last_day = Date(default=None, null=False, help_text="Inclusive.")
    confirmed = Boolean(default=True)


class DayException(Table):
    """One day's own hours, which beat everything. No windows: closed all day."""

    id: Serial
    day = Date(default=None, null=False, unique=True)
    reason = JSON(default="{}")
    windows = JSON(default="[]", help_text='[["10:00", "16:00"], ...]')


class Charter(Table):
    """A version of what every member agrees to, in three languages."""

    id: Serial
    version = Integer(unique=True)
    title = JSON(default="{}")
    points = JSON(default="[]", help_text="[{slug, text: {ar, fr, en}}]")
    required_from = Timestamptz(default=None, null=False)


class PolicyChange(Table):
    """What staff changed of the lab's settings: who, when, from what to what."""

    id: Serial
    at = Timestamptz(default=None, null=False)
    by = BigInt(null=True, default=None)
    field = Varchar(80)
    before = JSON(default="null")
    after = JSON(default="null")
