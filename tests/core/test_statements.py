"""Statements in words of ours, and rows written without Piccolo's."""

from datetime import UTC, datetime

import pytest

from fablab.core import db
from fablab.core.statements import Statement
from tests.core.own_databases import Shelf, names


def test_each_argument_is_a_value_and_pieces_are_put_in() -> None:
    ids = db.among([7, 8])
    asked = Statement("SELECT a WHERE b = {} AND c IN {} AND d = {}", "x", ids, None)
    words = "SELECT a WHERE b = $1 AND c IN ($2, $3) AND d = $4"
    assert asked.compile_string() == (words, ["x", 7, 8, None])
    assert asked.compile_string("sqlite")[0] == "SELECT a WHERE b = ? AND c IN (?, ?) AND d = ?"


def test_an_argument_too_many_or_too_few_is_an_error() -> None:
    for given in ([1], [1, 2, 3]):
        with pytest.raises(ValueError, match="zip"):
            Statement("SELECT {}, {}", *given).compile_string()


async def test_a_written_row_knows_its_id(either: db.AnyEngine) -> None:
    row = Shelf(name="a")
    await db.insert(row)
    found = await Shelf.objects().get(Shelf.name == "a")
    assert found is not None
    assert row.id == found.id
    row.name = "b"
    await row.save()
    assert await names() == ["b"]


async def test_many_rows_are_written_in_few_statements(either: db.AnyEngine) -> None:
    with db.counting() as counted:
        await db.insert_all([Shelf(name=f"{number:04}") for number in range(501)])
    assert counted.count == 2
    assert len(await names()) == 501
    await db.insert_all([])


async def test_locked_rows_come_as_they_are_stored(either: db.AnyEngine) -> None:
    await db.insert(Shelf(name="a"))
    [stored] = await Shelf.objects()
    async with db.transaction():
        row = await db.locked(Shelf, stored.id)
        row.name = "b"
        await row.save()
    assert await names() == ["b"]


async def test_a_naive_datetime_has_no_place_in_a_statement(either: db.AnyEngine) -> None:
    naive = datetime(2026, 11, 22, 12, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="naive"):
        await db.fetch("SELECT CAST({} AS TEXT) AS at", naive)
