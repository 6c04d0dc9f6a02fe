"""Tablets that everybody shares."""

from piccolo.columns import BigInt, ForeignKey, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from fablab.machines.tables import Machine


class Kiosk(Table):
    """A tablet that staff have put up: its browser holds a key, here is only its hash."""

    id: Serial
    name = Varchar(80, default="")
    key_hash = Varchar(64, unique=True)
    machine = ForeignKey(Machine, null=True, default=None, on_delete=OnDelete.restrict)
    made_at = Timestamptz(default=None, null=False)
    made_by = BigInt(null=True, default=None)
    last_seen_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)
    revoked_by = BigInt(null=True, default=None)
