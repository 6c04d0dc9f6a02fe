"""What a cancellation of a part of a series gives back."""

from dataclasses import dataclass, field

from fablab.bookings.tables import Booking


@dataclass(frozen=True, slots=True)
class Back:
    """What a cancellation of a part gives back, what of it is late, and what it keeps instead."""

    free: list[Booking] = field(default_factory=list)
    late: list[Booking] = field(default_factory=list)
    kept: list[Booking] = field(default_factory=list)

    @property
    def all(self) -> list[Booking]:
        return sorted([*self.free, *self.late], key=lambda row: (row.starts_at, row.id))
