"""Where a machine's bookings go when the law of the time zone has changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fablab.bookings.rules.zone_law import Held, anew, seated
from fablab.bookings.tables import Booking, Kind, Status
from fablab.core import zones
from fablab.core.periods import Period

AGREED = (Status.PENDING, Status.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When the rows of another law are now, and the units of all rows that stay."""

    rows: Mapping[int, Booking]
    periods: Mapping[int, Period]
    units: Mapping[int, int]

    @property
    def cancelled(self) -> list[Booking]:
        return [row for row in self.rows.values() if row.id not in self.units]

    @property
    def moved(self) -> list[Booking]:
        """Those that stay, at other instants."""
        return [row for row in self.rows.values() if row.id in self.units and self.is_moved(row)]

    @property
    def reseated(self) -> list[Booking]:
        """Those that stay when they were, on another unit."""
        return [
            self.rows[each]
            for each, unit in self.units.items()
            if unit != self.rows[each].unit and not self.is_moved(self.rows[each])
        ]

    @property
    def kept(self) -> list[Booking]:
        """Those whose instants are the same by the new law."""
        rows = [self.rows[each] for each in self.periods if each in self.units]
        return [row for row in rows if not self.is_moved(row)]

    def period(self, row: Booking) -> Period:
        return self.periods.get(row.id, row.period)

    def busy(self, row: Booking) -> Period:
        period = self.period(row)
        return Period(period.start, period.end + (row.busy_until - row.ends_at))

    def is_moved(self, row: Booking) -> bool:
        return self.period(row) != row.period


def planned(found: Iterable[Booking], units: int, version: str, now: datetime) -> Plan:
    """Nothing is cancelled or dealt anew where nothing has moved."""
    rows = {row.id: row for row in found}
    periods = {
        row.id: period
        for row in rows.values()
        if row.tzdata != version and row.status != Status.COMPLETED
        for period in [period_of(row, now)]
        if max(period.end, row.ends_at) > now
    }
    as_is = {row.id: row.unit for row in rows.values()}
    plan = Plan(rows=rows, periods=periods, units=as_is)
    if not plan.moved:
        return plan
    # The others keep nothing: they were finished before their start.
    busy = [row for row in rows.values() if row.busy_until > row.starts_at]
    dealt = seated([held(row, plan) for row in busy], units)
    rest = as_is.keys() - {row.id for row in busy}
    return Plan(rows=rows, periods=periods, units=dealt | {each: as_is[each] for each in rest})


def held(row: Booking, plan: Plan) -> Held:
    return Held(
        id=row.id,
        unit=row.unit,
        busy=plan.busy(row),
        made_at=row.made_at,
        fixed=row.status not in AGREED,
    )


def period_of(row: Booking, now: datetime) -> Period:
    """Who is there stays as long as agreed; a training or maintenance that runs did begin."""
    if row.status == Status.CHECKED_IN:
        return row.period
    begun = row.starts_at if row.kind != Kind.USE and row.starts_at <= now else None
    return anew(row.starts_wall, row.ends_wall, zones.zone(row.zone), begun)
