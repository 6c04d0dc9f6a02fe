"""A booking of a project: what its members may do, of whom the rules are asked, and until when."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from fablab.bookings import release
from fablab.bookings.tables import Booking, Strike
from fablab.core.errors import Refused
from fablab.core.words import Words
from fablab.machines.tables import Machine
from fablab.members.tables import Member, Project, ProjectMember
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.conftest import Book
from tests.bookings.scenarios.conftest import Program, a_fine_machine, codes, wish
from tests.conftest import Travel
from tests.factories import hours
from tests.support.browser import Browser


@pytest.fixture
async def project(ada: Viewer, ben: Viewer) -> Project:
    title = Words(en="A loom of brass").dump()
    made = await Project.objects().create(slug="loom", lead=ada.id, title=title)
    rows = [ProjectMember(project=made.id, member=each.id) for each in (ada, ben)]
    await ProjectMember.insert(*rows)
    return made


@pytest.fixture
async def made(ada_asks: httpx.AsyncClient, project: Project, printer: Machine) -> Any:
    answer = await ada_asks.post("/bookings", json=wish(printer, 3, project="loom"))
    assert answer.status_code == 201
    return answer.json()


async def test_a_teammate_finishes_what_they_checked_in(
    made: Any, ben: Viewer, ben_asks: httpx.AsyncClient, travel: Travel
) -> None:
    travel(timedelta(hours=3))
    await ben_asks.post(f"/bookings/{made['id']}/check-in")
    travel(timedelta(minutes=10))
    answer = await ben_asks.post(f"/bookings/{made['id']}/finish")
    assert answer.json()["status"] == "completed"
    row = await Booking.objects().get(Booking.id == made["id"])
    assert (row.operator, row.checked_in_by) == (ben.id, ben.id)


async def test_a_teammate_gives_it_up(made: Any, ben_asks: httpx.AsyncClient) -> None:
    answer = await ben_asks.post(f"/bookings/{made['id']}/cancel", json={})
    assert answer.json()["status"] == "cancelled"


async def test_whoever_has_left_the_project_finds_nothing(
    made: Any, project: Project, ben: Viewer, ben_asks: httpx.AsyncClient
) -> None:
    assert (await ben_asks.get(f"/bookings/{made['id']}")).status_code == 200
    await ProjectMember.delete().where(ProjectMember.member == ben.id)
    for verb in ("check-in", "finish", "cancel", "party/cancel"):
        assert (await ben_asks.post(f"/bookings/{made['id']}/{verb}")).status_code == 404
    assert (await ben_asks.get(f"/bookings/{made['id']}")).status_code == 404


async def test_a_project_that_has_ended_books_no_more(
    ada_asks: httpx.AsyncClient, project: Project, printer: Machine
) -> None:
    ended: dict[Any, Any] = {Project.ended_on: date(2026, 11, 1)}
    await Project.update(ended).where(Project.id == project.id)
    answer = await ada_asks.post("/bookings", json=wish(printer, 3, project="loom"))
    assert codes(answer) == {"not_in_project"}


async def test_a_project_that_ends_after_it_was_looked_up_books_no_more(
    ada: Viewer, book: Book, project: Project, printer: Machine
) -> None:
    ended: dict[Any, Any] = {Project.ended_on: date(2026, 11, 1)}
    await Project.update(ended).where(Project.id == project.id)
    with pytest.raises(Refused) as refused:
        await book(ada, printer, hours(3), project_id=project.id)
    assert [each.code for each in refused.value.problems] == ["not_in_project"]
    assert not await Booking.exists()


async def test_the_age_is_the_operators(
    project: Project, ben: Viewer, ada_asks: httpx.AsyncClient, ben_asks: Any, travel: Travel
) -> None:
    red = await a_fine_machine(safety_class="red")
    made = (await ada_asks.post("/bookings", json=wish(red, 3, project="loom"))).json()
    young: dict[Any, Any] = {Member.birth_year: 2011, Member.declared_adult: False}
    await Member.update(young).where(Member.id == ben.id)
    travel(timedelta(hours=3))
    answer = await ben_asks.post(f"/bookings/{made['id']}/check-in")
    assert codes(answer) == {"minor_not_allowed"}
    assert (await ada_asks.post(f"/bookings/{made['id']}/check-in")).status_code == 200


async def test_nobody_came_and_it_is_the_members_absence(
    made: Any, ada: Viewer, travel: Travel
) -> None:
    travel(timedelta(hours=4))
    assert await release.release_due() == 1
    [strike] = await Strike.objects()
    assert strike.member == ada.id


async def test_staff_book_for_a_member_and_their_project(
    project: Project, ada: Viewer, manager: Viewer, program: Program, printer: Machine
) -> None:
    desk = await program(manager)
    body = wish(printer, 3, project="loom", member=ada.number)
    assert (await desk.post("/bookings", json=body)).json()["project"] == "loom"
    stranger = await factories.a_member()
    refused = await desk.post("/bookings", json=body | {"member": stranger.number})
    assert codes(refused) == {"not_in_project"}


async def test_the_page_names_the_project_and_who_is_there(
    made: Any, ben: Viewer, browser: Browser, ben_asks: Any, travel: Travel, counted: Any
) -> None:
    travel(timedelta(hours=3))
    await ben_asks.post(f"/bookings/{made['id']}/check-in")
    await browser.sign_in(ben.id)
    page = await browser.get(f"/bookings/{made['id']}")
    assert "A loom of brass" in page.text
    assert "Ben Amar" in page.text
    with counted() as sent:
        await browser.get(f"/bookings/{made['id']}")
    assert sent.count <= 8, sent.statements


async def test_my_page_lists_the_teams_bookings(made: Any, ben: Viewer, browser: Browser) -> None:
    await browser.sign_in(ben.id)
    page = await browser.get("/me")
    assert f'href="/bookings/{made["id"]}"' in page.text
    assert "project team" in page.text
