"""The catalogue: what a machine needs and takes, who is shown it, and how long it is kept."""

from datetime import timedelta

from fablab.core.words import Words
from fablab.lab.tables import Lab
from fablab.machines import queries
from fablab.machines.tables import Machine
from tests.factories.lab import a_lab
from tests.factories.machines import (
    a_category,
    a_certification,
    a_machine,
    a_material,
    a_room,
)
from tests.support.counting import Counting


async def test_a_machine_inherits_from_its_category_and_the_lab() -> None:
    await a_lab(policy='{"grace_minutes": 20, "max_minutes": 60}')
    printing = await a_category(policy={"max_minutes": 600})
    await a_machine(slug="printer", category=printing, policy={"grace_minutes": None})
    printer = (await queries.catalogue()).by_slug("printer")
    assert printer
    assert printer.policy.max_duration == timedelta(hours=10)
    assert printer.policy.grace == timedelta(minutes=20)


async def test_the_base_certification_goes_with_every_other_one() -> None:
    safety, laser = await a_certification("safety"), await a_certification("laser")
    await a_machine(slug="laser", certification=laser, level=2)
    await a_machine(slug="scanner", certification=safety)
    await a_machine(slug="free")
    await a_machine(slug="off", certification=laser, base_certification=False)
    found = await queries.catalogue()
    asked = {
        machine.slug: [(need.slug, need.level) for need in machine.asked]
        for machine in found.machines
    }
    assert asked == {
        "laser": [("laser", 2), ("safety", 1)],
        "scanner": [("safety", 1)],
        "free": [],
        "off": [("laser", 1)],
    }


async def test_materials_have_their_names() -> None:
    await a_material("pla", "PLA")
    await a_machine(slug="printer", accepted_materials=["pla"], banned_materials=["pvc"])
    printer = (await queries.catalogue()).by_slug("printer")
    assert printer
    assert printer.accepted[0].name == Words(en="PLA")
    assert printer.banned[0].slug == "pvc"


async def test_hidden_and_retired_machines_are_for_staff() -> None:
    for status in ("available", "out_of_order", "maintenance", "retired", "hidden"):
        await a_machine(slug=status, status=status)
    found = await queries.catalogue()
    public = {machine.slug for machine in found.visible()}
    assert public == {"available", "out_of_order", "maintenance"}
    assert len(found.visible(staff=True)) == 5
    assert found.seen("hidden") is None
    assert found.seen("hidden", staff=True)


async def test_machines_are_grouped_by_category_rooms_last() -> None:
    room = await a_room()
    later, first = await a_category(position=2), await a_category(position=1)
    ids = [(await a_machine(category=each)).id for each in (later, first, later)]
    found = await queries.catalogue()
    groups = [[machine.id for machine in each.machines] for each in found.grouped(found.visible())]
    assert groups == [[ids[1]], [ids[0], ids[2]], [room.id]]


async def test_the_catalogue_is_kept_until_a_machine_or_the_lab_changes(
    counted: Counting,
) -> None:
    lab = await a_lab()
    machine = await a_machine()
    first = await queries.catalogue()
    with counted() as sent:
        assert await queries.catalogue() is first
    assert sent.count == 1
    await Machine.update({Machine.status: "maintenance"}).where(Machine.id == machine.id)
    changed = await queries.catalogue()
    assert changed.machines[0].status == "maintenance"
    await Lab.update({Lab.policy: '{"grace_minutes": 5}'}).where(Lab.id == lab.id)
    again = await queries.catalogue()
    assert again.machines[0].policy.grace == timedelta(minutes=5)
