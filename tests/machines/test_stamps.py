"""What the catalogue keeps is read again after every change of a machine that it shows."""

from fablab.core import db, versions
from fablab.machines.tables import Machine
from tests import factories

SHOWN_NOWHERE = ("id", "hours_counter")


async def stamp() -> int:
    return (await versions.of("machines"))["machines"]


async def test_every_column_but_the_minutes_of_use_gives_a_new_stamp() -> None:
    machine = await factories.a_machine()
    for column in Machine._meta.columns:
        before, name = await stamp(), column._meta.db_column_name
        await db.execute(f"UPDATE machine SET {name} = {name} WHERE id = {{}}", machine.id)
        changed = await stamp() != before
        assert changed is (name not in SHOWN_NOWHERE), name
