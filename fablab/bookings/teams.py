"""A booking of a team: its project, and who of the team is there for it."""

from dataclasses import dataclass

from fablab.bookings.tables import Booking
from fablab.core import db
from fablab.core.words import Words
from fablab.members.queries import called

PROJECT = """
SELECT p.title, m.id AS operator, m.given_name_ar, m.family_name_ar, m.given_name_latin,
    m.family_name_latin
FROM project p LEFT JOIN member m ON m.id = {} WHERE p.id = {}
"""


@dataclass(frozen=True, slots=True)
class Team:
    """`operator` checked in and is responsible; None while nobody did."""

    project: Words
    operator: Words | None


async def team_of(booking: Booking) -> Team | None:
    """For those who may see the booking. One statement; none without a project."""
    if booking.project is None:
        return None
    [row] = await db.fetch(PROJECT, booking.operator or 0, booking.project)
    operator = called(row) if row["operator"] is not None else None
    return Team(Words.parse(row["title"]), operator)
