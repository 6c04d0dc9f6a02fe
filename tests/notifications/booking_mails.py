"""The facts of the mails about bookings, as the actions write them."""

from datetime import date, datetime, timedelta
from typing import Any

from fablab.core.words import Words
from tests.factories import MONDAY, hours

LASER = {
    "booking": 7,
    "machine": Words("آلة القطع بالليزر", "Découpeuse laser", "Laser cutter"),
    "tag": "LAS-01",
}
MORNING = LASER | {"starts_at": hours(25).start, "ends_at": hours(26.5).start}
NIGHT = LASER | {"starts_at": hours(33).start, "ends_at": hours(49).start}
RELEASE = hours(25.25).start
DEADLINE = hours(23).start


def made(**more: Any) -> dict[str, Any]:
    facts = {"deadline_at": DEADLINE, "release_at": RELEASE, "by_staff": False}
    return MORNING | facts | more


def requested(awaits: str, **more: Any) -> dict[str, Any]:
    return MORNING | {"awaits": awaits, "decide_by_at": DEADLINE, "by_staff": False} | more


def decided(note: str = "", awaits: str = "") -> dict[str, Any]:
    facts = {"note": note, "awaits": awaits, "release_at": RELEASE, "deadline_at": DEADLINE}
    return MORNING | facts


def cancelled(**more: Any) -> dict[str, Any]:
    return MORNING | {"late": False, "by_staff": False, "reason": ""} | more


def released(strike: bool, until: datetime | None = None) -> dict[str, Any]:
    return MORNING | {"strike": strike, "held_until_at": until}


def reminder(release: datetime | None) -> dict[str, Any]:
    opens = hours(25).start - timedelta(minutes=10)
    return MORNING | {"checkin_at": opens, "release_at": release, "deadline_at": DEADLINE}


WAS = {"was_starts_at": MONDAY, "was_ends_at": hours(1).start, "deadline_at": DEADLINE}
OTHER = {
    "machine": LASER["machine"],
    "tag": "LAS-02",
    "slug": "laser-40w",
    "starts_at": hours(25).start,
    "ends_at": hours(26).start,
}
LAW = {"number": 1042, "alternatives": [OTHER]}

DESKS = MORNING | {
    "machines": [
        {"name": LASER["machine"], "tag": LASER["tag"], "seats": 1},
        {"name": Words("قاعة العمل", "Espace de travail", "Workroom"), "tag": "ROOM-1", "seats": 3},
    ],
    "pending": False,
    "deadline_at": DEADLINE,
    "release_at": RELEASE,
    "by_staff": False,
}
GIVEN_BACK = {"late": False, "halves": 0, "held_until_at": None, "reason": ""}

WEEKS = [
    {"starts_at": hours(25 + 168 * week).start, "ends_at": hours(26 + 168 * week).start}
    for week in range(3)
]
SERIES = {"series": 3, "machine": LASER["machine"], "tag": "LAS-01", "dates": WEEKS}
ALL_MADE = SERIES | {"left_out_on": [], "skipped_on": [], "pending": 0, "by_staff": False}
SOME_MADE = ALL_MADE | {
    "left_out_on": [date(2026, 12, 22)],
    "skipped_on": [date(2027, 2, 1)],
    "pending": 1,
}
BESIDE = SERIES | {"dates": [week | {"booking": 7} for week in WEEKS]}
ALL_GONE = SERIES | {"late": [], "kept": [], "by_staff": False, "reason": ""}
SOME_GONE = ALL_GONE | {"late": WEEKS[:1], "kept": WEEKS[1:2], "reason": "A trip"}


def lost(interrupted: bool = False, *others: dict[str, Any]) -> dict[str, Any]:
    return MORNING | {"slug": "laser", "interrupted": interrupted, "others": list(others)}


def called_off(because: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    ended = all(each["interrupted"] for each in items)
    facts = {"because": because, "closure": Words(), "note": "", "interrupted": ended}
    return facts | {"items": list(items)} | more


EID = Words("عيد الفطر", "Aïd al-Fitr", "Eid al-Fitr")

BOOKINGS: dict[str, dict[str, dict[str, Any]]] = {
    "bookings/series_made": {
        "": ALL_MADE,
        "some": SOME_MADE,
        "asked": ALL_MADE | {"pending": 3},
        "by_staff": ALL_MADE | {"by_staff": True},
    },
    "bookings/series_buddy_asked": {"": BESIDE},
    "bookings/series_buddy_free": {"": BESIDE},
    "bookings/series_changed": {"": SERIES | {"pending": 0, "by_staff": False}},
    "bookings/series_cancelled": {"": ALL_GONE, "late": SOME_GONE},
    "bookings/made": {
        "": made(),
        "by_staff": made(by_staff=True, release_at=None),
        "night": made(starts_at=NIGHT["starts_at"], ends_at=NIGHT["ends_at"]),
    },
    "bookings/requested": {
        "": requested("approval"),
        "material": requested("approval material buddy"),
        "by_staff": requested("buddy", by_staff=True),
    },
    "bookings/approved": {
        "": decided(),
        "buddy": decided(note="Wear <gloves>.", awaits="buddy"),
    },
    "bookings/rejected": {"": decided(), "words": decided(note="The spindle is worn.")},
    "bookings/buddy_asked": {"": MORNING | {"decide_by_at": DEADLINE}},
    "bookings/buddy_agreed": {
        "": MORNING | {"awaits": "", "release_at": RELEASE},
        "waits": MORNING | {"awaits": "approval", "release_at": None},
    },
    "bookings/buddy_declined": {"": MORNING},
    "bookings/buddy_free": {"": MORNING},
    "bookings/changed": {
        "": MORNING | WAS | {"by_staff": False},
        "by_staff": MORNING | WAS | {"by_staff": True},
        "waits": MORNING
        | WAS
        | {"by_staff": False, "awaits": "approval", "decide_by_at": DEADLINE},
    },
    "bookings/cancelled": {
        "": cancelled(),
        "late": cancelled(late=True),
        "by_staff": cancelled(by_staff=True, reason="Laser tube <broken>"),
    },
    "bookings/released": {
        "": released(strike=False),
        "strike": released(strike=True),
        "held": released(strike=True, until=hours(24 * 8).start),
    },
    "bookings/reminder": {"": reminder(RELEASE), "staff": reminder(None)},
    "bookings/expired": {"": MORNING},
    "bookings/called_off": {
        "hours": called_off("hours_changed", lost(False, OTHER), closure=EID),
        "two": called_off("machine_stopped", lost(), lost(), note="The tube is <gone>."),
        "blocked": called_off("machine_blocked", lost()),
        "power": called_off("power", lost(interrupted=True)),
        "fault": called_off("fault", lost(interrupted=True), lost(interrupted=True)),
        "closing": called_off("closing", lost(interrupted=True)),
        "safety": called_off("safety", lost(True, OTHER)),
    },
    "bookings/forgiven": {"": {"hold": False}, "held": {"hold": True}},
    "bookings/overran": {"": MORNING | {"others": []}, "sister": MORNING | {"others": [OTHER]}},
    "bookings/was_here": {
        "": MORNING | {"strike": False, "hold": False},
        "held": MORNING | {"strike": True, "hold": True},
    },
    "bookings/finished": {"": MORNING | {"finished_at": hours(26).start}},
    "bookings/offered": {"": MORNING | {"decide_by_at": hours(2).start}},
    "bookings/offer_expired": {"": MORNING},
    "bookings/waiting_lapsed": {
        "": {
            "what": LASER["machine"],
            "window_start_at": hours(25).start,
            "window_end_at": hours(29).start,
        }
    },
    "bookings/waiting_skipped": {
        "": MORNING | {"codes": ["not_certified", "quota_exceeded"]},
    },
    "bookings/zone_moved": {"": MORNING | {"was_start": "09:00", "was_end": "10:30"}},
    "bookings/zone_cancelled": {
        "": MORNING | LAW | {"to_staff": False},
        "staff": MORNING | LAW | {"to_staff": True},
    },
    "bookings/party": {"": DESKS, "pending": DESKS | {"pending": True, "by_staff": True}},
    "bookings/party_changed": {"": DESKS | WAS},
    "bookings/party_cancelled": {
        "": DESKS | GIVEN_BACK,
        "late": DESKS | GIVEN_BACK | {"late": True, "halves": 1},
        "by_staff": DESKS | GIVEN_BACK | {"by_staff": True, "reason": "Water in the room"},
    },
}
