"""Who did what, when, to what."""

from piccolo.columns import JSON, BigInt, Integer, Serial, Timestamptz, Varchar
from piccolo.table import Table


class Activity(Table):
    """One change. Append-only: the database refuses update and delete.

    It holds ids and the names of personal fields, never their values, so that a closed account
    can be pseudonymised (domain: everyone).
    """

    id: Serial
    at = Timestamptz(default=None, null=False, index=True)
    actor = Integer(null=True, default=None, help_text="Member id; none: the system.")
    verb = Varchar(60)
    thing = Varchar(40, help_text="What kind of thing: booking, member, machine...")
    thing_id = BigInt()
    member = Integer(null=True, default=None, index=True, help_text="Whom it concerns.")
    before = JSON(default="{}")
    after = JSON(default="{}")
    reason = Varchar(500, default="")
