"""A booking of a team: its project, and who of the team is there for it."""

from dataclasses import dataclass

from fablab.bookings.tables import Booking
from fablab.core import db
from fablab.core.words import Words
from fablab.members.queries import names

PROJECT = "SELECT title FROM project WHERE id = {}"


@dataclass(frozen=True, slots=True)
class Team:
    """`operator` checked in and is responsible; None while nobody did."""

    project: Words
    operator: Words | None


async def team_of(booking: Booking) -> Team | None:
    """For those who may see the booking. Two statements at most; none without a project."""
    if booking.project is None:
        return None
    [row] = await db.fetch(PROJECT, booking.project)
    operator = None
    if booking.operator is not None:
        operator = (await names([booking.operator])).get(booking.operator)
    return Team(Words.parse(row["title"]), operator)
