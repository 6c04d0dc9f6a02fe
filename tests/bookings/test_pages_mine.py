"""My page: what now, what next, what I may use, what I was told."""

from datetime import date, timedelta

import pytest

from fablab.bookings.tables import Status, Strike
from fablab.core.words import Words
from fablab.members.tables import HoldKind, Member
from fablab.notifications.actions import notify
from tests import factories
from tests.bookings.test_pages_schedule import text_of
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.browser import Browser
from tests.support.counting import Counting


@pytest.fixture(autouse=True)
async def lab(rolled_back: None) -> None:
    await factories.a_lab()


@pytest.fixture
async def ada(browser: Browser) -> Member:
    """Signed in."""
    member = await factories.a_member()
    await browser.sign_in(member)
    return member


async def test_an_empty_page_says_what_to_do_next(browser: Browser, ada: Member) -> None:
    text = await text_of(browser, "/me")
    assert "Hello Ada" in text
    assert "No bookings yet" in text
    assert 'href="/schedule">See what is free' in text


async def test_what_is_due_comes_first_then_the_next(
    browser: Browser, ada: Member, travel: Travel
) -> None:
    machine = await factories.a_machine(name=Words(en="Printer"))
    later = await factories.a_booking(hours(26), machine, ada)
    due = await factories.a_booking(hours(0), machine, ada)
    await factories.a_booking(hours(3), machine, await factories.a_member())
    travel(MONDAY + timedelta(minutes=11, seconds=10))
    text = await text_of(browser, "/me")
    assert "3 minutes left" in text
    assert text.index(f"/bookings/{due.id}/check-in") < text.index("Next bookings")
    assert text.index(f'href="/bookings/{due.id}"') < text.index(f'href="/bookings/{later.id}"')
    assert text.count('class="next"') == 2


async def test_what_was_is_folded(browser: Browser, ada: Member) -> None:
    for status in (Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED):
        await factories.a_booking(hours(-24), member=ada, status=status)
    text = await text_of(browser, "/me")
    past = text[text.index("Past bookings") :]
    for word in ("finished", "released (no-show)", "cancelled"):
        assert word in past


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (date(2027, 8, 1), "valid until 1 August 2027"),
        (date(2026, 12, 9), "expires in 9 days"),
        (date(2026, 12, 1), "expires in 1 day"),
        (date(2026, 11, 30), "expires today"),
        (date(2026, 11, 29), "expired on 29 November 2026"),
        (None, "valid without end"),
    ],
)
async def test_certificates_tell_how_long_they_hold(
    until: date | None, words: str, browser: Browser, ada: Member
) -> None:
    await factories.a_certificate("laser", ada, valid_until=until)
    text = await text_of(browser, "/me")
    assert "Laser" in text
    assert words in text


async def test_a_renewed_certificate_counts_once(browser: Browser, ada: Member) -> None:
    await factories.a_certificate("laser", ada, valid_until=date(2026, 10, 1))
    await factories.a_certificate("laser", ada, valid_until=date(2027, 8, 1))
    text = await text_of(browser, "/me")
    assert "valid until 1 August 2027" in text
    assert "expired" not in text


async def test_holds_and_absences_are_told_in_words(browser: Browser, ada: Member) -> None:
    await factories.a_hold(ada, HoldKind.NO_SHOW, MONDAY + timedelta(days=3))
    missed = await factories.a_booking(hours(-24), member=ada, status=Status.NO_SHOW)
    await Strike.insert(Strike(member=ada.id, booking=missed.id, at=hours(-24).start))
    text = await text_of(browser, "/me")
    assert "This ends by itself: Thursday 3 December,\u00a009:00." in text
    assert "1 absence counts at the moment." in text
    assert "After 3 absences new bookings are paused" in text


async def test_new_notices_are_shown_and_lead_to_all(browser: Browser, ada: Member) -> None:
    machine = Words(en="Printer")
    await notify(
        ada.id,
        "bookings/expired",
        booking=1,
        machine=machine,
        tag="3DP-01",
        starts_at=MONDAY,
        ends_at=hours(1).start,
    )
    text = await text_of(browser, "/me")
    assert "Not answered in time: Printer" in text
    assert 'href="/me/notices"' in text


async def test_what_is_missing_before_one_can_book_is_said(browser: Browser) -> None:
    await factories.a_charter(1)
    await browser.sign_in(await factories.a_member(email_confirmed_at=None))
    text = await text_of(browser, "/me")
    assert 'href="/charter"' in text
    assert 'href="/account/email"' in text


async def test_it_is_for_members(browser: Browser) -> None:
    assert (await browser.get("/me")).headers["location"] == "/sign-in?next=%2Fme"


async def test_it_costs_few_statements(browser: Browser, ada: Member, counted: Counting) -> None:
    for start in range(5):
        await factories.a_booking(hours(start), member=ada)
        await factories.a_certificate(f"course-{start}", ada)
    await notify(
        ada.id,
        "bookings/expired",
        booking=1,
        machine=Words(en="P"),
        tag="P",
        starts_at=MONDAY,
        ends_at=MONDAY,
    )
    await text_of(browser, "/me")
    with counted() as sent:
        await text_of(browser, "/me")
    assert sent.count <= 8, sent.statements
