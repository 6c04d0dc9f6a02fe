"""The lab's own numbers: changed at the desk, with their history."""

import json

import pytest

from fablab.activity.tables import Activity
from fablab.lab import queries
from fablab.lab.tables import Lab, PolicyChange
from fablab.machines.queries import catalogue
from fablab.members.tables import Member
from tests.factories import MONDAY
from tests.factories.lab import a_lab
from tests.factories.machines import a_machine
from tests.factories.members import a_manager, a_member
from tests.support.browser import Browser


@pytest.fixture(autouse=True)
async def manager(rolled_back: None, browser: Browser) -> Member:
    manager = await a_manager()
    await browser.sign_in(manager)
    return manager


async def test_a_number_is_changed_with_its_history(browser: Browser, manager: Member) -> None:
    await a_lab(policy='{"grace_minutes": 20, "base_certification": "general"}')
    await a_machine(slug="own", policy={"grace_minutes": 5})
    await a_machine(slug="usual")
    answer = await browser.submit("/desk/policy", "/desk/policy", grace_minutes="25", strikes="4")
    assert answer.status_code == 303
    assert (await queries.place()).policy["grace_minutes"] == 25
    found = await catalogue()
    grace = {each.slug: each.policy.grace.total_seconds() / 60 for each in found.machines}
    assert grace == {"own": 5, "usual": 25}
    kept = json.loads((await Lab.objects().first()).policy)
    assert kept == {"grace_minutes": 25, "strikes": 4, "base_certification": "general"}
    changes = await PolicyChange.objects().order_by(PolicyChange.field)
    assert [(each.field, str(each.before), str(each.after), each.by) for each in changes] == [
        ("grace_minutes", "20", "25", manager.id),
        ("strikes", "3", "4", manager.id),
    ]
    assert changes[0].at == MONDAY
    assert (await Activity.objects().get(Activity.thing == "policy")).actor == manager.id


async def test_saving_without_a_change_leaves_no_trace(browser: Browser) -> None:
    await a_lab()
    assert (await browser.submit("/desk/policy", "/desk/policy")).status_code == 303
    assert not await PolicyChange.exists()
    assert not await Activity.exists().where(Activity.thing == "policy")


async def test_a_lab_nobody_described_gets_its_row(browser: Browser) -> None:
    assert (
        await browser.submit("/desk/policy", "/desk/policy", horizon_days="30")
    ).status_code == 303
    assert (await queries.place()).policy["horizon_days"] == 30


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"granularity_minutes": "7"}, "A day must be a whole number of steps."),
        ({"min_minutes": "45"}, "This must be a whole number of steps."),
        ({"max_minutes": "0"}, "must not be shorter than the shortest"),
        ({"grace_minutes": "soon"}, "This is not a whole number."),
        ({"horizon_days": "0"}, "At least 1."),
        ({"attendance": "never"}, "This is not one of the choices."),
    ],
)
async def test_senseless_numbers_are_refused(
    browser: Browser, fields: dict[str, str], reason: str
) -> None:
    await a_lab()
    answer = await browser.submit("/desk/policy", "/desk/policy", **fields)
    assert answer.status_code == 422
    assert reason in answer.text
    assert not await PolicyChange.exists()


async def test_staff_decide_each_booking_where_they_say_so(browser: Browser) -> None:
    """And no longer once they say the contrary; a machine's own word goes first."""
    await a_lab()
    await a_machine(slug="theirs")
    await a_machine(slug="free", policy={"needs_approval": False})
    fields = {"needs_approval": "on", "approval_days": "5"}
    assert (await browser.submit("/desk/policy", "/desk/policy", **fields)).status_code == 303
    found = {each.slug: each.policy for each in (await catalogue()).machines}
    assert (found["theirs"].needs_approval, found["theirs"].approval_days) == (True, 5)
    assert not found["free"].needs_approval
    answer = await browser.submit("/desk/policy", "/desk/policy", needs_approval=None)
    assert answer.status_code == 303
    assert not (await queries.place()).policy["needs_approval"]


async def test_only_staff_change_the_numbers(browser: Browser) -> None:
    await browser.sign_in(await a_member())
    assert (await browser.get("/desk/policy")).status_code == 403
    assert (await browser.post("/desk/policy", data={"strikes": "0"})).status_code == 403


async def test_the_labs_own_networks_are_kept_and_checked(browser: Browser) -> None:
    await a_lab()
    kept = "196.200.10.0/24\n2001:db8::/48"
    answer = await browser.submit("/desk/policy", "/desk/networks", networks=kept)
    assert answer.status_code == 303
    assert (await queries.place()).networks == ("196.200.10.0/24", "2001:db8::/48")
    for wrong in ("the lab", "0.0.0.0/0"):
        refused = await browser.submit("/desk/policy", "/desk/networks", networks=wrong)
        assert (refused.status_code, wrong in refused.text) == (422, True)
    assert len((await queries.place()).networks) == 2
