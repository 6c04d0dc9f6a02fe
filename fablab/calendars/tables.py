"""Calendars that other programs subscribe to."""

from piccolo.columns import BigInt, ForeignKey, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from fablab.machines.tables import Machine
from fablab.members.tables import Member


class Feed(Table):
    """A secret address of somebody's bookings, or of a machine's. Only its hash is kept."""

    id: Serial
    key_hash = Varchar(64, unique=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    machine = ForeignKey(Machine, null=True, default=None, on_delete=OnDelete.restrict)
    made_at = Timestamptz(default=None, null=False)
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)
    revoked_by = BigInt(null=True, default=None)
