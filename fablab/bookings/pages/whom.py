"""Whom a booking is for: oneself, or the member that staff have found by name or number."""

from dataclasses import dataclass

from fablab.core.errors import Problem, Refused
from fablab.core.words import N_, Words
from fablab.members import directory
from fablab.members.queries import LARGEST_NUMBER, called
from fablab.members.tables import Member, MemberState
from fablab.members.viewer import Viewer

MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class Chosen:
    """The member whom staff book for."""

    id: int
    number: int
    name: Words


@dataclass(frozen=True, slots=True)
class Whom:
    """`chosen` is None for oneself. `found` are those who fit `text`; `more`: not all of them."""

    chosen: Chosen | None = None
    text: str = ""
    found: tuple[directory.Listed, ...] = ()
    more: bool = False

    @property
    def number(self) -> str:
        return str(self.chosen.number) if self.chosen else ""


async def whom(viewer: Viewer, number: str | None, text: str | None) -> Whom:
    """Only staff book for others. `Refused` when there is no member of that number."""
    if not viewer.is_staff:
        return Whom()
    if number:
        found = await of_number(number)
        return Whom(found if found.id != viewer.id else None)
    if not text or not text.strip():
        return Whom()
    people = (await directory.listed(text[:100])).items
    if one := the_one(people, text):
        is_me = one.id == viewer.id
        return Whom(None if is_me else Chosen(one.id, one.number, one.name))
    return Whom(None, text[:100], tuple(people[:MOST_FOUND]), len(people) > MOST_FOUND)


def the_one(people: list[directory.Listed], text: str) -> directory.Listed | None:
    """Who is meant for sure: the only one, or whose number was typed."""
    typed = int(text) if text.strip().isdecimal() else None
    meant = [each for each in people if each.number == typed] or people
    return meant[0] if len(meant) == 1 else None


async def of_number(number: str) -> Chosen:
    typed = int(number) if number.isdecimal() and len(number) < 10 else 0
    if found := await one(Member.number == min(typed, LARGEST_NUMBER)):
        return found
    raise Refused(Problem("unknown_member", N_("There is no member of this number."), "member"))


async def of_id(viewer: Viewer, member_id: int) -> Whom:
    """The same for a form that is shown again."""
    if member_id == viewer.id:
        return Whom()
    return Whom(await one(Member.id == member_id))


async def one(which: object) -> Chosen | None:
    row = await (
        Member.select(
            Member.id,
            Member.number,
            Member.given_name_ar,
            Member.family_name_ar,
            Member.given_name_latin,
            Member.family_name_latin,
        )
        .where(which, Member.state == MemberState.ACTIVE)  # type: ignore[arg-type]
        .first()
    )
    return Chosen(row["id"], row["number"], called(row)) if row else None
