"""The second adult of a machine that is used by two."""

from collections.abc import Sequence

from fablab.bookings.asking import Asked
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking


async def joined(situation: Situation, asked: Sequence[Asked]) -> Situation:
    """With what is known of the buddy who was named; nothing is asked where none was."""
    return situation


async def of_booking(situation: Situation, booking: Booking) -> Situation:
    """The same for a booking that exists."""
    return situation
