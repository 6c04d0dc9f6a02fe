"""What may be said of a person, and who may do what to an account."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import phonenumbers

from fablab.core.errors import Problem, Refused
from fablab.core.words import N_

UNSAID = "unsaid"
GENDERS = ("woman", "man", "other", UNSAID)
OLDEST, YOUNGEST, OF_AGE = 120, 4, 18
SCOPES = ("read", "book", "train", "stock", "manage", "gate")
STAFF = ("manager", "admin")
LATIN, ARABIC = "LATIN", "ARABIC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """A name in Arabic script, in Latin script, or both; field names as on every form."""

    given_name_ar: str = ""
    family_name_ar: str = ""
    given_name_latin: str = ""
    family_name_latin: str = ""


def tidy(text: str) -> str:
    """One line without control characters or marks that turn the reading direction."""
    joiners = "\u200c\u200d"  # the zero-width non-joiner and joiner shape real names
    kept = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    shown = (char for char in kept if char in joiners or unicodedata.category(char)[0] != "C")
    return re.sub(r" +", " ", "".join(shown)).strip(f" {joiners}")


def tidy_names(names: Names) -> Names:
    return Names(
        given_name_ar=tidy(names.given_name_ar),
        family_name_ar=tidy(names.family_name_ar),
        given_name_latin=tidy(names.given_name_latin),
        family_name_latin=tidy(names.family_name_latin),
    )


def name_problems(names: Names) -> tuple[Problem, ...]:
    """One whole pair is enough, in either script; half a pair is not."""
    pairs = (
        ("_ar", names.given_name_ar, names.family_name_ar, LATIN),
        ("_latin", names.given_name_latin, names.family_name_latin, ARABIC),
    )
    if not any(given or family for _, given, family, _ in pairs):
        message = N_("Give the first name and the family name, in Arabic or in Latin letters.")
        return (Problem("name_needed", message, about="given_name_ar"),)
    found: list[Problem] = []
    for script, given, family, foreign in pairs:
        found += pair_problems(script, given, family, foreign)
    return tuple(found)


def pair_problems(script: str, given: str, family: str, foreign: str) -> Iterable[Problem]:
    if bool(given) != bool(family):
        missing = ("family_name" if given else "given_name") + script
        message = N_("Give both the first name and the family name in this script.")
        yield Problem("name_incomplete", message, about=missing)
    for field, text in (("given_name", given), ("family_name", family)):
        if any(foreign in unicodedata.name(char, "") for char in text):
            message = (
                N_("This field is for the name in Arabic letters.")
                if foreign == LATIN
                else N_("This field is for the name in Latin letters.")
            )
            yield Problem("wrong_script", message, about=field + script)


def birth_problems(
    birth_year: int | None, declared_adult: bool, today: date
) -> tuple[Problem, ...]:
    """A year of birth or the word that one is 18 or over; not both where they disagree."""
    if birth_year is None:
        if declared_adult:
            return ()
        message = N_("Give the year of birth, or say that you are 18 or over.")
        return (Problem("birth_needed", message, about="birth_year"),)
    earliest, latest = today.year - OLDEST, today.year - YOUNGEST
    if not earliest <= birth_year <= latest:
        message = N_("This cannot be a year of birth.")
        return (Problem("birth_unlikely", message, about="birth_year", limit=[earliest, latest]),)
    if declared_adult and today.year - birth_year < OF_AGE:
        message = N_("With this year of birth nobody is 18 yet.")
        return (Problem("birth_contradicted", message, about="declared_adult"),)
    return ()


def phone_number(text: str, country: str) -> str | None:
    """In E.164, as somebody in that country dials it; None for nothing. `Refused` otherwise."""
    if not text.strip():
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as unreadable:
        raise Refused(no_phone()) from unreadable
    if not phonenumbers.is_valid_number(number):
        raise Refused(no_phone())
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def no_phone() -> Problem:
    return Problem("phone_unreadable", N_("This is not a phone number."), about="phone")


def choice_problem(field: str, chosen: str, offered: Collection[str]) -> Problem | None:
    """Of a list that the lab keeps: one of it, nothing, or "prefer not to say"."""
    if chosen in ("", UNSAID) or chosen in offered:
        return None
    return Problem("not_offered", N_("This is not one of the choices."), about=field)


def allowed_scopes(role: str) -> tuple[str, ...]:
    """The most that a token of somebody with this role may do."""
    own: tuple[str, ...] = ("read", "book", "stock")
    if role != "member":
        own += ("train",)
    if role in STAFF:
        own += ("manage", "gate")
    return tuple(scope for scope in SCOPES if scope in own)


def may_help(actor_role: str, role: str) -> bool:
    """Whether staff may change this account, make its codes, correct its e-mail.

    Whoever can make a sign-in code for an account can become its owner: a manager therefore
    helps members and trainers, and only an admin helps staff.
    """
    return actor_role == "admin" or (actor_role == "manager" and role not in STAFF)


def role_problem(role: str, now_has: str, other_admins: int) -> Problem | None:
    """Somebody must be left who may give roles."""
    if now_has == "admin" and role != "admin" and other_admins == 0:
        message = N_("This is the last admin: make somebody else admin first.")
        return Problem("last_admin", message, about="role")
    return None
