"""A stamp changes with every change that is kept, and never comes back."""

import pytest

from fablab.core import db, stamping, versions
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
        for ddl in stamping.one_for_all(name, tables, either.engine_type):
            await either.run_ddl(ddl)
    for ddl in stamping.one_each("box", "shelf", ["shelf"], "bookings/", either.engine_type):
        await either.run_ddl(ddl)
    return either


async def storage() -> int:
    return (await versions.stamps())["storage"]


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
        found = await versions.stamps()
        assert await versions.stamps() == found
    assert sent.count <= 2
    assert found["storage"] != 0
    assert found["boxes"] == found["unheard of"] == 0


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
    for ddl in stamping.no_more("storage", ["shelf", "box"], stamped.engine_type):
        await stamped.run_ddl(ddl)
    await Shelf.insert(Shelf(name="a"))
    assert await storage() == 0


async def test_what_stands_on_a_shelf_changes_the_stamp_of_that_shelf(
    stamped: db.AnyEngine,
) -> None:
    for name in ("a", "b", "c"):
        await Shelf.insert(Shelf(name=name))
    seen = [await versions.stamps()]
    await Box.insert(Box(shelf=1), Box(shelf=1), Box(shelf=2))
    seen.append(await versions.stamps())
    await Box.update({Box.shelf: 3}).where(Box.id == 1)
    seen.append(await versions.stamps())
    await Box.delete().where(Box.shelf == 2)
    seen.append(await versions.stamps())

    assert [len({each.of_machine(shelf) for each in seen}) for shelf in (1, 2, 3)] == [3, 3, 2]
    assert len({each.of_bookings for each in seen}) == 4


async def test_an_update_that_changes_nothing_gives_no_stamp_where_values_are_compared(
    stamped: db.AnyEngine,
) -> None:
    """SQLite looks at the columns that are named, PostgreSQL at the values."""
    await Shelf.insert(Shelf(name="a"))
    await Box.insert(Box(shelf=1))
    before = (await versions.stamps()).of_machine(1)
    await Box.update({Box.shelf: 1}, force=True)
    assert ((await versions.stamps()).of_machine(1) == before) is not db.is_sqlite()


async def test_the_way_back_of_what_is_stamped_each(stamped: db.AnyEngine) -> None:
    for ddl in stamping.none_each("box", stamped.engine_type):
        await stamped.run_ddl(ddl)
    await Shelf.insert(Shelf(name="a"))
    await Box.insert(Box(shelf=1))
    assert (await versions.stamps()).of_bookings == 0


async def test_another_connection_does_not_take_over_what_this_one_knew(
    stamped: db.AnyEngine,
) -> None:
    """Each counts the commits of others from its own beginning."""
    await Shelf.insert(Shelf(name="a"))
    before = await storage()
    await stamped.close_connection_pool()
    await Shelf.insert(Shelf(name="b"))
    await stamped.start_connection_pool()
    assert await storage() != before
