"""What is kept of an answer, how much of it, and how what is one's own gets into it."""

import msgspec
import pytest

from fablab.members.tables import Role
from fablab.members.viewer import Viewer
from fablab.web import feeds
from fablab.web.feeds import OVERHEAD, Made, Shelf


def somebody(number: int, role: Role = Role.MEMBER) -> Viewer:
    return Viewer(id=number, number=number, role=role, language="en")


def test_nothing_people_write_passes_for_a_mark() -> None:
    name = 'x","mine":false,{"id":2,"mine":false'
    items = [
        {"id": 1, "mine": False, "who": name},
        {"id": 2, "mine": False, "who": name},
        {"id": 12, "mine": False},
    ]
    body = msgspec.json.encode(items)
    seen = msgspec.json.decode(feeds.owned(body, [12, 2, 99]))
    assert [each["mine"] for each in seen] == [False, True, True]
    assert [each.get("who") for each in seen] == [name, name, None]
    assert feeds.owned(body, []) == body


def test_a_shelf_holds_so_much_and_forgets_what_nobody_asks_for() -> None:
    shelf = Shelf(3 * (1_000 + OVERHEAD))
    for key in "abc":
        shelf.put(key, 1, key, 1_000)
    assert shelf.find("a", 1) == "a"
    shelf.put("d", 1, "d", 1_000)
    assert [key for key in "abcd" if shelf.find(key, 1)] == ["a", "c", "d"]
    shelf.put("d", 2, "new", 2_000)
    assert shelf.held.filled <= shelf.held.most
    assert (shelf.find("d", 1), shelf.find("d", 2)) == (None, "new")
    shelf.put("whole", 1, "too large", shelf.held.most)
    assert (shelf.find("whole", 1), shelf.held.filled) == (None, 0)


@pytest.mark.parametrize("made_of", [(1, 2), (2, 1)])
async def test_it_is_made_once_of_the_same_data(made_of: tuple[int, int]) -> None:
    made = 0

    async def make() -> Made:
        nonlocal made
        made += 1
        return Made(b'[{"id":7,"mine":false}]', {1: [7]})

    what = ("test", made_of)
    answers = [
        (await feeds.found(what, made_of, who, make))[1]
        for who in (None, somebody(1), somebody(2), somebody(1), None)
    ]
    assert [b"true" in body for body in answers] == [False, True, False, True, False]
    assert made == 1
    await feeds.found(what, (0, 0), None, make)
    assert made == 2


def test_a_mark_is_for_one_viewer_in_one_role() -> None:
    viewers = (None, somebody(1), somebody(2), somebody(1, Role.MANAGER))
    marks = [feeds.mark_of(("test",), (1,), viewer) for viewer in viewers]
    assert len({*marks, feeds.mark_of(("test",), (2,), None), feeds.mark_of((), (1,), None)}) == 6
