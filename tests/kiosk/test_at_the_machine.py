"""At a machine: check in, finish, start now, report; by its QR and at the tablet alike."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from fablab.activity.tables import Activity
from fablab.bookings.tables import Booking, Status
from fablab.kiosk.queries import viewer_of
from fablab.machines.tables import Machine, MachineStatus
from fablab.members.tables import Member
from fablab.notifications.tables import Notification
from tests import factories
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.kiosk.conftest import come
from tests.support.browser import Browser
from tests.support.counting import Counting
from tests.support.forms import forms

MINUTE = timedelta(minutes=1)
NAMES = ("Ada", "Lovelace", "آدا", "لوفلايس", "Mona", "Ben", "Amar")
Arrive = Callable[[], Awaitable[tuple[Browser, str]]]


@pytest.fixture(params=["qr", "kiosk"])
def via(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def arrive(via: str, browser: Browser, tablet: Browser, ada: Member, printer: Machine) -> Arrive:
    """Ada stands at the printer: the browser that knows her, and the machine's address there."""

    async def arrived() -> tuple[Browser, str]:
        if via == "qr":
            await browser.sign_in(ada)
            return browser, "/at/PRI-01"
        assert (await come(tablet, ada)).status_code == 303
        return tablet, "/kiosk/at/PRI-01"

    return arrived


async def only_booking() -> Booking:
    [booking] = await Booking.objects()
    return booking


def offered(answer: httpx.Response) -> set[str]:
    return {form.action.rsplit("/", 1)[-1] for form in forms(answer.text) if form.is_main}


async def test_start_now_on_a_free_machine(arrive: Arrive, via: str, travel: Travel) -> None:
    travel(MONDAY + timedelta(minutes=7, seconds=40))
    who, at = await arrive()
    answer = await who.submit(at, f"{at}/start", ends_at="2026-11-30T10:00:00+00:00")
    assert answer.status_code == 303
    booking = await only_booking()
    assert booking.starts_at == MONDAY + 7 * MINUTE  # to the minute
    assert booking.ends_at == MONDAY + 60 * MINUTE
    assert (booking.status, booking.made_via) == (Status.CHECKED_IN, via)
    assert booking.checked_in_via == via
    assert offered(await who.get(at)) == {"finish", "fault"}


async def test_sent_twice_it_starts_once(arrive: Arrive) -> None:
    who, at = await arrive()
    shown = await who.get(at)
    for _ in range(2):
        assert (await who.send_form(shown, f"{at}/start")).status_code == 303
    await only_booking()


async def test_the_end_must_be_one_of_the_grid(arrive: Arrive) -> None:
    who, at = await arrive()
    refused = await who.submit(at, f"{at}/start", ends_at="2026-11-30T09:50:00+00:00")
    assert refused.status_code == 422
    assert await Booking.count() == 0


async def test_check_in_and_finish_with_a_note(
    arrive: Arrive, via: str, ada: Member, printer: Machine, travel: Travel
) -> None:
    booking = await factories.a_booking(hours(1), printer, ada)
    who, at = await arrive()
    assert offered(await who.get(at)) == {"start", "fault"}  # until then it is free
    travel(hours(1).start - 10 * MINUTE)
    who, at = await arrive()
    assert (await who.submit(at, f"{at}/check-in")).status_code == 303
    travel(hours(1).start + 25 * MINUTE)
    who, at = await arrive()
    answer = await who.submit(at, f"{at}/finish", note="Nozzle is worn")
    assert answer.status_code == 303
    found = await only_booking()
    assert (found.id, found.status) == (booking.id, Status.COMPLETED)
    assert found.checked_in_via == via
    told = await Activity.objects().get(Activity.verb == "finished")
    assert told is not None
    assert told.reason == "Nozzle is worn"
    counter = await Machine.objects().get(Machine.id == printer.id)
    assert counter is not None
    assert counter.hours_counter == 25


async def test_taken_says_until_when_and_names_nobody(arrive: Arrive, printer: Machine) -> None:
    ben = await factories.a_member(given_name_latin="Ben", family_name_latin="Amar")
    await factories.a_booking(hours(0, 1.5), printer, ben, status=Status.CHECKED_IN)
    who, at = await arrive()
    answer = await who.get(at)
    assert offered(answer) == {"fault"}
    assert "10:30" in answer.text
    assert "Amar" not in answer.text


async def test_another_members_booking_is_not_theirs(arrive: Arrive, printer: Machine) -> None:
    other = await factories.a_booking(hours(0), printer)
    who, at = await arrive()
    for what in ("check-in", "finish"):
        answer = await who.post(f"{at}/{what}", data={"booking": str(other.id)})
        assert answer.status_code == 404
    assert (await only_booking()).status == Status.CONFIRMED


async def test_a_released_one_leaves_what_is_left(
    arrive: Arrive, ada: Member, printer: Machine, travel: Travel
) -> None:
    released = await factories.a_booking(hours(0), printer, ada)
    travel(MONDAY + 20 * MINUTE)
    who, at = await arrive()
    answer = await who.submit(at, f"{at}/start", ends_at="2026-11-30T10:00:00+00:00")
    assert answer.status_code == 303
    rows = {row.id: row.status for row in await Booking.objects()}
    assert rows.pop(released.id) == Status.NO_SHOW
    assert list(rows.values()) == [Status.CHECKED_IN]


async def test_who_lacks_the_certificate_is_told_so(arrive: Arrive, printer: Machine) -> None:
    needed = await factories.a_certification("laser")
    await Machine.update({Machine.certification: needed.id}).where(Machine.id == printer.id)
    who, at = await arrive()
    answer = await who.get(at)
    assert "start" not in offered(answer)
    assert "needs a certification first" in answer.text
    form = {"ends_at": "2026-11-30T10:00:00+00:00"}
    assert (await who.post(f"{at}/start", data=form)).status_code == 422


async def test_a_fault_is_kept_and_the_staff_are_told(
    arrive: Arrive, browser: Browser, manager: Member, ada: Member, printer: Machine
) -> None:
    who, at = await arrive()
    empty = await who.submit(at, f"{at}/fault", text=" ")
    assert empty.status_code == 422
    shown = await who.get(at)
    for _ in range(2):
        answer = await who.send_form(shown, f"{at}/fault", text="The bed does not heat")
        assert answer.status_code == 303
    [kept] = await Activity.objects().where(Activity.verb == "fault")
    assert (kept.thing, kept.thing_id, kept.actor) == ("machine", printer.id, ada.id)
    [told] = await Notification.objects()
    assert (told.member, told.template) == (manager.id, "machines/fault")
    await browser.sign_in(manager)
    text = (await browser.get("/desk/machines/printer")).text
    assert "Fault reported" in text
    assert "The bed does not heat" in text
    assert "The bed does not heat" in (await browser.get("/me/notices")).text


async def test_nobody_reports_all_day(arrive: Arrive) -> None:
    who, at = await arrive()
    answers = [
        (await who.post(f"{at}/fault", data={"text": f"Fault {number}"})).status_code
        for number in range(22)
    ]
    assert set(answers[:20]) == {303}
    assert answers[-1] == 429


async def test_still_running_goes_on_to_the_next_step(
    arrive: Arrive, ada: Member, printer: Machine, travel: Travel
) -> None:
    await factories.a_booking(hours(0), printer, ada, status=Status.CHECKED_IN)
    travel(MONDAY + 30 * MINUTE)
    who, at = await arrive()
    assert "still-running" not in offered(await who.get(at))
    travel(MONDAY + 50 * MINUTE)
    who, at = await arrive()
    assert (await who.submit(at, f"{at}/still-running")).status_code == 303
    assert (await only_booking()).ends_at == MONDAY + 75 * MINUTE


async def test_what_goes_in_is_asked_where_the_machine_asks(
    arrive: Arrive, ada: Member, printer: Machine
) -> None:
    for slug in ("pla", "abs"):
        await factories.a_material(slug)
    lists = {Machine.accepted_materials: '["pla"]', Machine.banned_materials: '["abs"]'}
    await Machine.update(lists).where(Machine.id == printer.id)
    who, at = await arrive()
    refused = await who.submit(at, f"{at}/start", material="abs")
    assert refused.status_code == 422
    assert "must never go into this machine" in refused.text
    who, at = await arrive()
    done = await who.submit(at, f"{at}/start", material="pla", own_material="on")
    assert done.status_code == 303
    booking = await only_booking()
    assert (booking.material, booking.own_material) == ("pla", True)


async def test_a_stopped_machine_is_not_started(arrive: Arrive, printer: Machine) -> None:
    await Machine.update({Machine.status: MachineStatus.OUT_OF_ORDER}).where(
        Machine.id == printer.id
    )
    who, at = await arrive()
    assert offered(await who.get(at)) == {"fault"}


async def test_an_unknown_tag_is_nothing(arrive: Arrive) -> None:
    who, at = await arrive()
    assert (await who.get(at.replace("PRI-01", "NO-99"))).status_code == 404
    assert (await who.get(at.replace("PRI-01", "pri-01"))).status_code == 200


async def test_few_statements(
    arrive: Arrive, ada: Member, printer: Machine, counted: Counting
) -> None:
    for start in range(1, 6):
        await factories.a_booking(hours(start), printer, ada)
    who, at = await arrive()
    await who.get(at)
    with counted() as sent:
        await who.get(at)
    assert sent.count <= 8, sent.statements


class TestTheQr:
    async def test_a_visitor_signs_in_and_comes_back(
        self, browser: Browser, printer: Machine
    ) -> None:
        answer = await browser.get("/at/PRI-01")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in?next=%2Fat%2FPRI-01"

    async def test_at_the_labs_tablet_number_and_pin_are_asked(
        self, tablet: Browser, ada: Member, printer: Machine
    ) -> None:
        answer = await tablet.get("/at/PRI-01")
        assert answer.headers["location"] == "/kiosk/who?machine=PRI-01"
        shown = await tablet.get(answer.headers["location"])
        answer = await tablet.send_form(shown, "/kiosk/who", number=str(ada.number), pin="4820")
        assert answer.headers["location"] == "/kiosk/at/PRI-01"

    async def test_a_hidden_machine_is_for_staff(
        self, browser: Browser, ada: Member, manager: Member
    ) -> None:
        await factories.a_machine(tag="SEC-01", status="hidden")
        for member, status in ((ada, 404), (manager, 200)):
            await browser.sign_in(member)
            assert (await browser.get("/at/SEC-01")).status_code == status

    async def test_it_is_drawn_on_the_machines_page_and_on_sheets(
        self, browser: Browser, manager: Member, printer: Machine
    ) -> None:
        await factories.a_machine(tag="LAS-01")
        await browser.sign_in(manager)
        text = (await browser.get("/desk/machines/printer")).text
        assert '<svg viewBox="0 0' in text
        assert "/at/PRI-01</bdi>" in text
        one = (await browser.get("/desk/machines/printer/qr")).text
        assert one.count('class="qr"') == 1
        for words in ("طابعة", "Imprimante", "Printer", 'lang="ar"', 'lang="fr"'):
            assert words in one
        assert (await browser.get("/desk/machines/qr")).text.count('class="qr"') == 2


class TestTheTablet:
    async def test_no_name_in_any_byte(
        self, tablet: Browser, ada: Member, manager: Member, printer: Machine, travel: Travel
    ) -> None:
        """Whoever looks: nobody, a member, staff who may know; in every language."""
        ben = await factories.a_member(given_name_latin="Ben", family_name_latin="Amar")
        other = await factories.a_machine(tag="LAS-01", slug="laser")
        await factories.a_booking(hours(0), printer, ada)
        await factories.a_booking(hours(0), other, ben)
        await factories.a_booking(hours(2), other, ben)
        for language in ("en", "fr", "ar"):
            pages = ["/kiosk", "/kiosk/who"]
            texts = [(await tablet.get(path)).text for path in pages]
            for member in (ada, manager):
                await tablet.post("/kiosk/language", data={"language": language})
                await come(tablet, member)
                for path in ("/kiosk/me", "/kiosk/at/PRI-01", "/kiosk/at/LAS-01"):
                    answer = await tablet.get(path)
                    assert answer.status_code == 200
                    texts += [answer.text, str(answer.headers)]
                for what in ("check-in", "finish", "start", "fault"):
                    texts.append((await tablet.post(f"/kiosk/at/LAS-01/{what}")).text)
            found = [(name, text) for text in texts for name in NAMES if name in text]
            assert found == []

    async def test_one_sees_only_ones_own_of_today(
        self, tablet: Browser, ada: Member, printer: Machine
    ) -> None:
        other = await factories.a_machine(tag="LAS-01", slug="laser")
        await factories.a_booking(hours(3), printer, ada)
        await factories.a_booking(hours(27, 1), other, ada)  # tomorrow
        await factories.a_booking(hours(5), other)
        await come(tablet, ada)
        text = (await tablet.get("/kiosk/me")).text
        assert "12:00\u202f–\u202f13:00" in text
        assert "14:00\u202f–\u202f15:00" not in text
        assert text.count("confirmed") == 1

    async def test_a_tap_of_the_staff_checks_somebody_in(
        self, tablet: Browser, ada: Member, manager: Member, printer: Machine
    ) -> None:
        booking = await factories.a_booking(hours(0), printer, ada)
        await come(tablet, manager)
        answer = await tablet.submit("/kiosk/me", "/kiosk/at/PRI-01/check-in")
        assert answer.headers["location"] == "/kiosk/me"
        found = await only_booking()
        assert (found.id, found.status) == (booking.id, Status.CHECKED_IN)
        assert (found.operator, found.checked_in_by) == (ada.id, manager.id)
        assert found.checked_in_via == "kiosk"

    async def test_otherwise_staff_do_no_more_there_than_members(
        self, tablet: Browser, ada: Member, manager: Member, printer: Machine
    ) -> None:
        """A PIN is short: it opens no power over others but the tap."""
        booking = await factories.a_booking(hours(0), printer, ada, status=Status.CHECKED_IN)
        await come(tablet, manager)
        data = {"booking": str(booking.id)}
        assert (await tablet.post("/kiosk/at/PRI-01/finish", data=data)).status_code == 404
        viewer = await viewer_of(manager.id)
        assert viewer is not None
        assert not viewer.acts_as_staff

    async def test_when_the_half_minute_is_over_nothing_is_done(
        self, tablet: Browser, ada: Member, printer: Machine, travel: Travel
    ) -> None:
        booking = await factories.a_booking(hours(0), printer, ada)
        await come(tablet, ada)
        cookie: Any = tablet.cookies["guest"]
        travel(timedelta(seconds=30))
        for what in ("check-in", "finish", "start", "fault"):
            tablet.cookies.set("guest", cookie, domain="lab.test")
            data = {"booking": str(booking.id), "text": "Broken", "note": ""}
            answer = await tablet.post(f"/kiosk/at/PRI-01/{what}", data=data)
            assert answer.headers["location"] == "/kiosk"
        assert (await only_booking()).status == Status.CONFIRMED
        assert not await Activity.exists().where(Activity.verb == "fault")

    async def test_the_board_tells_free_busy_and_down(
        self, tablet: Browser, printer: Machine
    ) -> None:
        await factories.a_booking(hours(0), printer, status=Status.CHECKED_IN)
        await factories.a_machine(tag="LAS-01")
        await factories.a_machine(tag="CNC-01", status="out_of_order")
        text = (await tablet.get("/kiosk")).text
        for words in ("Free from 10:00", "Free now until", "Out of order"):
            assert words in text, words

    async def test_few_statements(
        self, tablet: Browser, ada: Member, manager: Member, printer: Machine, counted: Counting
    ) -> None:
        for start in range(5):
            await factories.a_booking(hours(start), await factories.a_machine(), ada)
        for member in (ada, manager):
            await come(tablet, member)
            await tablet.get("/kiosk/me")
            with counted() as sent:
                await tablet.get("/kiosk/me")
            assert sent.count <= 8, sent.statements
