"""The five accounts that everybody may try, in the shape of the people of the data."""

from dataclasses import dataclass
from typing import Any

PASSWORD = "fablab-demo"  # noqa: S105 - printed for everybody who tries the demo
PIN = "4820"  # at a tablet, with the member number


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody to sign in as, and what one can see as them (English, for the terminal)."""

    email: str
    sees: str
    password: str = PASSWORD


ACCOUNTS = (
    Account("admin@example.org", "everything, and gives roles"),
    Account("manager@example.org", "the desk: bookings, members, machines, hours"),
    Account("trainer@example.org", "teaches 3D printing and laser cutting"),
    Account("member@example.org", "certified on 3D printing and laser, has bookings"),
    Account("newcomer@example.org", "just signed up: no charter accepted, no certificate"),
)


def held(
    certification: str, issued_on: str, expires_on: str, issued_by: str, **other: Any
) -> dict[str, Any]:
    """A certificate of a course, in the shape of the data."""
    return {
        "certification": certification,
        "level": 1,
        "scope": None,
        "issued_on": issued_on,
        "expires_on": expires_on,
        "issued_by": issued_by,
        "source": "course",
    } | other


def person(name_ar: str, name_latin: str, language: str, **other: Any) -> dict[str, Any]:
    """Both names as given name and family name with a space between."""
    given_ar, family_ar = name_ar.split(" ", 1)
    given_latin, family_latin = name_latin.split(" ", 1)
    return {
        "given_name_ar": given_ar,
        "family_name_ar": family_ar,
        "given_name_latin": given_latin,
        "family_name_latin": family_latin,
        "preferred_language": language,
        "profile": "employee",
        "commune": "berkane",
        "guardian_consent": False,
        "plan": None,
        "certifications": [],
    } | other


PEOPLE: tuple[dict[str, Any], ...] = (
    person(
        "نورة الحسني",
        "Noura Hassani",
        "fr",
        slug="demo-admin",
        email="admin@example.org",
        role="admin",
        birth_year=1985,
        certifications=[held("safety", "2026-01-14", "2028-01-14", "younes-benaissa")],
    ),
    person(
        "طارق الودغيري",
        "Tarik Ouadghiri",
        "ar",
        slug="demo-manager",
        email="manager@example.org",
        role="manager",
        birth_year=1987,
        certifications=[
            held("safety", "2026-01-14", "2028-01-14", "younes-benaissa"),
            held("fdm", "2026-02-18", "2028-02-18", "imane-ouchen"),
        ],
    ),
    person(
        "سناء المرزوقي",
        "Sanae Marzouki",
        "fr",
        slug="demo-trainer",
        email="trainer@example.org",
        role="trainer",
        birth_year=1992,
        certifications=[
            held("safety", "2026-01-14", "2028-01-14", "younes-benaissa"),
            held("fdm", "2026-02-18", "2028-02-18", "imane-ouchen"),
            held("laser", "2026-04-15", "2027-04-15", "anas-lamrabet"),
            held("laser", "2026-06-17", "2027-06-17", "anas-lamrabet", level=2),
            held("trainer", "2026-07-01", "2028-07-01", "younes-benaissa", scope="fdm"),
            held("trainer", "2026-07-01", "2028-07-01", "younes-benaissa", scope="laser"),
        ],
    ),
    person(
        "ياسين العلوي",
        "Yassine Alaoui",
        "ar",
        slug="demo-member",
        email="member@example.org",
        role="member",
        profile="student",
        birth_year=2002,
        plan="student",
        certifications=[
            held("safety", "2026-02-04", "2028-02-04", "anas-lamrabet"),
            held("fdm", "2026-03-18", "2028-03-18", "imane-ouchen"),
            held("laser", "2026-06-03", "2027-06-03", "anas-lamrabet"),
        ],
    ),
    person(
        "ليلى بوزيان",
        "Leila Bouziane",
        "fr",
        slug="demo-newcomer",
        email="newcomer@example.org",
        role="member",
        profile="job_seeker",
        commune="ahfir",
        birth_year=2001,
        plan="public",
    ),
)
NEWCOMER = "demo-newcomer"
MEMBER = "demo-member"
MANAGER = "demo-manager"
ACCOUNT_SLUGS = frozenset(each["slug"] for each in PEOPLE)
