"""What goes into a machine: asked when it is booked, moved, and begun."""

from datetime import timedelta
from typing import Any

import pytest

from fablab.bookings import changing, checkin
from fablab.bookings.approval.actions import approve
from fablab.bookings.rules import Intent
from fablab.bookings.tables import Status
from fablab.core.errors import Refused
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.approval.conftest import FINE, stored
from tests.bookings.conftest import Book
from tests.conftest import Travel
from tests.factories import hours

LISTS: dict[str, Any] = {
    "accepted_materials": ["mdf", "acrylic"],
    "restricted_materials": ["leather"],
    "banned_materials": ["pvc"],
}


@pytest.fixture
async def laser(lab: None) -> Machine:
    for slug in ("mdf", "acrylic", "leather", "pvc", "felt"):
        await factories.a_material(slug)
    return await factories.a_machine(policy=FINE, **LISTS)


@pytest.mark.parametrize("material", ["", "mdf"])
async def test_what_is_accepted_waits_for_nobody(
    material: str, book: Book, ada: Viewer, laser: Machine
) -> None:
    booking = (await book(ada, laser, hours(26), material=material, own_material=True)).booking
    found = await stored(booking)
    assert (found.status, found.material, found.own_material) == (
        Status.CONFIRMED,
        material,
        True,
    )


@pytest.mark.parametrize("material", ["leather", "unknown", "felt"])
async def test_what_is_restricted_or_not_known_there_staff_look_at(
    material: str, book: Book, ada: Viewer, laser: Machine, manager: Viewer
) -> None:
    booking = (await book(ada, laser, hours(26), material=material)).booking
    assert (booking.status, booking.awaits) == (Status.PENDING, "material")
    await approve(manager, booking.id)
    assert (await stored(booking)).status == Status.CONFIRMED


async def test_what_is_banned_nobody_books(
    book: Book, ada: Viewer, manager: Viewer, laser: Machine
) -> None:
    for actor in (ada, manager):
        with pytest.raises(Refused) as refused:
            await book(actor, laser, hours(26), material="pvc")
        [problem] = refused.value.problems
        assert (problem.code, problem.overridable) == ("material_banned", False)


async def test_a_machine_without_lists_asks_nothing(
    book: Book, ada: Viewer, laser: Machine, printer: Machine
) -> None:
    assert (await book(ada, printer, hours(26), material="pvc")).booking.status == "confirmed"


async def test_who_starts_this_minute_waits_for_nobody(
    book: Book, ada: Viewer, laser: Machine
) -> None:
    with pytest.raises(Refused) as refused:
        await book(ada, laser, hours(0), material="leather", intent=Intent.NOW)
    assert refused.value.codes == ("material_needs_staff",)
    made = await book(ada, laser, hours(0), material="mdf", intent=Intent.NOW)
    assert made.booking.status == Status.CHECKED_IN


async def test_staff_wait_for_no_staff(book: Book, manager: Viewer, laser: Machine) -> None:
    assert (await book(manager, laser, hours(26), material="leather")).booking.awaits == ""


async def test_moved_the_other_machine_is_asked(
    book: Book, ada: Viewer, laser: Machine, manager: Viewer
) -> None:
    fierce = await factories.a_machine(
        policy=FINE, accepted_materials=["leather"], banned_materials=["mdf"]
    )
    booking = (await book(ada, laser, hours(26), material="leather")).booking
    await changing.change(ada, booking.id, machine_id=fierce.id)
    assert (await stored(booking)).status == Status.CONFIRMED
    await changing.change(ada, booking.id, machine_id=laser.id)
    assert (await stored(booking)).awaits == "material"
    await changing.change(ada, booking.id, material="mdf")
    assert (await stored(booking)).status == Status.CONFIRMED
    with pytest.raises(Refused) as refused:
        await changing.change(ada, booking.id, machine_id=fierce.id)
    assert refused.value.codes == ("material_banned",)


async def test_agreed_once_the_same_material_is_not_asked_about_again(
    book: Book, ada: Viewer, laser: Machine, manager: Viewer
) -> None:
    booking = (await book(ada, laser, hours(26), material="leather")).booking
    await approve(manager, booking.id)
    await changing.change(ada, booking.id, starts_at=hours(28).start)
    assert (await stored(booking)).status == Status.CONFIRMED


class TestCheckIn:
    async def begun(
        self, book: Book, ada: Viewer, laser: Machine, travel: Travel, material: str = "mdf"
    ) -> int:
        booking = (await book(ada, laser, hours(2), material=material)).booking
        travel(hours(2).start)
        return int(booking.id)

    async def test_it_is_what_was_booked_unless_another_is_said(
        self, book: Book, ada: Viewer, laser: Machine, travel: Travel
    ) -> None:
        booking = await self.begun(book, ada, laser, travel)
        await checkin.check_in(ada, booking, material="acrylic", own_material=True)
        found = await stored(booking)
        assert (found.status, found.material) == (Status.CHECKED_IN, "acrylic")
        assert found.own_material

    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ("pvc", "material_banned"),
            ("leather", "material_needs_staff"),
            ("unknown", "material_needs_staff"),
        ],
    )
    async def test_another_that_may_not_go_in_keeps_it_shut(
        self, said: str, code: str, book: Book, ada: Viewer, laser: Machine, travel: Travel
    ) -> None:
        booking = await self.begun(book, ada, laser, travel)
        with pytest.raises(Refused) as refused:
            await checkin.check_in(ada, booking, material=said)
        assert refused.value.codes == (code,)
        assert (await stored(booking)).status == Status.CONFIRMED

    async def test_staff_at_the_desk_decide_at_once_but_never_on_what_is_banned(
        self, book: Book, ada: Viewer, manager: Viewer, laser: Machine, travel: Travel
    ) -> None:
        booking = await self.begun(book, ada, laser, travel)
        with pytest.raises(Refused):
            await checkin.check_in(manager, booking, material="pvc")
        await checkin.check_in(manager, booking, material="leather")
        assert (await stored(booking)).material == "leather"

    async def test_what_staff_agreed_to_is_asked_no_more(
        self, book: Book, ada: Viewer, manager: Viewer, laser: Machine, travel: Travel
    ) -> None:
        booking = (await book(ada, laser, hours(26), material="leather")).booking
        await approve(manager, booking.id)
        travel(hours(26).start - timedelta(minutes=5))
        assert (await checkin.check_in(ada, booking.id)).status == Status.CHECKED_IN

    async def test_banned_since_it_was_booked_it_is_refused(
        self, book: Book, ada: Viewer, laser: Machine, travel: Travel
    ) -> None:
        booking = await self.begun(book, ada, laser, travel)
        await Machine.update(
            {Machine.accepted_materials: "[]", Machine.banned_materials: '["mdf"]'}
        ).where(Machine.id == laser.id)
        with pytest.raises(Refused) as refused:
            await checkin.check_in(ada, booking)
        assert refused.value.codes == ("material_banned",)
