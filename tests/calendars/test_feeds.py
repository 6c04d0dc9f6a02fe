"""Subscribed calendars: what they show, to whom, and until when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest

from fablab.bookings import changing
from fablab.bookings.tables import Kind
from fablab.calendars import queries
from fablab.calendars.tables import Feed
from fablab.core import clock, zones
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.machines.tables import Machine
from fablab.members.tables import Member, Project, ProjectMember
from tests import factories
from tests.bookings.conftest import viewer
from tests.conftest import Travel
from tests.factories import hours
from tests.support.browser import Browser

PAGE = "/account/calendars"


@pytest.fixture
async def laser(rolled_back: None) -> Machine:
    await factories.a_lab()
    return await factories.a_machine(name=Words("ليزر", "Découpeuse", "Laser"), slug="laser")


@pytest.fixture
async def ada(laser: Machine) -> Member:
    return await factories.a_member(language="fr")


async def subscribe(browser: Browser, machine: str = "") -> str:
    """The secret address, as the page shows it."""
    answer = await browser.submit(PAGE, PAGE, machine=machine)
    assert answer.status_code == 200, answer.text
    start = answer.text.index("/calendar/")
    return str(answer.text[start : answer.text.index(".ics", start) + 4])


async def events(browser: Browser, address: str) -> list[Any]:
    answer = await browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


async def test_my_bookings_open_unchanged_in_another_program(
    browser: Browser, ada: Member, laser: Machine
) -> None:
    booking = await factories.a_booking(hours(1), laser, ada)
    await browser.sign_in(ada)
    [event] = await events(browser, await subscribe(browser))
    assert event["uid"] == booking.uid
    assert event["summary"] == f"Découpeuse ({laser.tag})"
    assert (event["sequence"], event["status"]) == (0, "CONFIRMED")
    assert event.decoded("dtstart") == booking.starts_at
    assert event.decoded("dtend") == booking.ends_at
    assert event["url"].endswith(f"/bookings/{booking.id}")


async def test_a_move_keeps_the_uid_and_raises_the_sequence(
    browser: Browser, ada: Member, laser: Machine
) -> None:
    booking = await factories.a_booking(hours(4), laser, ada)
    await browser.sign_in(ada)
    address = await subscribe(browser)
    [before] = await events(browser, address)
    later = booking.starts_at + timedelta(hours=1)
    await changing.change(viewer(ada), booking.id, starts_at=later)
    [after] = await events(browser, address)
    assert after["uid"] == before["uid"]
    assert after["sequence"] == before["sequence"] + 1
    assert after.decoded("dtstart") == later


@pytest.mark.parametrize("status", ["cancelled", "no_show", "rejected", "expired"])
async def test_what_no_longer_comes_is_cancelled(
    browser: Browser, ada: Member, laser: Machine, status: str
) -> None:
    await factories.a_booking(hours(1), laser, ada, status=status, cancelled_at=clock.now())
    await browser.sign_in(ada)
    [event] = await events(browser, await subscribe(browser))
    assert event["status"] == "CANCELLED"


async def test_a_request_is_tentative(browser: Browser, ada: Member, laser: Machine) -> None:
    await factories.a_booking(hours(1), laser, ada, status="pending")
    await browser.sign_in(ada)
    [event] = await events(browser, await subscribe(browser))
    assert event["status"] == "TENTATIVE"


async def test_times_come_through_a_change_of_the_zones_law(
    browser: Browser, ada: Member, laser: Machine, travel: Travel
) -> None:
    """10:00 on the wall is 09:00 UTC before 2026-09-20 and 10:00 UTC after."""
    travel(datetime(2026, 9, 15, 9, tzinfo=UTC))
    at = [datetime(2026, 9, 18, 9, tzinfo=UTC), datetime(2026, 9, 21, 10, tzinfo=UTC)]
    for start in at:
        await factories.a_booking(Period(start, start + timedelta(hours=1)), laser, ada)
    await browser.sign_in(ada)
    found = await events(browser, await subscribe(browser))
    assert [event.decoded("dtstart") for event in found] == at
    walls = [
        event.decoded("dtstart").astimezone(zones.zone("Africa/Casablanca")).hour for event in found
    ]
    assert walls == [10, 10]


async def test_a_revoked_address_is_no_address(browser: Browser, ada: Member) -> None:
    await browser.sign_in(ada)
    address = await subscribe(browser)
    [feed] = await Feed.objects()
    answer = await browser.submit(PAGE, f"{PAGE}/{feed.id}/revoke")
    assert answer.status_code == 303
    assert (await browser.get(address)).status_code == 404


@pytest.mark.parametrize("address", ["/calendar/x.ics", "/calendar/x", "/calendar/.ics"])
async def test_a_guess_finds_nothing(browser: Browser, laser: Machine, address: str) -> None:
    assert (await browser.get(address)).status_code == 404


async def test_a_closed_account_has_no_calendar(browser: Browser, ada: Member) -> None:
    await browser.sign_in(ada)
    address = await subscribe(browser)
    await Member.update({Member.state: "closed"}).where(Member.id == ada.id)
    assert (await browser.get(address)).status_code == 404


async def test_the_database_holds_no_address(browser: Browser, ada: Member) -> None:
    await browser.sign_in(ada)
    key = (await subscribe(browser)).removeprefix("/calendar/").removesuffix(".ics")
    [feed] = await Feed.select()
    assert key not in str(feed)


async def test_a_machines_calendar_names_nobody(
    browser: Browser, ada: Member, laser: Machine
) -> None:
    ben = await factories.a_member(given_name_latin="Benjamin", family_name_latin="Secret")
    await factories.a_booking(hours(1), laser, ben, note="Secret plan")
    await factories.a_booking(hours(3), laser, kind=Kind.MAINTENANCE)
    await factories.a_booking(hours(5), laser, ada)
    await browser.sign_in(ada)
    address = await subscribe(browser, "laser")
    first, second, third = await events(browser, address)
    assert first["summary"] == f"Découpeuse ({laser.tag}): Réservé"
    assert second["summary"].endswith("Maintenance")
    assert "url" not in first
    assert "url" in third
    assert b"Secret" not in (await browser.get(address)).content


async def test_a_machine_that_is_down_for_long_stays_taken(
    browser: Browser, ada: Member, laser: Machine
) -> None:
    began = clock.now() - timedelta(days=90)
    without_end = Period(began, datetime(9999, 12, 31, tzinfo=UTC))
    await factories.a_booking(without_end, laser, kind=Kind.MAINTENANCE)
    await factories.a_booking(hours(-24 * 70), await factories.a_machine(), ada)
    await browser.sign_in(ada)
    [event] = await events(browser, await subscribe(browser, "laser"))
    assert event["dtend"].dt.year == 9999
    assert await events(browser, await subscribe(browser)) == []


async def test_of_too_many_what_is_over_is_left_out(
    browser: Browser, ada: Member, laser: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST", 3)
    for start in (-50, -48, 2, 4):
        await factories.a_booking(hours(start), laser, ada)
    await browser.sign_in(ada)
    for machine in ("", "laser"):
        starts = [
            each["dtstart"].dt for each in await events(browser, await subscribe(browser, machine))
        ]
        assert starts == [hours(start).start for start in (-50, 2, 4)]


async def test_a_team_sees_what_names_its_project(
    browser: Browser, ada: Member, laser: Machine
) -> None:
    ben = await factories.a_member()
    title = Words(fr="Voiture solaire").dump()
    project = await Project.objects().create(slug="saqi", lead=ben.id, title=title)
    await ProjectMember.insert(ProjectMember(project=project.id, member=ada.id))
    await factories.a_booking(hours(1), laser, ben, project=project.id)
    await factories.a_booking(hours(3), laser, ben)
    await browser.sign_in(ada)
    [event] = await events(browser, await subscribe(browser))
    assert event["summary"].endswith("Voiture solaire")


async def test_a_hidden_machine_has_no_calendar(
    browser: Browser, ada: Member, laser: Machine
) -> None:
    await browser.sign_in(ada)
    address = await subscribe(browser, "laser")
    await Machine.update({Machine.status: "hidden"}).where(Machine.id == laser.id)
    assert (await browser.get(address)).status_code == 404
    assert (await browser.submit(PAGE, PAGE, machine="laser")).status_code == 422


async def test_another_members_address_cannot_be_revoked(browser: Browser, ada: Member) -> None:
    await browser.sign_in(ada)
    await subscribe(browser)
    [feed] = await Feed.objects()
    await browser.sign_in(await factories.a_member())
    assert (await browser.post(f"{PAGE}/{feed.id}/revoke")).status_code == 404


async def test_a_booking_alone_is_a_file(browser: Browser, ada: Member, laser: Machine) -> None:
    booking = await factories.a_booking(hours(1), laser, ada)
    await browser.sign_in(ada)
    [event] = await events(browser, f"/bookings/{booking.id}/calendar.ics")
    assert event["uid"] == booking.uid
    await browser.sign_in(await factories.a_member())
    assert (await browser.get(f"/bookings/{booking.id}/calendar.ics")).status_code == 404


async def test_names_break_no_calendar(browser: Browser, ada: Member) -> None:
    name = "Laser; A,B\r\nX-EVIL:1\u202e \u2066" + "ل" * 100
    machine = await factories.a_machine(name=Words(fr=name))
    await factories.a_booking(hours(1), machine, ada)
    await browser.sign_in(ada)
    [event] = await events(browser, await subscribe(browser))
    assert "x-evil" not in event
    assert event["summary"].startswith("Laser; A,B X-EVIL:1 ")
