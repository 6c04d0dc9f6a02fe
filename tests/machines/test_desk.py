"""Staff say whether a machine works."""

from datetime import UTC, datetime, timedelta

import pytest

from fablab.activity.tables import Activity
from fablab.core.words import Words
from fablab.machines import queries
from fablab.machines.catalogue import MachineView
from fablab.members.tables import Member
from tests.factories import MONDAY
from tests.factories.lab import a_lab
from tests.factories.machines import a_machine
from tests.factories.members import a_manager, a_member
from tests.support.browser import Browser
from tests.support.counting import Counting


@pytest.fixture(autouse=True)
async def manager(rolled_back: None, browser: Browser) -> Member:
    await a_lab()
    manager = await a_manager()
    await browser.sign_in(manager)
    return manager


async def laser() -> MachineView:
    found = (await queries.catalogue()).by_slug("laser")
    assert found
    return found


async def test_only_staff_change_a_machine(browser: Browser) -> None:
    await a_machine(slug="laser")
    await browser.sign_in(await a_member())
    assert (await browser.get("/desk/machines")).status_code == 403
    posted = await browser.post("/desk/machines/laser", data={"status": "retired"})
    assert posted.status_code == 403
    assert (await laser()).works


async def test_a_machine_is_stopped_with_a_note_and_a_return(
    browser: Browser, manager: Member
) -> None:
    await a_machine(slug="laser")
    answer = await browser.submit(
        "/desk/machines/laser",
        status="out_of_order",
        note_fr="Lentille fendue",
        back_on="2026-12-03",
        back_time="14:00",
    )
    assert answer.status_code == 303
    found = await laser()
    assert found.status == "out_of_order"
    assert found.status_note == Words(fr="Lentille fendue")
    assert found.expected_back_at == datetime(2026, 12, 3, 14, tzinfo=UTC)
    entry = await Activity.objects().get(Activity.thing == "machine")
    assert (entry.verb, entry.actor) == ("changed_status", manager.id)
    shown = await browser.get("/desk/machines")
    assert "Lentille fendue" in shown.text


async def test_what_works_again_has_no_note_and_no_danger(browser: Browser) -> None:
    await a_machine(
        slug="laser",
        status="out_of_order",
        dangerous=True,
        status_note=Words(en="Smoke"),
        expected_back_at=MONDAY + timedelta(days=1),
    )
    answer = await browser.submit("/desk/machines/laser", status="available")
    assert answer.status_code == 303
    found = await laser()
    assert found.works
    assert not found.dangerous
    assert not found.status_note
    assert found.expected_back_at is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"back_on": "2026-11-29"}, "The expected return must lie ahead."),
        ({"back_time": "10:00"}, "Choose the day as well."),
        ({"status": "melted"}, "This is not one of the choices."),
        ({"back_on": "2026-13-01"}, "This is not a date."),
        ({"status": ""}, "This is needed."),
    ],
)
async def test_senseless_conditions_are_refused(
    browser: Browser, fields: dict[str, str], reason: str
) -> None:
    await a_machine(slug="laser")
    sent = {"status": "maintenance"} | fields
    answer = await browser.submit("/desk/machines/laser", **sent)
    assert answer.status_code == 422
    assert reason in answer.text
    assert (await laser()).works


async def test_an_unknown_machine_is_not_there(browser: Browser) -> None:
    assert (await browser.get("/desk/machines/never-was")).status_code == 404


@pytest.mark.parametrize("address", ["/desk/machines", "/desk/machines/laser"])
async def test_the_desk_costs_few_statements(
    browser: Browser, counted: Counting, address: str
) -> None:
    for slug in ("laser", "printer"):
        await a_machine(slug=slug)
    await browser.get(address)
    with counted() as sent:
        assert (await browser.get(address)).status_code == 200
    assert sent.count <= 8, sent.statements
