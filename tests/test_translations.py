"""The catalogues hold every string of the sources, translated, in the words of the glossary."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from babel.messages.catalog import Catalog

from fablab.core import i18n
from tests.support import messages
from tests.support.messages import LANGUAGES
from tests.support.sources import told

PLACES = re.compile(r"\{\w*\}|%\(\w+\)s|%%")
COUNTS = {"%(num)s", "{count}"}
# "{count} bookings" is two words in Arabic: one and two carry the number in the noun.
MAY_LEAVE_OUT_THE_NUMBER = {"ar": (0, 1, 2), "fr": ()}

# What a term is called in French and in Arabic (its short vowels apart), whatever its form.
GLOSSARY = {
    r"book(?:ed|ings?)?": ("réserv|créneau", "حجز|حجوز|موعد"),
    r"check(?:ed)?[ -]in": ("arrivée", "حضور"),
    r"waitlist": ("liste d’attente", "لائحة الانتظار"),
    r"certifications?": ("habilitation", "تأهيل"),
    r"certificates?": ("certificat", "شهاد"),
    r"charter": ("charte", "ميثاق"),
    r"safety rules": ("règles de sécurité", "قواعد السلامة"),
    r"out of order": ("en panne", "معطل"),
    r"maintenance": ("maintenance", "صيانة"),
    r"machines?": ("machine", "آل"),
    r"rooms": ("salle", "قاع"),
    r"members?": ("membre", "عضو|أعضاء|عضوي"),
    r"staff": ("équipe", "طاقم"),
    r"trainers?": ("format(?:eur|rice|ion)", "مكون"),
    r"trainings?": ("formation", "تكوين"),
    r"closures?": ("fermeture", "إغلاق"),
    r"opening hours": ("horaires", "أوقات العمل"),
    r"open[ -]lab": ("lab ouvert", "المختبر المفتوح|مختبر مفتوح"),
    r"stock": ("stock", "مخزون"),
    r"consumables?": ("consommable", "استهلاكي"),
    r"offcuts?": ("chute", "قصاص"),
    r"reorder point": ("seuil", "عتبة"),
    r"stocktake": ("inventaire", "جرد"),
    r"overdue": ("en retard", "متأخر"),
    r"no-show": ("absence", "عدم الحضور|غياب"),
}
# French words that are written like the English, and what is no word.
ALIKE = {
    *("Code", "Date", "Fab Lab", "Machine", "Machines", "Maintenance", "Orange", "Stock"),
    *("Commune", "E-mail", "Structures", "Type", "Absences", "absences", "administrative"),
}
NOT_FRENCH = re.compile(
    r"\b(?:bookings?|check-?in|slots?|staff|waitlist|certifications?|the|and|your?)\b", re.I
)


@dataclass(frozen=True)
class Entry:
    """A message: what is asked for (two texts when it is counted), and what is answered."""

    english: tuple[str, ...]
    forms: tuple[str, ...]

    @property
    def is_counted(self) -> bool:
        return len(self.english) > 1


@cache
def catalogue(language: str) -> Catalog:
    return messages.stored(language)


@cache
def entries(language: str) -> list[Entry]:
    return [
        Entry(several(message.id), several(message.string))
        for message in catalogue(language)
        if message.id
    ]


def several(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (text or "",)


def translated(language: str) -> Iterator[tuple[Entry, str, int]]:
    """Each form that there is, with its entry and its number."""
    for entry in entries(language):
        yield from ((entry, form, number) for number, form in enumerate(entry.forms) if form)


def letters(text: str) -> str:
    """Without places and Arabic short vowels."""
    return re.sub(r"[\u064b-\u0652]", "", PLACES.sub("", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_hold_the_strings_of_the_sources(language: str) -> None:
    kept = {(one.id, one.context) for one in catalogue(language)}
    wanted = {(one.id, one.context) for one in messages.extracted()}
    missing = [f"new: {one}" for one, _ in wanted - kept]
    missing += [f"gone: {one}" for one, _ in kept - wanted]
    assert not missing, told(sorted(missing), f"Run bin/messages {language}, then translate:")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_translated(language: str) -> None:
    missing = [str(one.english) for one in entries(language) if not all(one.forms)]
    missing += [f"fuzzy: {one.id}" for one in catalogue(language) if one.id and one.fuzzy]
    assert not missing, told(missing, f"To translate in {messages.path(language)}:")


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_those_of_the_source(language: str) -> None:
    wrong = []
    for entry, form, number in translated(language):
        expected, found = set(PLACES.findall(entry.english[-1])), set(PLACES.findall(form))
        if entry.is_counted and number in MAY_LEAVE_OUT_THE_NUMBER[language]:
            expected, found = expected - COUNTS, found - COUNTS
        if expected != found or re.search(r"[<>&%]", PLACES.sub("", form)):
            wrong.append(f"{entry.english[-1]!r}: {form!r}")
    assert not wrong, told(wrong, "The places to fill must be the same, and no markup:")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("term", "words"), GLOSSARY.items(), ids=GLOSSARY)
def test_a_term_has_one_translation(language: str, term: str, words: tuple[str, str]) -> None:
    word = words[("fr", "ar").index(language)]
    wrong = [
        f"{entry.english[0]!r}: {form!r}"
        for entry, form, _ in translated(language)
        if re.search(rf"\b(?:{term})\b", letters(entry.english[0]), re.I)
        and not re.search(word, letters(form), re.I)
    ]
    assert not wrong, told(wrong, f"“{term}” is “{word}” here:")


def test_arabic_writes_six_kinds_of_number() -> None:
    wrong = []
    for entry in entries("ar"):
        if COUNTS & set(PLACES.findall(entry.english[-1])) and all(entry.forms):
            zero, one, two, few, other, many = entry.forms
            if len({one, two, few, many}) < 4 or one in (zero, other):
                wrong.append(str(entry.forms))
    assert not wrong, told(wrong, "One, two, few and many are written differently:")


def test_a_number_chooses_its_form() -> None:
    """Babel's order in Arabic: zero, one, two, few, other (100, 101, 102), many (11 to 99)."""
    entry = next(one for one in entries("ar") if one.is_counted and len(set(one.forms)) > 4)
    one, many = entry.english
    forms = {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 5, 99: 5, 100: 4, 102: 4, 103: 3}
    spoken = i18n.language.set("ar")
    try:
        chosen = {number: i18n.ngettext(one, many, number) for number in forms}
    finally:
        i18n.language.reset(spoken)
    assert chosen == {number: entry.forms[form] for number, form in forms.items()}


def test_french_typography() -> None:
    wrong = []
    for entry, form, _ in translated("fr"):
        plain = re.sub(r"https?://\S+|\d\d:\d\d\S*|Content-Type:", "", form)
        if re.search(r"(?<![\u00a0\u202f])[:;?!»%](?!\()|«(?!\u00a0)|['\"]", PLACES.sub("", plain)):
            wrong.append(f"{entry.english[0]!r}: {form!r}")
    assert not wrong, told(wrong, "No-break spaces go before : ; ? ! and inside « », and ’ not ':")


def test_no_english_is_left_in_french() -> None:
    wrong = []
    for entry, form, _ in translated("fr"):
        same = form in entry.english and re.search(r"[^\W\d_]", letters(form))
        if (same and form not in ALIKE) or NOT_FRENCH.search(letters(form)):
            wrong.append(f"{entry.english[0]!r}: {form!r}")
    assert not wrong, told(wrong, "Is this French?")
