"""Dates, times, lengths, numbers and money as each language writes them.

Times are shown in the lab's zone, which `zone_in_use` holds for the current request or job.
Digits are Latin in all three languages, grouped by a narrow no-break space; a decimal comma in
Arabic and French (ui: ground rules).
"""

from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list

from fablab.core.money import Money
from fablab.core.periods import Period
from fablab.core.zones import zone

THIN, HARD = "\u202f", "\u00a0"
LOCALES = {"ar": "ar_MA", "fr": "fr_FR", "en": "en_GB"}
PATTERNS = {
    "day": {"ar": "EEEE d MMMM", "fr": "EEEE d MMMM", "en": "EEEE d MMMM"},
    "day_long": {"ar": "EEEE d MMMM y", "fr": "EEEE d MMMM y", "en": "EEEE d MMMM y"},
    "day_short": {"ar": "EEE d MMM", "fr": "EEE d MMM", "en": "EEE d MMM"},
    "date_long": {"ar": "d MMMM y", "fr": "d MMMM y", "en": "d MMMM y"},
    "weekday": {"ar": "EEEE", "fr": "EEEE", "en": "EEEE"},
    "month_short": {"ar": "MMM", "fr": "MMM", "en": "MMM"},
    "month": {"ar": "MMMM y", "fr": "MMMM y", "en": "MMMM y"},
}

zone_in_use: ContextVar[ZoneInfo] = ContextVar("zone_in_use")


def lab_zone() -> ZoneInfo:
    return zone_in_use.get(None) or zone("UTC")


def local(instant: datetime) -> datetime:
    return instant.astimezone(lab_zone())


def as_date(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


@lru_cache(maxsize=4096)
def dated(value: date, pattern: str, language: str) -> str:
    pattern = PATTERNS[pattern][language]
    if language == "fr" and value.day == 1:
        pattern = pattern.replace("d ", "d'er' ")  # le 1er décembre, and no other day
    return format_date(value, pattern, locale=LOCALES[language])


def day(value: date | datetime, language: str) -> str:
    """Wednesday 25 November."""
    return dated(as_date(value), "day", language)


def day_long(value: date | datetime, language: str) -> str:
    """Wednesday 25 November 2026."""
    return dated(as_date(value), "day_long", language)


def day_short(value: date | datetime, language: str) -> str:
    """Wed 25 Nov."""
    return dated(as_date(value), "day_short", language)


def date_long(value: date | datetime, language: str) -> str:
    """25 November 2026."""
    return dated(as_date(value), "date_long", language)


def weekday(value: date | datetime, language: str) -> str:
    return dated(as_date(value), "weekday", language)


def month_short(value: date | datetime, language: str) -> str:
    return dated(as_date(value), "month_short", language)


def month(value: date | datetime, language: str) -> str:
    """November 2026."""
    return dated(as_date(value), "month", language)


def time(instant: datetime) -> str:
    """08:00, on the lab's wall, in every language."""
    return f"{local(instant):%H:%M}"


def moment(instant: datetime, language: str) -> str:
    """A day and a time: "Wednesday 25 November, 10:00"."""
    comma = "،" if language == "ar" else ","
    return f"{day(instant, language)}{comma}{HARD}{time(instant)}"


def period(value: Period, language: str) -> str:
    """The times of a period, with its days where they differ."""
    if local(value.start).date() == local(value.end).date():
        start, end = time(value.start), time(value.end)
    else:
        start, end = moment(value.start, language), moment(value.end, language)
    return f"من {start} إلى {end}" if language == "ar" else f"{start}{THIN}–{THIN}{end}"


def number(value: int, language: str) -> str:
    """1 250: grouped by a narrow no-break space, from four digits on."""
    del language
    return f"{value:,}".replace(",", THIN)


def money(value: Money, language: str) -> str:
    """60 MAD, or 12,50 MAD: centimes only where there are any."""
    whole, rest = divmod(abs(value.amount), 100)
    point = "." if language == "en" else ","
    cents = f"{point}{rest:02d}" if rest else ""
    sign = "-" if value.amount < 0 else ""
    unit = "درهم" if (language, value.currency) == ("ar", "MAD") else value.currency
    return f"{sign}{number(whole, language)}{cents}{HARD}{unit}"


def duration(value: timedelta, language: str) -> str:
    """2 h 30 in French, "2 h 30 min" in English, with words and their six forms in Arabic."""
    minutes = max(0, int(value.total_seconds()) // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if language == "ar":
        return arabic_duration(days, hours, minutes)
    parts = [f"{days}{HARD}{'j' if language == 'fr' else 'd'}"] if days else []
    if hours and minutes and language == "fr":
        parts.append(f"{hours}{HARD}h{HARD}{minutes:02d}")
    else:
        parts += [f"{hours}{HARD}h"] if hours else []
        parts += [f"{minutes}{HARD}min"] if minutes or not (days or hours) else []
    return " ".join(parts)


def arabic_duration(days: int, hours: int, minutes: int) -> str:
    parts = []
    if days:
        parts.append(arabic_count(days, "يوم واحد", "يومان", "أيام", "يومًا", "يوم"))
    if hours:
        parts.append(arabic_count(hours, "ساعة واحدة", "ساعتان", "ساعات", "ساعة", "ساعة"))
    if minutes == 30 and hours:
        parts.append("نصف")
    elif minutes or not parts:
        parts.append(arabic_count(minutes, "دقيقة واحدة", "دقيقتان", "دقائق", "دقيقة", "دقيقة"))
    return " و".join(parts)


def arabic_count(count: int, one: str, two: str, few: str, many: str, other: str) -> str:
    """The six forms of a counted noun; one and two carry the number in the word."""
    form = Locale("ar").plural_form(count)
    if form in ("one", "two"):
        return one if form == "one" else two
    return f"{count}{HARD}{ {'few': few, 'many': many}.get(form, other) }"


def listed(items: list[str], language: str) -> str:
    return format_list(items, locale=LOCALES[language])


def skeleton(value: date, pattern: str, language: str) -> str:
    """Any other arrangement, such as `yMMMM` for the head of a month."""
    return format_skeleton(pattern, value, locale=LOCALES[language])
