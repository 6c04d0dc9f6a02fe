"""How much of the machines one person may have at a time."""

from piccolo.columns import JSON, Boolean, ForeignKey, Integer, Serial, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from fablab.machines.tables import Category, Machine
from fablab.members.tables import Plan
from fablab.quotas.measures import Hours, Measure, Span


class Quota(Table):
    """A limit for those of a plan, of a role, or for anyone; there, in a family, or everywhere.

    `most` counts minutes where hours are measured, else bookings. The week begins on Monday.
    """

    id: Serial
    name = JSON(default="{}")
    plan = ForeignKey(Plan, null=True, default=None, on_delete=OnDelete.restrict)
    role = Varchar(10, default="", help_text="Empty: whatever the role.")
    machine = ForeignKey(Machine, null=True, default=None, on_delete=OnDelete.restrict)
    category = ForeignKey(Category, null=True, default=None, on_delete=OnDelete.restrict)
    measure = Varchar(10, choices=Measure, default=Measure.HOURS)
    span = Varchar(10, choices=Span, default=Span.WEEK)
    most = Integer(default=0)
    hours = Varchar(10, choices=Hours, default=Hours.OPENING)
    active = Boolean(default=True)
