"""People: who they are, how they prove it, what they agreed to."""

from enum import StrEnum
from typing import Any

from piccolo.columns import (
    JSON,
    BigInt,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Serial,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class Role(StrEnum):
    MEMBER = "member"
    TRAINER = "trainer"
    MANAGER = "manager"
    ADMIN = "admin"


STAFF = (Role.MANAGER, Role.ADMIN)


class BookingWindows(StrEnum):
    ALL = "all"
    OPEN_LAB = "open_lab"


class Plan(Table):
    """What a membership includes. Quotas are hours a week and bookings open at once."""

    id: Serial
    slug = Varchar(60, unique=True)
    name = JSON(default="{}")
    description = JSON(default="{}")
    horizon_days = Integer(null=True, default=None)
    windows = Varchar(10, choices=BookingWindows, default=BookingWindows.ALL)
    hours_per_week = Integer(null=True, default=None)
    open_bookings = Integer(null=True, default=None)
    monthly_price = BigInt(default=0, help_text="Centimes.")
    rate_percent = Integer(default=100)


class MemberState(StrEnum):
    ACTIVE = "active"
    CLOSED = "closed"


class Member(Table):
    """A person with an account. E-mail and phone are optional; the number is not."""

    id: Serial
    number = Integer(unique=True)
    state = Varchar(10, choices=MemberState, default=MemberState.ACTIVE)
    role = Varchar(10, choices=Role, default=Role.MEMBER)
    given_name_ar = Varchar(80, default="")
    family_name_ar = Varchar(80, default="")
    given_name_latin = Varchar(80, default="")
    family_name_latin = Varchar(80, default="")
    email = Varchar(254, null=True, default=None, unique=True, help_text="Lower case.")
    email_confirmed_at = Timestamptz(null=True, default=None)
    phone = Varchar(20, null=True, default=None, index=True, help_text="E.164.")
    password_hash = Varchar(200, null=True, default=None)
    language = Varchar(2, default="ar")
    profile = Varchar(40, default="")
    commune = Varchar(60, default="")
    gender = Varchar(20, default="", help_text="Empty: not asked; `unsaid`: rather not say.")
    birth_year = Integer(null=True, default=None)
    declared_adult = Boolean(default=False)
    adult_seen_at = Timestamptz(null=True, default=None)
    seen_in_person_at = Timestamptz(null=True, default=None)
    guardian: ForeignKey[Any] = ForeignKey(
        "self", null=True, default=None, on_delete=OnDelete.restrict
    )
    consent_until = Date(null=True, default=None, help_text="Guardian's consent, last day.")
    plan = ForeignKey(Plan, null=True, default=None, on_delete=OnDelete.restrict)
    plan_until = Date(null=True, default=None, help_text="Last day; none: no end.")
    wants = JSON(default="{}", help_text="Choices for notifications: {kind: [channels]}.")
    joined_at = Timestamptz(default=None, null=False)
    made_by = BigInt(null=True, default=None, help_text="Staff who made the account.")
    pin_hash = Varchar(200, null=True, default=None, help_text="For the shared tablet.")


class HoldKind(StrEnum):
    NO_SHOW = "no_show"
    ADMINISTRATIVE = "administrative"
    SAFETY = "safety"


class Hold(Table):
    """Why somebody may not book for a while. A safety hold bars check-in too."""

    id: Serial
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    kind = Varchar(20, choices=HoldKind, default=HoldKind.ADMINISTRATIVE)
    reason = Varchar(500, default="")
    starts_at = Timestamptz(default=None, null=False)
    ends_at = Timestamptz(null=True, default=None)
    made_by = BigInt(null=True, default=None)
    lifted_at = Timestamptz(null=True, default=None)
    lifted_by = BigInt(null=True, default=None)
    lift_reason = Varchar(500, default="")


class Project(Table):
    """A team with a purpose: a start-up, a class, something personal."""

    id: Serial
    slug = Varchar(80, unique=True)
    kind = Varchar(30, default="personal")
    stage = Varchar(30, default="")
    title = JSON(default="{}")
    summary = JSON(default="{}")
    licence = Varchar(40, null=True, default=None)
    lead = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    started_on = Date(null=True, default=None)
    ended_on = Date(null=True, default=None)


class ProjectMember(Table):
    """Who belongs to a project. One row a person and project."""

    id: Serial
    project = ForeignKey(Project, null=False, default=None, on_delete=OnDelete.restrict)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)


class CharterAcceptance(Table):
    """A member accepted a version of the charter, or staff read it out to them."""

    id: Serial
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    version = Integer()
    at = Timestamptz(default=None, null=False)
    recorded_by = BigInt(null=True, default=None)


class Session(Table):
    """A browser in which somebody is signed in. Only the hash of its key is kept."""

    id: Serial
    key_hash = Varchar(64, unique=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    made_at = Timestamptz(default=None, null=False)
    last_seen_at = Timestamptz(default=None, null=False)
    expires_at = Timestamptz(default=None, null=False)
    agent = Varchar(300, default="")
    address = Varchar(45, default="")


class Device(Table):
    """A browser that signed in before: it is never slowed down for its own member."""

    id: Serial
    key_hash = Varchar(64)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    seen_at = Timestamptz(default=None, null=False)


class CodePurpose(StrEnum):
    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a purpose
    SIGN_IN = "sign_in"


class OneTimeCode(Table):
    """A link in a mail or a code read out at the desk: works once, for minutes or hours."""

    id: Serial
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    purpose = Varchar(20, choices=CodePurpose)
    code_hash = Varchar(64, unique=True)
    nonce = Varchar(40, default="", help_text="What a mailed link is derived from, with our key.")
    email = Varchar(254, null=True, default=None, help_text="The address it confirms.")
    made_at = Timestamptz(default=None, null=False)
    made_by = BigInt(null=True, default=None)
    expires_at = Timestamptz(default=None, null=False)
    used_at = Timestamptz(null=True, default=None)


class ApiToken(Table):
    """A program's key to act for a member, within scopes. Only its hash is kept."""

    id: Serial
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    name = Varchar(80)
    key_hash = Varchar(64, unique=True)
    scopes = JSON(default="[]")
    made_at = Timestamptz(default=None, null=False)
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class Attempt(Table):
    """Failures counted for an account with an address, or for an address alone."""

    id: Serial
    subject = Varchar(120, unique=True, help_text="Hash of what is counted.")
    failures = Integer(default=0)
    first_at = Timestamptz(default=None, null=False)
    free_at = Timestamptz(default=None, null=False, help_text="No try is heard before.")
