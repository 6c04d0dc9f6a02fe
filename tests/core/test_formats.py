"""Dates, lengths, numbers and money as each language writes them, and messages that hold them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fablab.core import formats, i18n
from fablab.core.errors import Problem
from fablab.core.formats import HARD, THIN
from fablab.core.money import Money
from fablab.core.periods import Period
from fablab.core.words import NN_, Words
from fablab.core.zones import zone

MORNING = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _lab_zone() -> None:
    formats.zone_in_use.set(zone("Europe/Paris"))


@pytest.mark.parametrize(
    ("day", "language", "text"),
    [
        (date(2026, 12, 1), "fr", "mardi 1er décembre 2026"),
        (date(2026, 12, 11), "fr", "vendredi 11 décembre 2026"),
        (date(2026, 12, 1), "en", "Tuesday 1 December 2026"),
        (date(2026, 12, 1), "ar", "الثلاثاء 1 دجنبر 2026"),
        (date(2027, 8, 2), "ar", "الاثنين 2 غشت 2027"),
    ],
)
def test_days_have_months_in_words(day: date, language: str, text: str) -> None:
    assert formats.day_long(day, language) == text


def test_times_are_those_on_the_labs_wall() -> None:
    assert formats.moment(MORNING, "fr") == f"lundi 30 novembre,{HARD}09:00"
    assert formats.moment(MORNING, "ar") == f"الاثنين 30 نونبر،{HARD}09:00"


def test_a_period_names_its_days_when_they_differ() -> None:
    morning = Period(MORNING, MORNING + timedelta(hours=1))
    assert formats.period(morning, "en") == f"09:00{THIN}–{THIN}10:00"
    assert formats.period(morning, "ar") == "من 09:00 إلى 10:00"
    night = Period(MORNING, MORNING + timedelta(hours=20))
    assert formats.period(night, "fr").endswith(f"mardi 1er décembre,{HARD}05:00")


@pytest.mark.parametrize(
    ("minutes", "fr", "ar"),
    [
        (0, "0 min", "0 دقيقة"),
        (45, "45 min", "45 دقيقة"),
        (90, "1 h 30", "ساعة واحدة ونصف"),
        (125, "2 h 05", "ساعتان و5 دقائق"),
        (3 * 60, "3 h", "3 ساعات"),
        (24 * 60, "1 j", "يوم واحد"),
        (100 * 24 * 60, "100 j", "100 يوم"),
    ],
)
def test_lengths(minutes: int, fr: str, ar: str) -> None:
    for language, text in (("fr", fr), ("ar", ar)):
        assert formats.duration(timedelta(minutes=minutes), language).replace(HARD, " ") == text


def test_numbers_and_money_have_no_point_in_arabic_and_french() -> None:
    assert formats.number(1250, "ar") == f"1{THIN}250"
    assert formats.money(Money(125050, "MAD"), "fr") == f"1{THIN}250,50{HARD}MAD"
    assert formats.money(Money(6000, "MAD"), "ar") == f"60{HARD}درهم"
    assert formats.money(Money(1250, "MAD"), "en") == f"12.50{HARD}MAD"


def test_a_problem_says_its_details_in_the_readers_language() -> None:
    message = "The plan “{plan}” ends on {until}."
    problem = Problem(
        "x", message, details={"plan": Words(fr="Public", ar="العموم"), "until": MORNING}
    )
    spoken = i18n.language.set("fr")
    try:
        told = i18n.say(problem)
    finally:
        i18n.language.reset(spoken)
    assert told == f"La formule «{HARD}Public{HARD}» prend fin le lundi 30 novembre,{HARD}09:00."


def test_a_counted_problem_takes_the_form_of_its_number() -> None:
    one, many = NN_("At most {count} character.", "At most {count} characters.")
    spoken = i18n.language.set("fr")
    try:
        told = [i18n.say(Problem("x", one, plural=many, count=count)) for count in (0, 1, 2000)]
    finally:
        i18n.language.reset(spoken)
    assert told == [
        "Au plus 0 caractère.",
        "Au plus 1 caractère.",
        f"Au plus 2{THIN}000 caractères.",
    ]
