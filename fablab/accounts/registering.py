"""Put a person into the books: a number nobody has, an e-mail nobody else has."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.core import get_global
from email_validator import EmailNotValidError, validate_email

from fablab.activity import actions as activity
from fablab.core import clock, db
from fablab.core.errors import Problem, Refused
from fablab.core.words import LANGUAGES, N_
from fablab.lab.place import Place
from fablab.lab.tables import Lab
from fablab.members import queries, rules
from fablab.members.rules import Names
from fablab.members.tables import Member, Plan

FIRST_NUMBER = 1001
PUBLIC_PLAN = "public"
PERSONAL = ("phone", "birth_year", "declared_adult", "profile", "commune", "gender")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What somebody says of themselves, as typed."""

    names: Names
    language: str
    phone: str = ""
    birth_year: int | None = None
    declared_adult: bool = False
    profile: str = ""
    commune: str = ""
    gender: str = ""


def facts(person: Person, place: Place, *, birth_asked: bool = True) -> dict[str, Any]:
    """The columns of a member, or `Refused` with everything that is wrong with them."""
    names = rules.tidy_names(person.names)
    problems = [*rules.name_problems(names)]
    if birth_asked:
        today = clock.now().astimezone(place.zone).date()
        problems += rules.birth_problems(person.birth_year, person.declared_adult, today)
    problems += choice_problems(person, place)
    phone = None
    try:
        phone = rules.phone_number(person.phone, country(place.zone_name))
    except Refused as refused:
        problems += refused.problems
    if problems:
        raise Refused(*problems)
    said = {field: getattr(names, field) for field in Names.__slots__}
    return said | {
        "language": person.language,
        "phone": phone,
        "birth_year": person.birth_year,
        "declared_adult": person.declared_adult,
        "profile": person.profile,
        "commune": person.commune,
        "gender": person.gender,
    }


def choice_problems(person: Person, place: Place) -> list[Problem]:
    offered = {
        "profile": [each.slug for each in place.profiles],
        "commune": [each.slug for each in place.communes],
        "gender": rules.GENDERS,
    }
    found = [
        rules.choice_problem(field, getattr(person, field), offered[field]) for field in offered
    ]
    if person.language not in LANGUAGES:
        found.append(Problem("not_offered", N_("This is not one of the choices."), "language"))
    return [problem for problem in found if problem]


def country(zone_name: str) -> str:
    """Where the lab is, and so how a phone number without a country is dialled."""
    return str(get_global("zone_territories").get(zone_name, "MA"))


def address(text: str, about: str = "email") -> str:
    """An e-mail address as it is kept, or `Refused`."""
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError as wrong:
        message = N_("This is not an e-mail address.")
        raise Refused(Problem("email_unreadable", message, about)) from wrong


async def take_turns() -> None:
    """Whoever takes a number or an e-mail waits here for those before them.

    Inside a transaction, before any member is locked.
    """
    labs = await Lab.select(Lab.id)
    await db.locked_all(Lab, [row["id"] for row in labs])


async def add(columns: dict[str, Any], *, by: int | None, **more: Any) -> Member:
    """The new member, in the caller's transaction, which has taken its turn."""
    newest = await Member.select(Member.number).order_by(Member.number, ascending=False).first()
    number = max(newest["number"] + 1, FIRST_NUMBER) if newest else FIRST_NUMBER
    member = Member(number=number, joined_at=clock.now(), made_by=by, **columns, **more)
    await member.save()
    known = [field for field in ("email", *PERSONAL) if (columns | more).get(field)]
    await activity.record(
        "joined",
        "member",
        member.id,
        actor=by or member.id,
        member=member.id,
        after={"fields": known},
    )
    return member


async def public_plan() -> int | None:
    """What everybody starts with, if the lab has such a plan."""
    found = await Plan.select(Plan.id).where(Plan.slug == PUBLIC_PLAN).first()
    return found["id"] if found else None


async def check_free(email: str, member_id: int | None = None, about: str = "email") -> None:
    """`Refused` when another account has this e-mail. For staff, and owners of the mailbox."""
    owner = await queries.by_email(email)
    if owner and owner.id != member_id:
        message = N_("Another account has this e-mail address.")
        raise Refused(Problem("email_taken", message, about))


def last_day(day: date | None, today: date, about: str) -> date | None:
    """A day until which something holds: none, or not past already."""
    if day is not None and day < today:
        raise Refused(Problem("in_the_past", N_("This day is past."), about))
    return day
