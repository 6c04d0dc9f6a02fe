"""Every mail as it reads in three languages: see the folder `golden`."""

from datetime import date, timedelta
from typing import Any

import pytest

from fablab.core.words import Words
from tests import factories
from tests.factories import MONDAY
from tests.notifications import goldens
from tests.notifications.booking_mails import BOOKINGS
from tests.support.sources import ROOT

DAY = timedelta(days=1)


def unconfirmed(last: date) -> dict[str, Any]:
    name = Words("عيد الفطر", "Aïd al-Fitr", "Eid al-Fitr")
    days = {"first_on": MONDAY.date(), "last_on": last}
    return {"closure": name, "is_closure": True, "span": 3} | days


# template -> {case: its facts}; an only case has no name
MAILS: dict[str, dict[str, dict[str, Any]]] = {
    "accounts/account_exists": {"": {}},
    "accounts/confirm_email": {"": {"code": 1}},
    "accounts/email_changed": {"": {}},
    "accounts/held": {
        "safety": {"kind": "safety", "reason": "أمان", "until_at": None},
        "until": {"kind": "administrative", "reason": "Loan <late>", "until_at": MONDAY + DAY},
    },
    "accounts/hold_lifted": {"": {}},
    "accounts/password_changed": {"": {"changed_at": MONDAY}},
    "accounts/pin_set": {
        "": {"changed_at": MONDAY, "by_staff": False},
        "by_staff": {"changed_at": MONDAY, "by_staff": True},
    },
    "accounts/reset_password": {"": {"code": 1}},
    "lab/unconfirmed": {
        "": unconfirmed(MONDAY.date()),
        "days": unconfirmed(MONDAY.date() + DAY),
    },
    "machines/fault": {
        "": {
            "machine": Words("آلة القطع بالليزر", "Découpeuse laser", "Laser cutter"),
            "tag": "LAS-01",
            "slug": "laser-40w",
            "text": "The fume extraction <stops>",
        }
    },
    **BOOKINGS,
}
CASES = [(mail, case) for mail, cases in MAILS.items() for case in cases]


@pytest.mark.parametrize(("template", "case"), CASES)
async def test_the_mail_reads_as_agreed(template: str, case: str) -> None:
    await factories.a_lab()
    await goldens.compare(template, case, **MAILS[template][case])


def test_every_mail_is_among_them() -> None:
    folder = ROOT / "templates" / "emails"
    written = {
        path.relative_to(folder).with_suffix("").as_posix() for path in folder.glob("*/*.txt")
    }
    assert written == MAILS.keys()


def test_no_mail_is_kept_that_nobody_sends_any_more() -> None:
    kept = {path.relative_to(goldens.FOLDER).as_posix() for path in goldens.FOLDER.rglob("*.txt")}
    assert kept == {
        goldens.name(*case, language) for case in CASES for language in goldens.LANGUAGES
    }
