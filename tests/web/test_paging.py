"""Long lists in pieces: nothing twice, nothing left out, no crash on a made-up cursor."""

from datetime import datetime

import pytest

from fablab.core.errors import Unreadable
from fablab.web.paging import piece, wanted, written
from tests.factories import MONDAY

ROWS = list(range(1, 8))


def after(number: int, limit: int) -> list[int]:
    return [row for row in ROWS if row > number][:limit]


def test_all_rows_come_once() -> None:
    seen, cursor = [], None
    for _ in range(10):
        asked = wanted(3, cursor, int)
        rows = after(asked.after[0] if asked.after else 0, asked.limit + 1)
        told = piece(rows, asked, show=str, at=lambda row: (row,))
        seen += told["items"]
        cursor = told["next"]
        if cursor is None:
            break
    assert seen == [str(row) for row in ROWS]


def test_a_cursor_keeps_its_types() -> None:
    cursor = written((MONDAY, 7))
    assert wanted(None, cursor, datetime, int).after == (MONDAY, 7)


@pytest.mark.parametrize("cursor", ["!", "é", "e30", written(("x", 1)), written((1,)), "a" * 999])
def test_a_made_up_cursor_is_unreadable(cursor: str) -> None:
    with pytest.raises(Unreadable, match="unreadable"):
        wanted(None, cursor, datetime, int)


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_piece_has_a_size(limit: int) -> None:
    with pytest.raises(Unreadable):
        wanted(limit, None)
