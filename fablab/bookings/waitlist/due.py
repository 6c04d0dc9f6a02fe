"""What the line does by itself: silent offers pass on, waiting in vain ends."""

from fablab.bookings.expiry import expire_due
from fablab.bookings.waitlist.line import lapse_due


async def pass_on_due() -> int:
    """How many offers and requests expired, and how many entries ended. Two reads when none did."""
    return await expire_due() + await lapse_due()
