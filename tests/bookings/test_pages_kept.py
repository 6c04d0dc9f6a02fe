"""Lanes that many people look at are drawn once: never with anything of one of them in it, never
older than the last change, never later than the minute."""

import re
from collections.abc import Hashable
from datetime import timedelta

import pytest

from fablab.bookings import actions, checkin
from fablab.bookings.tables import Booking, Status
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.web import fragments
from tests import factories
from tests.bookings.conftest import viewer
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.browser import Browser
from tests.support.counting import Counting

WEEK = "/machines/printer/week"


@pytest.fixture(autouse=True)
async def lab(rolled_back: None) -> None:
    await factories.a_lab()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written out to be shared."""
    found: list[str] = []
    put = fragments._written.put

    def note(key: Hashable, text: str) -> str:
        found.append(text)
        return put(key, text)

    monkeypatch.setattr(fragments._written, "put", note)
    return found


@pytest.fixture
async def printer() -> Machine:
    return await factories.a_machine(name=Words(en="Printer"), slug="printer")


async def zoe() -> Member:
    return await factories.a_member(
        given_name_latin="Zoe", family_name_latin="Quill", family_name_ar="كويل"
    )


async def seen_by(
    browser: Browser, member: Member | None, address: str = "/schedule", language: str = "en"
) -> str:
    browser.sign_out()
    if member is not None:
        await browser.sign_in(member)
    shown = await browser.get(address, headers={"accept-language": language})
    assert shown.status_code == 200
    return shown.text


def tokens(text: str) -> set[str]:
    return set(re.findall(r'name="_csrf_token" value="([^"]*)"', text))


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize("address", ["/schedule", WEEK])
async def test_nothing_of_one_person_is_shown_to_another(
    browser: Browser, printer: Machine, written: list[str], address: str, language: str
) -> None:
    """Whoever looks first: the owner, staff, another member, a visitor, and all of them again."""
    hers = await zoe()
    other = await factories.a_member()
    boss = await factories.a_manager()
    for each in (hers, other, boss):
        await Member.update({Member.language: language}).where(Member.id == each.id)
    booking = await factories.a_booking(hours(1), machine=printer, member=hers)
    second = await factories.a_machine(name=Words(en="Mill"))
    theirs = await factories.a_booking(hours(3), machine=second, member=other)
    links = [f'href="/bookings/{each.id}"' for each in (booking, theirs)]
    people, on_day = (hers, boss, other, None), address == "/schedule"
    name = "كويل" if language == "ar" else "Quill"
    told: set[str] = set()
    shared_texts = 0
    for member in (*people, *reversed(people)):
        text = await seen_by(browser, member, address, language)
        assert f'lang="{language}' in text
        assert (name in text) == (member in (hers, boss)), "in the menu, or for staff"
        assert (links[0] in text) == (member in (hers, boss))
        assert (links[1] in text) == (on_day and member in (other, boss))
        assert ("block mine" in text) == (member is hers or (on_day and member is other))
        assert not tokens(text) & told
        told |= tokens(text)
        for shared in written:
            assert "_csrf_token" not in shared
            assert "block mine" not in shared
            assert member is boss or name not in shared
            assert member is boss or "/bookings/" not in shared.replace("/bookings/new", "")
        shared_texts += len(written)
        written.clear()
    assert shared_texts


async def test_whoever_made_the_booking_sees_it_at_once(browser: Browser, printer: Machine) -> None:
    ada, ben = await factories.a_member(), await factories.a_member()
    assert "block" not in (await seen_by(browser, ben)).split('class="legend')[0].split("track")[1]
    made = await factories.a_booking(hours(2), machine=printer, member=ada)
    assert "Your booking" in await seen_by(browser, ada)
    assert 'class="block taken' in await seen_by(browser, ben)
    assert 'class="block taken' in await seen_by(browser, None)
    await Booking.update({Booking.status: Status.CANCELLED}).where(Booking.id == made.id)
    for member in (ada, ben, None):
        assert 'class="block ' not in (await seen_by(browser, member)).split('class="legend')[0]


async def test_other_names_are_told_at_once(browser: Browser, printer: Machine) -> None:
    boss, hers = await factories.a_manager(), await zoe()
    await factories.a_booking(hours(1), machine=printer, member=hers)
    assert "Quill" in await seen_by(browser, boss)
    await Member.update({Member.family_name_latin: "Reed"}).where(Member.id == hers.id)
    assert "Zoe Reed" in await seen_by(browser, boss)
    await Machine.update({Machine.name: Words(en="Plotter").dump()}).where(Machine.id == printer.id)
    text = await seen_by(browser, boss)
    assert "Plotter" in text
    assert "Printer" not in text


async def test_what_one_may_not_use_is_one_s_own(browser: Browser) -> None:
    fdm = await factories.a_certification("fdm")
    await factories.a_machine(name=Words(en="Laser"), certification=fdm)
    ada, ben = await factories.a_member(), await factories.a_member()
    await factories.a_certificate(fdm, ada)
    for member in (ada, ben, None, ada, ben):
        row = (await seen_by(browser, member)).split('class="lane')[1].split('class="track')[0]
        assert ("Needs: Fdm" in row) == (member is ben)
        assert ("barred" in row) == (member is ben)


async def test_everybody_reads_their_own_language(browser: Browser, printer: Machine) -> None:
    await factories.a_booking(hours(1), machine=printer)
    for address in ("/schedule", WEEK):
        for language, word in (("ar", "محجوز"), ("fr", "Réservé"), ("en", "Booked")) * 2:
            text = await seen_by(browser, None, address, language)
            assert f'<span class="what">{word}</span>' in text


async def test_the_minute_that_passes_is_seen(
    browser: Browser, printer: Machine, travel: Travel
) -> None:
    await factories.a_booking(hours(1), machine=printer)
    assert "free now until 10:00" in await seen_by(browser, None)
    travel(MONDAY + timedelta(minutes=59, seconds=59))
    assert "free from 11:00" in await seen_by(browser, None)
    travel(MONDAY + timedelta(hours=2))
    assert "start=2026-11-30T11%3A00" in await seen_by(browser, None)
    travel(MONDAY + timedelta(hours=2, seconds=1))
    text = await seen_by(browser, None)
    assert "free now until 18:30" in text
    assert "start=2026-11-30T11%3A00" not in text, "by a second too late to be booked"


async def test_what_ends_within_a_minute_is_over_at_once(
    browser: Browser, printer: Machine, travel: Travel
) -> None:
    """Who gives the machine back at 10:20:20 leaves it free at 10:20:21."""
    ada, ben = await factories.a_member(), await factories.a_member()
    booking = await factories.a_booking(
        hours(1), machine=printer, member=ada, status=Status.CHECKED_IN
    )
    travel(MONDAY + timedelta(hours=1, minutes=20, seconds=10))
    assert "In use" in await seen_by(browser, ben)
    travel(MONDAY + timedelta(hours=1, minutes=20, seconds=20))
    await checkin.finish(viewer(ada), booking.id)
    travel(MONDAY + timedelta(hours=1, minutes=20, seconds=21))
    text = await seen_by(browser, ben)
    assert "In use" not in text
    assert "free now until 18:30" in text


async def test_what_ends_later_in_the_minute_is_over_when_it_ends(
    browser: Browser, printer: Machine, travel: Travel
) -> None:
    use = Period(MONDAY, MONDAY + timedelta(minutes=20, seconds=30))
    await factories.a_booking(use, machine=printer, status=Status.CHECKED_IN)
    travel(MONDAY + timedelta(minutes=20, seconds=10))
    assert "In use" in await seen_by(browser, None)
    travel(MONDAY + timedelta(minutes=20, seconds=40))
    assert "In use" not in await seen_by(browser, None)


@pytest.mark.parametrize("address", ["/schedule", WEEK])
async def test_what_has_not_changed_is_not_read_again(
    browser: Browser, printer: Machine, counted: Counting, address: str
) -> None:
    for name in ("Mill", "Press", "Saw"):
        machine = await factories.a_machine(name=Words(en=name))
        await factories.a_booking(hours(1), machine=machine)
    await seen_by(browser, None, address)
    with counted() as sent:
        await seen_by(browser, None, address)
    assert not [each for each in sent.statements if "booking" in each]
    ada = viewer(await factories.a_member())
    await actions.book(ada, actions.Asked(machine_id=printer.id, period=hours(4)))
    with counted() as sent:
        assert 'class="block taken' in await seen_by(browser, None, address)
    [read] = [each for each in sent.statements if "FROM booking" in each]
    assert "b.machine = " in read
