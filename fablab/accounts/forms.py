"""What a browser may send about people. Everything may be empty here: rules say what is needed,
so that a form is told all its faults at once."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fablab.accounts.desk import Seen
from fablab.accounts.registering import Person
from fablab.members.rules import Names
from fablab.members.tables import HoldKind, Role

Name = Annotated[str, Meta(max_length=80)]
Email = Annotated[str, Meta(max_length=254)]
Choice = Annotated[str, Meta(max_length=60)]
Language = Literal["ar", "fr", "en"]
# Kept to the letter: no trimming, no normal form (see web.forms).
Secret = Annotated[str, Meta(max_length=200, extra={"secret": True})]


class PersonForm(msgspec.Struct, kw_only=True):
    given_name_ar: Name = ""
    family_name_ar: Name = ""
    given_name_latin: Name = ""
    family_name_latin: Name = ""
    language: Language
    phone: Annotated[str, Meta(max_length=40)] = ""
    birth_year: int | None = None
    declared_adult: bool = False
    profile: Choice = ""
    commune: Choice = ""
    gender: Choice = ""

    def person(self) -> Person:
        return Person(
            names=Names(
                given_name_ar=self.given_name_ar,
                family_name_ar=self.family_name_ar,
                given_name_latin=self.given_name_latin,
                family_name_latin=self.family_name_latin,
            ),
            language=self.language,
            phone=self.phone,
            birth_year=self.birth_year,
            declared_adult=self.declared_adult,
            profile=self.profile,
            commune=self.commune,
            gender=self.gender,
        )


class SignUpForm(PersonForm, kw_only=True):
    email: Email = ""
    password: Secret = ""


class NewMemberForm(PersonForm, kw_only=True):
    plan: int | None = None


class EmailForm(msgspec.Struct):
    email: Email = ""


class SignInForm(msgspec.Struct):
    login: Email = ""
    password: Secret = ""
    next: str = ""


class CodeForm(msgspec.Struct):
    login: Email = ""
    code: Annotated[str, Meta(max_length=40)] = ""


class PasswordForm(msgspec.Struct):
    password: Secret = ""


class ChangeEmailForm(msgspec.Struct):
    email: Email = ""
    password: Secret = ""


class ChangePasswordForm(msgspec.Struct):
    old_password: Secret = ""
    new_password: Secret = ""


class TokenForm(msgspec.Struct):
    name: Name
    scopes: list[str] = []


class CharterForm(msgspec.Struct):
    version: int
    next: str = ""


class SeenForm(msgspec.Struct):
    what: Seen


class RoleForm(msgspec.Struct):
    role: Role


class PlanForm(msgspec.Struct):
    plan: int | None = None
    plan_until: date | None = None


class ConsentForm(msgspec.Struct):
    guardian: int | None = None
    consent_until: date | None = None


class HoldForm(msgspec.Struct):
    kind: HoldKind
    reason: Annotated[str, Meta(max_length=500)] = ""
    until: date | None = None


class LiftForm(msgspec.Struct):
    reason: Annotated[str, Meta(max_length=500)] = ""
