"""The desk's queue, the page of the second person, and what goes in, on pages."""

from datetime import timedelta
from typing import Any

import pytest

from fablab.bookings.approval.actions import approve
from fablab.bookings.approval.company import agree
from fablab.bookings.tables import Booking, Status
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.approval.conftest import FINE, Request, a_safe_member, stored
from tests.bookings.conftest import Book
from tests.bookings.conftest import viewer as seen_as
from tests.conftest import Travel
from tests.factories import hours

QUEUE = "/desk/approvals"


@pytest.fixture
async def desk(browser: Any, manager: Viewer) -> Any:
    await browser.sign_in(manager.id)
    return browser


class TestQueue:
    async def test_the_desk_says_how_many_wait(
        self, desk: Any, request_of: Request, ada: Viewer
    ) -> None:
        assert "to decide" not in (await desk.get("/desk")).text
        await request_of(ada)
        assert "1 request to decide" in (await desk.get("/desk")).text

    async def test_soonest_decision_first_with_all_that_staff_want_to_know(
        self,
        desk: Any,
        request_of: Request,
        ada: Viewer,
        ben: Viewer,
        router: Machine,
        book: Book,
        printer: Machine,
    ) -> None:
        late = await request_of(ada, start=24 * 7 + 2, note="A sign for the door")
        soon = await request_of(ben, start=26)
        await book(ben, router, hours(27.5), member_id=None)
        night = await factories.a_machine(policy=FINE | {"attendance": "anytime"})
        await book(ben, night, hours(26))
        text = (await desk.get(QUEUE)).text
        assert text.index(f'id="request-{soon.id}"') < text.index(f'id="request-{late.id}"')
        for said in ("A sign for the door", "Ben Amar", "Just after", "the same member"):
            assert said in text, said

    async def test_it_tells_what_would_refuse_the_approval(
        self, desk: Any, request_of: Request, ada: Viewer
    ) -> None:
        booking = await request_of(ada)
        assert "would be refused" not in (await desk.get(QUEUE)).text
        await factories.a_closure(hours(26).start.date())
        assert "The lab is closed then" in (await desk.get(QUEUE)).text
        refused = await desk.submit(QUEUE, f"{QUEUE}/{booking.id}/approve")
        assert refused.status_code == 422
        answer = await desk.send_form(
            refused,
            f"{QUEUE}/{booking.id}/approve",
            override="closed",
            reason="I shall be there.",
            note="See you.",
        )
        assert answer.status_code == 303
        found = await stored(booking)
        assert (found.status, found.decision_note) == (Status.CONFIRMED, "See you.")

    async def test_a_no_needs_words(self, desk: Any, request_of: Request, ada: Viewer) -> None:
        booking = await request_of(ada)
        answer = await desk.submit(QUEUE, f"{QUEUE}/{booking.id}/reject")
        assert answer.status_code == 422
        assert (await stored(booking)).status == Status.PENDING
        answer = await desk.send_form(
            answer, f"{QUEUE}/{booking.id}/reject", note="The spindle is worn."
        )
        assert answer.status_code == 303
        await desk.sign_in(ada.id)
        assert "The spindle is worn." in (await desk.get(f"/bookings/{booking.id}")).text

    async def test_who_comes_second_is_told_on_the_page(
        self, desk: Any, request_of: Request, ada: Viewer, other_manager: Viewer
    ) -> None:
        booking = await request_of(ada)
        shown = await desk.get(QUEUE)
        await approve(other_manager, booking.id)
        answer = await desk.send_form(shown, f"{QUEUE}/{booking.id}/reject", note="No.")
        assert answer.status_code == 422
        assert "It was approved by Grace Hopper" in answer.text

    async def test_it_asks_little_however_many_wait(
        self, desk: Any, request_of: Request, counted: Any
    ) -> None:
        counts = []
        for many in (1, 6):
            for number in range(many):
                member = seen_as(await factories.a_member())
                await request_of(member, start=26 + 24 * 7 * (many > 1) + number * 0.5, length=0.5)
            await desk.get(QUEUE)
            with counted() as asked:
                await desk.get(QUEUE)
            counts.append(asked.count)
            assert asked.count <= 8, asked.statements
        assert counts[0] == counts[1]

    async def test_who_waits_sees_for_whom(
        self, browser: Any, request_of: Request, ada: Viewer
    ) -> None:
        booking = await request_of(ada)
        await browser.sign_in(ada.id)
        text = (await browser.get(f"/bookings/{booking.id}")).text
        assert "This booking is not confirmed yet" in text
        assert "The staff decide each booking of this machine." in text

    async def test_who_asks_is_told_that_it_waits(
        self, browser: Any, ada: Viewer, router: Machine
    ) -> None:
        await browser.sign_in(ada.id)
        form = f"/bookings/new?machine={router.slug}&start={hours(26).start:%Y-%m-%dT%H:%MZ}"
        shown = await browser.get(form)
        assert "Staff approve each booking, within 3 days." in shown.text
        answer = await browser.send_form(shown, "/bookings")
        assert "Your request is made" in (await browser.get(answer.headers["location"])).text


class TestSecondPerson:
    async def test_from_the_form_to_the_answer(
        self, browser: Any, ada: Viewer, kiln: Machine
    ) -> None:
        carl = seen_as(await a_safe_member(given_name_latin="Carl"))
        await browser.sign_in(ada.id)
        form = f"/bookings/new?machine={kiln.slug}&start={hours(26).start:%Y-%m-%dT%H:%MZ}"
        answer = await browser.submit(form, "/bookings", buddy=str(carl.number))
        assert answer.status_code == 303, answer.text
        booking = await Booking.objects().first()
        assert booking
        assert (booking.status, booking.buddy) == (Status.PENDING, carl.id)
        page = f"/bookings/{booking.id}/buddy"
        assert (await browser.get(page)).status_code == 404
        await browser.sign_in(carl.id)
        shown = await browser.get(page)
        assert "Ada Lovelace" in shown.text
        assert (await stored(booking)).status == Status.PENDING  # by looking nothing happens
        answer = await browser.send_form(shown, f"{page}/agree")
        assert answer.status_code == 303
        assert (await stored(booking)).status == Status.CONFIRMED
        assert (await browser.get(f"/bookings/{booking.id}")).status_code == 404

    async def test_an_unknown_number_is_said_at_its_field(
        self, browser: Any, ada: Viewer, kiln: Machine
    ) -> None:
        await browser.sign_in(ada.id)
        form = f"/bookings/new?machine={kiln.slug}&start={hours(26).start:%Y-%m-%dT%H:%MZ}"
        answer = await browser.submit(form, "/bookings", buddy="999999")
        assert answer.status_code == 422
        assert "There is no member of this number." in answer.text
        assert 'value="999999"' in answer.text

    async def test_another_is_named_on_the_page_of_the_booking(
        self, browser: Any, ada: Viewer, kiln: Machine, book: Book
    ) -> None:
        carl, dora = [seen_as(await a_safe_member()) for _ in range(2)]
        booking = (await book(ada, kiln, hours(26), buddy_id=carl.id)).booking
        await agree(carl, booking.id)
        await browser.sign_in(ada.id)
        page = f"/bookings/{booking.id}"
        assert f"Member {carl.number}" in (await browser.get(page)).text
        answer = await browser.submit(page, f"{page}/buddy", buddy=str(dora.number))
        assert answer.status_code == 303
        found = await stored(booking)
        assert (found.status, found.buddy) == (Status.PENDING, dora.id)


class TestGoesIn:
    @pytest.fixture
    async def laser(self, lab: None) -> Machine:
        for slug in ("mdf", "leather", "pvc"):
            await factories.a_material(slug)
        return await factories.a_machine(
            policy=FINE,
            accepted_materials=["mdf"],
            restricted_materials=["leather"],
            banned_materials=["pvc"],
        )

    @pytest.mark.parametrize(
        ("said", "status"), [("pvc", None), ("leather", "pending"), ("accepted", "confirmed")]
    )
    async def test_the_form_asks_and_says_what_follows(
        self, said: str, status: str | None, browser: Any, ada: Viewer, laser: Machine
    ) -> None:
        await browser.sign_in(ada.id)
        form = f"/bookings/new?machine={laser.slug}&start={hours(26).start:%Y-%m-%dT%H:%MZ}"
        answer = await browser.submit(form, "/bookings", material=said)
        made = await Booking.objects().first()
        assert (str(made.status) if made else None) == status
        if made is None:
            assert answer.status_code == 422
            assert "This must never go into this machine." in answer.text

    async def test_at_check_in_the_page_asks_whether_it_is_still_that(
        self, browser: Any, ada: Viewer, laser: Machine, book: Book, travel: Travel
    ) -> None:
        booking = (await book(ada, laser, hours(2), material="mdf")).booking
        travel(hours(2).start - timedelta(minutes=5))
        await browser.sign_in(ada.id)
        page = f"/bookings/{booking.id}"
        shown = await browser.get(page)
        assert "Booked with: MDF" in shown.text
        answer = await browser.send_form(shown, f"{page}/check-in", material="pvc")
        assert answer.status_code == 422
        answer = await browser.send_form(shown, f"{page}/check-in")
        assert answer.status_code == 303
        assert (await stored(booking)).status == Status.CHECKED_IN

    async def test_my_page_leads_to_the_question(
        self, browser: Any, ada: Viewer, laser: Machine, book: Book, travel: Travel
    ) -> None:
        booking = (await book(ada, laser, hours(2), material="mdf")).booking
        travel(hours(2).start)
        await browser.sign_in(ada.id)
        text = (await browser.get("/me")).text
        assert f'href="/bookings/{booking.id}"' in text
        assert f"/bookings/{booking.id}/check-in" not in text
