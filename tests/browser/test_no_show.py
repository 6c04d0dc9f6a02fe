"""Nobody came: the slot is free for others, and the owner is told in their language."""

import email
import email.policy
import shutil
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from fablab import schedule
from fablab.core import db
from fablab.core.settings import settings
from tests.browser.conftest import Visit
from tests.browser.steps import (
    BOOK,
    MEMBER,
    choose,
    counted,
    everywhere,
    flash,
    lane,
    said,
    says,
    stored,
)
from tests.conftest import Travel

SLUG, OTHER = "laser-40w", "trainer@example.org"

SUBJECT = "Released: %(machine)s, %(start)s"
COUNTED = "%(num)s absence counts at the moment.", "%(num)s absences count at the moment."


FOLDER = Path(urlsplit(settings.mail_target).path)


def letters_to(address: str) -> list[EmailMessage]:
    found = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(FOLDER.rglob("*.eml"))
    ]
    return [letter for letter in found if letter["To"] and address in str(letter["To"])]


async def strikes_of(email: str) -> int:
    """How many the demo's history has left them with."""
    sql = "SELECT count(*) AS found FROM strike s JOIN member m ON m.id = s.member"
    [row] = await db.fetch(f"{sql} WHERE m.email = {{}} AND s.forgiven_at IS NULL", email)
    return int(row["found"])


@everywhere
async def test_not_checked_in(visit: Visit, travel: Travel, language: str, width: int) -> None:
    owner = await visit(language, width, MEMBER)
    [booking] = await db.fetch(
        "SELECT b.release_at FROM booking b"
        " JOIN machine m ON m.id = b.machine JOIN member x ON x.id = b.member"
        " WHERE m.slug = {} AND x.email = {} AND b.status = 'confirmed'",
        SLUG,
        MEMBER,
    )
    before = await strikes_of(MEMBER)
    shutil.rmtree(FOLDER, ignore_errors=True)
    released = db.instant(booking["release_at"])
    assert released is not None
    travel(released - timedelta(seconds=1))
    await schedule.run_job("release-no-shows")
    assert await stored(SLUG, MEMBER) == ["confirmed"]
    travel(released)
    await schedule.run_job("release-no-shows")
    await schedule.run_job("send-mail")
    assert await stored(SLUG, MEMBER) == ["no_show"]

    other = await visit(language, width, OTHER)
    await other.go("/schedule")
    await other.press(lane(other, SLUG).locator("a.free").first)
    await choose(other, "2026-11-30T09:30", "2026-11-30T10:00")
    await other.press(BOOK)
    assert await flash(other) == said(language, "Your booking is made.")

    told = [each for each in letters_to(MEMBER) if says(language, SUBJECT, each["Subject"])]
    [letter] = told
    await owner.go("/me")
    strikes = await owner.page.locator("[aria-labelledby=strikes] p").first.inner_text()
    assert strikes.startswith(counted(language, *COUNTED, before + 1))
    await owner.press(owner.page.locator("a[href^='/me/notices#']").first)
    assert " ".join(letter["Subject"].split()) in await owner.told()
