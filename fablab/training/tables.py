"""Who was taught what, and until when it holds."""

from enum import StrEnum

from piccolo.columns import BigInt, Date, ForeignKey, Integer, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from fablab.machines.tables import Certification
from fablab.members.tables import Member


class CertificateState(StrEnum):
    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class CertificateSource(StrEnum):
    COURSE = "course"
    LEGACY = "legacy"


class Certificate(Table):
    """A member may use a family of machines, from one day to another, both inclusive."""

    id: Serial
    number = Varchar(30, unique=True)
    code = Varchar(40, unique=True, help_text="On paper; opens only its public page.")
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    certification = ForeignKey(Certification, null=False, default=None, on_delete=OnDelete.restrict)
    level = Integer(default=1)
    scope = Varchar(60, default="", help_text="For trainers: the family they may teach.")
    valid_from = Date(default=None, null=False)
    valid_until = Date(null=True, default=None, help_text="Last day, lab time; none: no end.")
    inactivity_months = Integer(null=True, default=None)
    state = Varchar(10, choices=CertificateState, default=CertificateState.VALID)
    state_reason = Varchar(500, default="")
    checklist_version = Integer(default=1)
    source = Varchar(10, choices=CertificateSource, default=CertificateSource.COURSE)
    issued_by = BigInt(null=True, default=None)
    issued_at = Timestamptz(default=None, null=False)
