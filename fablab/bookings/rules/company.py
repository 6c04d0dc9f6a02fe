"""The second adult of a machine that is used by two: who may be that, and when. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from fablab.bookings.rules.facts import BuddyFacts, PersonFacts, Wish
from fablab.bookings.rules.person import how_adult, is_adult_for
from fablab.core import zones
from fablab.core.periods import Period
from fablab.training.rules import Held, best, last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Buddy:
    """Who was named, and what is known of them.

    `base` is the certification everybody needs, None where the lab has none. `engaged` are times
    at which they stand at another machine, each with the booking that takes them.
    """

    person: PersonFacts
    is_active: bool = True
    agreed: bool = False
    base: int | None = None
    certificates: tuple[Held, ...] = ()
    engaged: tuple[tuple[int, Period], ...] = ()

    def facts(self, wish: Wish, safety_class: str, zone: ZoneInfo) -> BuddyFacts:
        """As of the time of a wish. Whoever is stopped for safety is nobody's second."""
        day = zones.local_date(wish.period.start, zone)
        stopped = any(hold.kind == "safety" for hold in self.person.holds)
        may = self.is_active and not stopped
        return BuddyFacts(
            agreed=self.agreed,
            adult=may and is_adult_for(how_adult(self.person, day), safety_class),
            certified=self.base is None or self.is_certified(wish.period, zone),
            free=not any(
                booking != wish.booking_id and period.overlaps(wish.period)
                for booking, period in self.engaged
            ),
        )

    def is_certified(self, period: Period, zone: ZoneInfo) -> bool:
        assert self.base is not None
        held = best(self.certificates, self.base, 1, zones.local_date(period.start, zone))
        if held is None:
            return False
        until = last_day(held)
        last = zones.local_date(period.end - timedelta(microseconds=1), zone)
        return until is None or last <= until
