"""A stamp changes with every change that is kept, and never comes back."""

import pytest

from fablab.core import db, versions
from fablab.core.tables import Version
from tests.core.own_databases import Box, Shelf


@pytest.fixture
def _a_database_for_those_who_wait() -> None:
    """These tests bring their own."""


@pytest.fixture
async def stamped(either: db.AnyEngine) -> db.AnyEngine:
    """Where shelves and boxes give `storage` its stamp, and boxes alone give `boxes` one."""
    await Version.create_table()
    for name, tables in {"storage": ["shelf", "box"], "boxes": ["box"]}.items():
        for ddl in versions.trigger_ddl(name, tables, either.engine_type):
            await either.run_ddl(ddl)
    return either


async def storage() -> int:
    return (await versions.stamps("storage"))["storage"]


async def test_every_kind_of_change_gives_a_new_stamp(stamped: db.AnyEngine) -> None:
    seen = [await storage()]
    await Shelf.insert(Shelf(name="a"))
    seen.append(await storage())
    await Shelf.update({Shelf.used: 1}, force=True)
    seen.append(await storage())
    await Box.insert(Box(shelf=1))
    seen.append(await storage())
    await Box.delete(force=True)
    seen.append(await storage())

    assert seen[0] == 0
    assert len(set(seen)) == 5
    assert min(seen) >= 0


async def test_only_what_changed_gets_one_and_all_are_read_at_once(stamped: db.AnyEngine) -> None:
    await Shelf.insert(Shelf(name="a"))
    with db.counting() as sent:
        found = await versions.stamps("storage", "boxes", "unheard of")
    assert sent.count == 1
    assert found["storage"] != 0
    assert found["boxes"] == found["unheard of"] == 0
    assert await versions.stamps() == {}


async def test_a_change_taken_back_never_lends_its_stamp_to_another(stamped: db.AnyEngine) -> None:
    await Shelf.insert(Shelf(name="a"))
    before = await storage()
    with pytest.raises(KeyError):
        async with db.transaction():
            await Shelf.insert(Shelf(name="b"))
            undone = await storage()
            raise KeyError
    assert await storage() == before
    await Shelf.insert(Shelf(name="c"))
    assert await storage() not in {before, undone}


async def test_the_way_back(stamped: db.AnyEngine) -> None:
    for ddl in versions.drop_trigger_ddl("storage", ["shelf", "box"], stamped.engine_type):
        await stamped.run_ddl(ddl)
    await Shelf.insert(Shelf(name="a"))
    assert await storage() == 0
