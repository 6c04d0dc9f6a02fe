"""What people should hear, and whether they did."""

from enum import StrEnum

from piccolo.columns import (
    JSON,
    ForeignKey,
    Integer,
    Serial,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from fablab.members.tables import Member


class MailState(StrEnum):
    NONE = "none"
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Notification(Table):
    """Something a member should hear of, written with the change that caused it.

    `template` is a folder and name under templates/emails, such as `bookings/made`; `facts` are
    its values, ids rather than secrets. `key` makes a notice unique: a reminder comes once.
    """

    id: Serial
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    template = Varchar(100)
    facts = JSON(default="{}")
    key = Varchar(120, null=True, default=None, unique=True)
    written_at = Timestamptz(default=None, null=False)
    read_at = Timestamptz(null=True, default=None)
    mail_state = Varchar(10, choices=MailState, default=MailState.NONE)
    address = Varchar(254, default="", help_text="Where the mail goes, as of the writing.")
    attempts = Integer(default=0)
    next_try_at = Timestamptz(null=True, default=None)
    leased_until = Timestamptz(null=True, default=None)
    sent_at = Timestamptz(null=True, default=None)
    error = Varchar(500, default="")
