"""Where a member stands: what the booking rules need to know of a person, read at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fablab.core import db
from fablab.core.errors import NotFound
from fablab.core.words import Words
from fablab.members.tables import STAFF, BookingWindows, HoldKind, MemberState, Role

STANDING = """
SELECT m.id, m.number, m.role, m.state, m.language, m.email, m.email_confirmed_at,
    m.birth_year, m.declared_adult, m.adult_seen_at, m.consent_until, m.guardian, m.plan_until,
    p.id AS plan_id, p.slug AS plan_slug, p.name AS plan_name, p.horizon_days, p.windows,
    p.hours_per_week, p.open_bookings, h.kind AS hold_kind, h.ends_at AS hold_ends_at,
    h.reason AS hold_reason,
    (SELECT max(c.version) FROM charter_acceptance c WHERE c.member = m.id) AS charter_version
FROM member m
LEFT JOIN plan p ON p.id = m.plan
LEFT JOIN hold h ON h.member = m.id AND h.lifted_at IS NULL AND h.starts_at <= {}
    AND (h.ends_at IS NULL OR h.ends_at > {})
"""
OF_ONE = STANDING + "WHERE m.id = {} ORDER BY h.id"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """What the member's plan allows. `until` is its last day, inclusive; None: no end."""

    id: int
    slug: str
    name: Words
    horizon_days: int | None
    windows: BookingWindows
    hours_per_week: int | None
    open_bookings: int | None
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldInForce:
    """`ends_at` None: until somebody lifts it."""

    kind: HoldKind
    ends_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`charter_version` is the newest version accepted, 0 when none."""

    id: int
    number: int
    role: Role
    state: MemberState
    language: str
    has_email: bool
    email_confirmed: bool
    plan: PlanTerms | None
    holds: tuple[HoldInForce, ...]
    charter_version: int
    birth_year: int | None
    declared_adult: bool
    adult_seen: bool
    consent_until: date | None
    guardian: int | None

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    @property
    def may_act(self) -> bool:
        """Closed accounts do nothing any more."""
        return self.state == MemberState.ACTIVE

    def on_hold(self, *kinds: HoldKind) -> HoldInForce | None:
        """The first hold in force, of those kinds or of any."""
        found = (hold for hold in self.holds if not kinds or hold.kind in kinds)
        return next(found, None)


async def standing(member_id: int, now: datetime) -> Standing:
    """One statement. `NotFound` when there is no such member."""
    rows = await db.fetch(OF_ONE, now, now, member_id)
    if not rows:
        raise NotFound
    return from_rows(rows)


async def standings(member_ids: Sequence[int], now: datetime) -> dict[int, Standing]:
    """The same for several members, still one statement; unknown ids are left out."""
    if not member_ids:
        return {}
    places = ", ".join(["{}"] * len(member_ids))
    sql = f"{STANDING} WHERE m.id IN ({places}) ORDER BY m.id, h.id"
    rows: dict[int, list[dict[str, Any]]] = {}
    for row in await db.fetch(sql, now, now, *member_ids):
        rows.setdefault(row["id"], []).append(row)
    return {member: from_rows(found) for member, found in rows.items()}


def from_rows(rows: Sequence[dict[str, Any]]) -> Standing:
    """From one row a hold in force, or a single row without any."""
    row = rows[0]
    return Standing(
        id=row["id"],
        number=row["number"],
        role=Role(row["role"]),
        state=MemberState(row["state"]),
        language=row["language"],
        has_email=row["email"] is not None,
        email_confirmed=row["email_confirmed_at"] is not None,
        plan=plan_terms(row),
        holds=tuple(hold(each) for each in rows if each["hold_kind"] is not None),
        charter_version=row["charter_version"] or 0,
        birth_year=row["birth_year"],
        declared_adult=bool(row["declared_adult"]),
        adult_seen=row["adult_seen_at"] is not None,
        consent_until=row["consent_until"],
        guardian=row["guardian"],
    )


def plan_terms(row: dict[str, Any]) -> PlanTerms | None:
    if row["plan_id"] is None:
        return None
    return PlanTerms(
        id=row["plan_id"],
        slug=row["plan_slug"],
        name=Words.parse(row["plan_name"]),
        horizon_days=row["horizon_days"],
        windows=BookingWindows(row["windows"]),
        hours_per_week=row["hours_per_week"],
        open_bookings=row["open_bookings"],
        until=row["plan_until"],
    )


def hold(row: dict[str, Any]) -> HoldInForce:
    return HoldInForce(
        kind=HoldKind(row["hold_kind"]), ends_at=row["hold_ends_at"], reason=row["hold_reason"]
    )
