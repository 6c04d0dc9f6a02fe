"""Saying who one is at a tablet: member number and PIN."""

from datetime import timedelta

from fablab.core import clock, db
from fablab.core.errors import Problem, Refused
from fablab.core.words import N_
from fablab.kiosk.guests import Guest
from fablab.members import passwords, queries, throttling
from fablab.members.pins import digits
from fablab.members.throttling import Counted, Limit

WRONG = N_("This number and this PIN do not go together.")
KNOWN_BY = "pin"
TABLET = Limit(30, timedelta(hours=1), timedelta(minutes=1))  # who tries one PIN on everybody


async def identify(kiosk_id: int, number: str, pin: str, address: str) -> Guest:
    """`Refused` when the two do not go together, `TooMany` after too many tries.

    Counted like passwords, apart from them: per account with address, account and address; of
    the lab's own addresses only the account, and the tablet. A number that nobody has takes as
    long.
    """
    typed = queries.spelled(number)
    counted = await throttling.guesses(f"{KNOWN_BY} {typed}", address, None)
    counted[throttling.subject("tablet", kiosk_id)] = TABLET
    await throttling.count(counted)
    member = await queries.by_login(number) if isinstance(typed, int) else None
    verdict = await passwords.checked(member.pin_hash if member else None, digits(pin))
    if member is None or not verdict.right:
        raise Refused(Problem("wrong_pin", WRONG))
    await forgive(counted)
    return Guest(kiosk_id, member.id, clock.now())


@db.transactional
async def forgive(counted: Counted) -> None:
    await throttling.right(counted)
