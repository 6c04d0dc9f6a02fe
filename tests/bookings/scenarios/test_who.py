"""Who may what, and who learns of whom: the scenarios of this name."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from fablab.bookings.tables import Booking
from fablab.calendars import actions as calendars
from fablab.core.words import Words
from fablab.kiosk import actions as tablets
from fablab.machines.queries import catalogue
from fablab.machines.tables import Machine
from fablab.members.tables import Member, Project, ProjectMember
from fablab.members.viewer import Viewer
from fablab.notifications.tables import Notification
from tests import factories
from tests.bookings.conftest import Book
from tests.bookings.scenarios.conftest import Program, a_fine_machine, codes, said, times, wish
from tests.conftest import Travel
from tests.factories import hours
from tests.rights.scene import PEOPLE
from tests.rights.table import rows as rights
from tests.support.browser import Browser

HANDLED = {"see": "show", "change": "change", "cancel": "cancel", "check in": "check-in"}
STRANGERS, THEIRS = {"other", "trainer"}, {"teammate", "owner", "manager", "admin"}


@pytest.mark.parametrize("verb", HANDLED)
def test_p1_each_role_has_its_answer_in_the_table_of_rights(verb: str) -> None:
    """The table is asked of the app itself by tests/rights; here it must say what is promised."""
    name = HANDLED[verb]
    told = {
        row: dict(zip(PEOPLE, rights()[row], strict=True))
        for row in (f"bookings:{name}", f"api:{'booking' if name == 'show' else name}")
    }
    for row, answers in told.items():
        assert {answers[who] for who in STRANGERS} == {"404"}, row
        assert not {answers[who] for who in THEIRS} & {"401", "403", "404", "in"}, row
        assert answers["anonymous"] in ("in", "401"), row


@pytest.mark.parametrize("row", ["desk:approve", "desk:reject", "api:approve", "api:reject"])
def test_p1_staff_alone_approve(row: str) -> None:
    answers = dict(zip(PEOPLE, rights()[row], strict=True))
    may = {who for who, told in answers.items() if told not in ("in", "401", "403", "404")}
    assert may == {"manager", "admin"}
    assert {answers[who] for who in ("teammate", "owner")} == {"403"}
    assert {answers[who] for who in STRANGERS} == {"404"}


@pytest.fixture
async def booked_by_ada(ada: Viewer, printer: Machine, book: Book) -> Booking:
    return (await book(ada, printer, hours(1), note="For the gears")).booking


OTHERS_READ = (
    "/schedule?date=2026-11-30",
    "/machines/{slug}/bookings",
    "/machines/{slug}",
    "/machines",
    "/openings?machine={slug}",
    "/bookings",
)
OTHERS_SEE = (
    "/",
    "/at/{tag}",
    "/find?machine={slug}&minutes=60",
    "/waitlist/new?machine={slug}&start=2026-11-30T10:00&end=2026-11-30T11:00",
    "/schedule?date=2026-11-30",
    "/machines/{slug}",
    "/machines/{slug}/week?date=2026-11-30",
    "/bookings/new?machine={slug}&date=2026-11-30",
    "/me",
)


@pytest.mark.parametrize("address", OTHERS_READ)
async def test_p2_no_json_tells_other_members_who_has_booked(
    address: str, booked_by_ada: Booking, ben_asks: httpx.AsyncClient, printer: Machine
) -> None:
    answer = await ben_asks.get(address.format(slug=printer.slug))
    assert answer.status_code == 200
    assert not tells_of_ada(answer.text)


@pytest.mark.parametrize("address", OTHERS_SEE)
async def test_p2_no_page_or_tooltip_tells_other_members_who_has_booked(
    address: str, booked_by_ada: Booking, ben: Viewer, printer: Machine, browser: Browser
) -> None:
    await browser.sign_in(ben.id)
    answer = await browser.get(address.format(slug=printer.slug, tag=printer.tag))
    assert answer.status_code == 200
    assert not tells_of_ada(answer.text)


async def test_p2_no_refusal_tells_who_has_booked(
    booked_by_ada: Booking, ben_asks: httpx.AsyncClient, printer: Machine
) -> None:
    for path in ("/bookings", "/bookings/check"):
        answer = await ben_asks.post(path, json=wish(printer))
        assert "taken" in answer.text
        assert not tells_of_ada(answer.text)


async def test_p2_no_calendar_tells_other_members_who_has_booked(
    booked_by_ada: Booking, ben: Viewer, printer: Machine, browser: Browser
) -> None:
    feed = await calendars.subscribe(ben.id, printer.slug, await catalogue())
    answer = await browser.get(f"/calendar/{feed.key}.ics")
    assert "BEGIN:VEVENT" in answer.text
    assert not tells_of_ada(answer.text)


@pytest.mark.parametrize("address", ["/kiosk", "/kiosk/at/{tag}"])
async def test_p2_no_tablet_tells_who_has_booked(
    address: str, booked_by_ada: Booking, manager: Viewer, printer: Machine, browser: Browser
) -> None:
    key = await tablets.put_up(manager.id, "Lobby", None)
    browser.cookies.set("kiosk", key, domain="lab.test")
    answer = await browser.get(address.format(tag=printer.tag))
    assert answer.status_code in (200, 303)
    assert not tells_of_ada(answer.text)


async def test_p2_no_mail_to_who_waits_tells_who_has_booked(
    booked_by_ada: Booking, ada_asks: httpx.AsyncClient, ben: Viewer, ben_asks: httpx.AsyncClient
) -> None:
    window = {"from": times(1)["starts_at"], "to": times(1)["ends_at"]}
    machine = (await ada_asks.get(f"/bookings/{booked_by_ada.id}")).json()["machine"]
    await ben_asks.post("/waitlist", json={"machine": machine, **window})
    await ada_asks.post(f"/bookings/{booked_by_ada.id}/cancel", json={"give_up": True})
    told = await Notification.objects().where(Notification.member == ben.id)
    assert [each.template for each in told] == ["bookings/offered"]
    assert not tells_of_ada(told[0].facts)


async def test_p2_staff_see_who(
    booked_by_ada: Booking, manager: Viewer, program: Program, printer: Machine
) -> None:
    answer = await (await program(manager)).get(f"/machines/{printer.slug}/bookings")
    assert tells_of_ada(answer.text)


def tells_of_ada(text: str) -> bool:
    return any(word in text for word in ("Lovelace", "لوفلايس", "For the gears", "ada1"))


async def a_team(lead: Viewer, *others: Viewer) -> Project:
    project = await Project.objects().create(
        slug="saqi", lead=lead.id, title=Words(en="Saqi").dump()
    )
    rows = [ProjectMember(project=project.id, member=each.id) for each in (lead, *others)]
    await ProjectMember.insert(*rows)
    return project


class TestP4:
    @pytest.fixture
    async def laser(self, lab: None) -> Machine:
        return await a_fine_machine(certification=(await factories.a_certification("laser")).id)

    @pytest.fixture
    async def made(self, ada: Viewer, ben: Viewer, laser: Machine, program: Program) -> Any:
        """Ada is certified, and books in the name of the project that is Ben's too."""
        await a_team(ada, ben)
        await certified(ada, "laser")
        answer = await (await program(ada)).post("/bookings", json=wish(laser, project="saqi"))
        assert answer.status_code == 201
        return answer.json()

    async def test_p4_a_teammate_without_the_certificate_does_not_check_in(
        self, made: Any, ben_asks: httpx.AsyncClient, travel: Travel
    ) -> None:
        travel(timedelta(minutes=55))
        answer = await ben_asks.post(f"/bookings/{made['id']}/check-in")
        assert (answer.status_code, codes(answer)) == (422, {"not_certified"})

    async def test_p4_a_teammate_with_it_does_and_is_the_operator(
        self, made: Any, ben: Viewer, ben_asks: httpx.AsyncClient, travel: Travel
    ) -> None:
        await certified(ben, "laser")
        travel(timedelta(minutes=55))
        answer = await ben_asks.post(f"/bookings/{made['id']}/check-in")
        assert answer.json()["status"] == "checked_in"
        row = await Booking.select(Booking.operator).first()
        assert row == {"operator": ben.id}

    async def test_p4_a_stranger_finds_nothing(self, made: Any, program: Program) -> None:
        stranger = await program(await factories.a_member())
        address = f"/bookings/{made['id']}"
        answers = [
            await stranger.get(address),
            await stranger.patch(address, json=times(3)),
            *[await stranger.post(f"{address}/{verb}") for verb in ("check-in", "finish")],
            await stranger.post(f"{address}/cancel", json={"give_up": True}),
        ]
        assert [answer.status_code for answer in answers] == [404] * 5


async def certified(viewer: Viewer, certification: str) -> None:
    member = await Member.objects().get(Member.id == viewer.id)
    await factories.a_certificate(certification, member)


class TestP5:
    @pytest.fixture
    async def desks(self, lab: None) -> list[Machine]:
        family = await factories.a_category(slug="desks")
        return [await a_fine_machine(category=family.id) for _ in range(3)]

    def all_three(self, desks: list[Machine]) -> dict[str, Any]:
        return {"machines": [each.slug for each in desks], **times(3)}

    async def test_p5_one_is_taken_and_nothing_is_booked(
        self, desks: list[Machine], ada_asks: httpx.AsyncClient, ben_asks: httpx.AsyncClient
    ) -> None:
        await ben_asks.post("/bookings", json=wish(desks[1], 3))
        answer = await ada_asks.post("/bookings", json=self.all_three(desks))
        assert (answer.status_code, codes(answer)) == (409, {"taken"})
        taken = said(answer, "taken")
        name = Words.parse(desks[1].name).say("en")
        assert taken["field"] == "machines[1]"
        assert taken["message"].replace("\u2068", "").startswith(f"{name}: ")
        assert await Booking.count() == 1

    async def test_p5_giving_back_one_asks_all_or_that_one(
        self, desks: list[Machine], ada: Viewer, ada_asks: httpx.AsyncClient, browser: Browser
    ) -> None:
        made = (await ada_asks.post("/bookings", json=self.all_three(desks))).json()["bookings"]
        await browser.sign_in(ada.id)
        page = await browser.get(f"/bookings/{made[0]['id']}")
        assert "Cancel only this one" in page.text
        assert "Cancel all of it" in page.text
        await ada_asks.post(f"/bookings/{made[0]['id']}/cancel")
        assert await Booking.count().where(Booking.status == "cancelled") == 1
        await ada_asks.post(f"/bookings/{made[1]['id']}/party/cancel")
        assert await Booking.count().where(Booking.status == "cancelled") == 3


async def test_p6_a_double_tap_shows_the_same_booking(
    ada_asks: httpx.AsyncClient, printer: Machine
) -> None:
    first = await ada_asks.post("/bookings", json=wish(printer))
    again = await ada_asks.post("/bookings", json=wish(printer))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert await Booking.count() == 1


async def test_p6_after_a_lost_answer_the_key_finds_it(
    ada_asks: httpx.AsyncClient, printer: Machine
) -> None:
    key = {"idempotency-key": "tapped"}
    first = await ada_asks.post("/bookings", json=wish(printer), headers=key)
    again = await ada_asks.post("/bookings", json=wish(printer), headers=key)
    assert (first.status_code, again.content) == (201, first.content)
    assert await Booking.count() == 1


async def test_e1_all_broken_rules_come_together_each_with_its_way_out(
    ada_asks: httpx.AsyncClient, lab: None
) -> None:
    course = await factories.a_certification("laser")
    laser = await a_fine_machine(certification=course.id)
    answer = await ada_asks.post("/bookings", json=wish(laser, 9, 5))
    assert answer.status_code == 422
    assert codes(answer) == {"closed", "too_long", "not_certified"}
    assert said(answer, "closed")["nearest"] == ["2026-12-01T09:00:00+00:00"]
    assert said(answer, "too_long")["nearest"] == ["2026-11-30T22:00:00+00:00"]
    assert "Laser" in said(answer, "not_certified")["message"]


@pytest.fixture
async def laser(lab: None) -> Machine:
    for slug in ("mdf", "leather", "pvc"):
        await factories.a_material(slug)
    return await a_fine_machine(
        accepted_materials=["mdf"], restricted_materials=["leather"], banned_materials=["pvc"]
    )


async def test_p7_pvc_goes_into_no_laser_whoever_asks(
    ada_asks: httpx.AsyncClient, laser: Machine, program: Program
) -> None:
    answer = await ada_asks.post("/bookings", json=wish(laser, material="pvc"))
    assert (answer.status_code, codes(answer)) == (422, {"material_banned"})
    told = said(answer, "material_banned")
    assert (told["field"], told["overridable"]) == ("material", False)
    assert "It takes: MDF" in told["message"]
    for person in (await factories.a_manager(), await factories.an_admin()):
        override = {"rules": ["material_banned"], "reason": "It is only a little."}
        asks = await program(person)
        answer = await asks.post("/bookings", json=wish(laser, material="pvc", override=override))
        assert codes(answer) == {"material_banned"}
    assert await Booking.count() == 0


@pytest.mark.parametrize("material", ["unknown", "leather"])
async def test_p7_what_nobody_knows_waits_for_staff(
    material: str,
    ada_asks: httpx.AsyncClient,
    laser: Machine,
    program: Program,
    manager: Viewer,
) -> None:
    made = (await ada_asks.post("/bookings", json=wish(laser, material=material))).json()
    assert (made["status"], made["awaits"]) == ("pending", ["material"])
    staff = await program(manager)
    answer = await staff.post(f"/bookings/{made['id']}/approve", json={"reason": "Go on."})
    assert (answer.status_code, answer.json()["status"]) == (200, "confirmed")


async def test_p7_a_word_that_is_no_material_is_refused(
    ada_asks: httpx.AsyncClient, laser: Machine
) -> None:
    answer = await ada_asks.post("/bookings", json=wish(laser, material="kryptonite"))
    assert codes(answer) == {"unknown_material"}


class TestP8:
    """A pupil of fourteen."""

    @pytest.fixture
    async def printers(self, lab: None) -> dict[str, Machine]:
        night = {"attendance": "start_and_end_staffed", "max_minutes": 24 * 60}
        return {
            "green": await a_fine_machine(safety_class="green"),
            "red": await a_fine_machine(safety_class="red"),
            "overnight": await a_fine_machine(night, safety_class="green"),
        }

    async def pupil(self, program: Program, **values: Any) -> httpx.AsyncClient:
        born = {"birth_year": 2012, "declared_adult": False}
        return await program(await factories.a_member(**born | values))

    async def test_p8_without_consent_nothing(
        self, program: Program, printers: dict[str, Machine]
    ) -> None:
        asks = await self.pupil(program)
        answer = await asks.post("/bookings", json=wish(printers["green"]))
        assert (answer.status_code, codes(answer)) == (422, {"minor_not_allowed"})
        assert not said(answer, "minor_not_allowed")["overridable"]

    @pytest.mark.parametrize(
        ("machine", "start", "length", "status"),
        [("green", 1, 1, 201), ("red", 1, 1, 422), ("overnight", 8, 17, 422)],
    )
    async def test_p8_with_consent_green_and_staffed(
        self,
        machine: str,
        start: float,
        length: float,
        status: int,
        program: Program,
        printers: dict[str, Machine],
    ) -> None:
        """From Monday 17:00 to Tuesday 10:00 nobody is there at night."""
        asks = await self.pupil(program, consent_until=date(2027, 6, 30))
        answer = await asks.post("/bookings", json=wish(printers[machine], start, length))
        assert answer.status_code == status
        if status != 201:
            assert codes(answer) == {"minor_not_allowed"}

    async def test_p8_overnight_is_fine_for_the_grown_up(
        self, ada_asks: httpx.AsyncClient, printers: dict[str, Machine]
    ) -> None:
        """So it is their age that refuses the pupil."""
        answer = await ada_asks.post("/bookings", json=wish(printers["overnight"], 8, 17))
        assert answer.status_code == 201


@pytest.mark.parametrize("field", ["member", "status", "price", "approved_by", "override"])
async def test_p3_what_is_not_a_members_to_set_is_refused(
    field: str, ada_asks: httpx.AsyncClient, ben: Viewer, printer: Machine
) -> None:
    value: Any = {"rules": ["too_long"], "reason": "because"} if field == "override" else ben.number
    answer = await ada_asks.post("/bookings", json=wish(printer, **{field: value}))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert await Booking.count() == 0
    made = (await ada_asks.post("/bookings", json=wish(printer))).json()
    changed = await ada_asks.patch(f"/bookings/{made['id']}", json={field: value, **times(3)})
    assert changed.status_code == 403
    assert (await ada_asks.get(f"/bookings/{made['id']}")).json() == made


async def test_p3_unknown_fields_are_refused(ada_asks: httpx.AsyncClient, printer: Machine) -> None:
    answer = await ada_asks.post("/bookings", json=wish(printer, colour="blue"))
    assert (answer.status_code, codes(answer)) == (400, {"unknown_field"})
    made = (await ada_asks.post("/bookings", json=wish(printer))).json()
    for path, body in (("", {"colour": "blue"}), ("/cancel", {"free": True})):
        send = ada_asks.patch if not path else ada_asks.post
        changed = await send(f"/bookings/{made['id']}{path}", json=body)
        assert changed.status_code == 400, path


async def test_p3_a_token_of_staff_without_the_scope_is_a_members(
    program: Program, manager: Viewer, ben: Viewer, printer: Machine
) -> None:
    asks = await program(manager, "read", "book")
    answer = await asks.post("/bookings", json=wish(printer, member=ben.number))
    assert answer.status_code == 403
