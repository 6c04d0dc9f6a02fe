"""The place as everybody reads it: a value, built once and shared until something changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from fablab.core.words import Words
from fablab.lab.calendar import Calendar

# What holds until staff decide otherwise (domain: machines, booking policy; bookings, strikes).
DEFAULT_POLICY: Mapping[str, Any] = MappingProxyType(
    {
        "granularity_minutes": 30,
        "min_minutes": 30,
        "max_minutes": 240,
        "turnaround_minutes": 0,
        "notice_to_book_minutes": 0,
        "notice_to_move_minutes": 60,
        "notice_to_cancel_minutes": 120,
        "checkin_opens_before_minutes": 10,
        "grace_minutes": 15,
        "horizon_days": 60,
        "approval_days": 3,
        "needs_approval": False,
        "max_series": 60,
        "attendance": "staffed",
        "closed_hours": "night",
        "strikes": 3,
        "strike_window_days": 60,
        "hold_days": 7,
        "late_cancellation_strikes": 0,
        "offer_near_minutes": 15,
        "offer_near_within_minutes": 180,
        "offer_far_minutes": 120,
        "offer_begun_minutes": 5,
        "offer_hurried_minutes": 15,
        "offer_night_from": "21:00",
        "offer_night_until": "10:00",
        "base_certification": "safety",
    }
)


@dataclass(frozen=True, slots=True)
class Named:
    """Something of the lab's own list, by its slug: a profile, a commune, a rule, a point."""

    slug: str
    name: Words


@dataclass(frozen=True, slots=True)
class CharterText:
    """One version of what members agree to."""

    version: int
    title: Words
    points: tuple[Named, ...]
    required_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The lab: who it is, when it is open, what its staff decided.

    `policy` has every number, the defaults where staff set none. `charters` are newest first.
    """

    id: int
    slug: str
    name: Words
    tagline: Words = field(default_factory=Words)
    address: Mapping[str, Words] = field(default_factory=dict)
    postal_code: str = ""
    position: tuple[int, int] | None = None
    email: str = ""
    phone: str = ""
    zone: ZoneInfo
    zone_name: str
    currency: str = "MAD"
    languages: tuple[str, ...] = ("ar", "fr", "en")
    default_language: str = "ar"
    calendar: Calendar
    policy: Mapping[str, Any] = field(default_factory=lambda: DEFAULT_POLICY)
    charters: tuple[CharterText, ...] = ()
    safety_rules: tuple[Named, ...] = ()
    profiles: tuple[Named, ...] = ()
    communes: tuple[Named, ...] = ()
    networks: tuple[str, ...] = ()
    shows_names: bool = False
    hours_note: Words = field(default_factory=Words)
    open_lab_note: Words = field(default_factory=Words)
    tzdata: str = ""

    @property
    def charter(self) -> CharterText | None:
        """The newest version, which a member is asked to accept."""
        return self.charters[0] if self.charters else None

    def required_charter(self, now: datetime) -> int:
        """The version a booking needs by now; 0 when none is required yet."""
        due = (each.version for each in self.charters if each.required_from <= now)
        return max(due, default=0)
