"""What may be said of a person, and who may do what to an account."""

from datetime import date

import pytest

from fablab.core.errors import Refused
from fablab.members import rules
from fablab.members.rules import Names

TODAY = date(2026, 11, 30)
ARABIC = {"given_name_ar": "سلمى", "family_name_ar": "بريشي"}
LATIN = {"given_name_latin": "Salma", "family_name_latin": "Berrichi"}


@pytest.mark.parametrize("names", [ARABIC, LATIN, ARABIC | LATIN])
def test_one_whole_name_is_enough(names: dict[str, str]) -> None:
    assert rules.name_problems(Names(**names)) == ()


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ({}, [("name_needed", "given_name_ar")]),
        ({"given_name_ar": "سلمى"}, [("name_incomplete", "family_name_ar")]),
        (ARABIC | {"family_name_latin": "Berrichi"}, [("name_incomplete", "given_name_latin")]),
        (LATIN | {"given_name_latin": "سلمى"}, [("wrong_script", "given_name_latin")]),
        (ARABIC | {"family_name_ar": "Berrichi"}, [("wrong_script", "family_name_ar")]),
    ],
)
def test_names_that_will_not_do(names: dict[str, str], found: list[tuple[str, str]]) -> None:
    assert [(each.code, each.about) for each in rules.name_problems(Names(**names))] == found


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Jean \t Paul\n", "Jean Paul"),
        ("Sal\u202ema", "Salma"),
        ("Sal\x00ma\u2066", "Salma"),
        ("E\u0301mile", "Émile"),
        ("O'Brien-Çelik", "O'Brien-Çelik"),
        ("\u200d", ""),
    ],
)
def test_names_are_kept_tidy(typed: str, kept: str) -> None:
    assert rules.tidy(typed) == kept


@pytest.mark.parametrize(
    ("year", "adult", "codes"),
    [
        (1990, False, []),
        (None, True, []),
        (2008, True, []),
        (2009, False, []),
        (None, False, ["birth_needed"]),
        (2010, True, ["birth_contradicted"]),
        (1899, False, ["birth_unlikely"]),
        (2026, False, ["birth_unlikely"]),
    ],
)
def test_birth(year: int | None, adult: bool, codes: list[str]) -> None:
    assert [each.code for each in rules.birth_problems(year, adult, TODAY)] == codes


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", None),
        ("06 12 34 56 78", "+212612345678"),
        ("0612345678", "+212612345678"),
        ("+212 6 12 34 56 78", "+212612345678"),
        ("00212612345678", "+212612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "+212612345678"),
    ],
)
def test_phones_as_they_are_dialled_in_morocco(typed: str, kept: str | None) -> None:
    assert rules.phone_number(typed, "MA") == kept


@pytest.mark.parametrize("typed", ["12", "call me", "+999 123", "06123456789999"])
def test_what_is_no_phone_number(typed: str) -> None:
    with pytest.raises(Refused, match="phone_unreadable"):
        rules.phone_number(typed, "MA")


@pytest.mark.parametrize(
    ("chosen", "fits"), [("", True), ("unsaid", True), ("a", True), ("b", False)]
)
def test_a_choice_of_the_lab_s_list(chosen: str, fits: bool) -> None:
    assert (rules.choice_problem("profile", chosen, ["a"]) is None) == fits


@pytest.mark.parametrize(
    ("actor", "role", "may"),
    [
        ("admin", "admin", True),
        ("admin", "member", True),
        ("manager", "member", True),
        ("manager", "trainer", True),
        ("manager", "manager", False),
        ("manager", "admin", False),
        ("trainer", "member", False),
        ("member", "member", False),
    ],
)
def test_who_helps_whom(actor: str, role: str, may: bool) -> None:
    assert rules.may_help(actor, role) == may


@pytest.mark.parametrize(
    ("role", "has", "others", "refused"),
    [
        ("member", "admin", 0, True),
        ("member", "admin", 1, False),
        ("admin", "admin", 0, False),
        ("admin", "member", 0, False),
    ],
)
def test_somebody_must_stay_admin(role: str, has: str, others: int, refused: bool) -> None:
    assert (rules.role_problem(role, has, others) is not None) == refused
