"""What is kept in memory: found again, never more than there is room for."""

from fablab.core.kept import Kept, Lately


def test_what_was_put_there_is_found() -> None:
    kept: Kept[str] = Kept(2)
    assert kept.get("laser") is None
    assert kept.put("laser", "free") == "free"
    assert kept.get("laser") == "free"


def test_the_longest_unasked_for_goes_first() -> None:
    kept: Kept[str] = Kept(2)
    kept.put("laser", "free")
    kept.put("mill", "taken")
    kept.get("laser")
    kept.put("press", "closed")
    assert [kept.get(name) for name in ("laser", "mill", "press")] == ["free", None, "closed"]
    assert len(kept) == 2


def test_large_things_leave_room_for_few() -> None:
    kept: Kept[str] = Kept(10, len)
    for name in ("laser", "mill"):
        kept.put(name, name)
    kept.put("laser", "free")
    assert (len(kept), kept.filled) == (2, 8)
    kept.put("press", "closed")
    assert [kept.get(name) for name in ("laser", "mill", "press")] == ["free", None, "closed"]
    kept.put("saw", "larger than all the room")
    assert (len(kept), kept.filled) == (0, 0)


def test_only_so_much_of_what_was_read_is_known() -> None:
    lately: Lately[int] = Lately(10)
    for number in range(12):
        assert lately.get(1, number) is None
        lately.put(1, number, number)
    assert len(lately) == 10
    assert [lately.get(as_of, 11) for as_of in (1, None, 2, 1)] == [11, None, None, None]


def test_nothing_is_kept_that_cannot_be_told_from_what_is_out_of_date() -> None:
    lately: Lately[int] = Lately(10)
    lately.get(2, "ada")
    for as_of in (None, 1):
        lately.put(as_of, "ada", 7)
    assert len(lately) == 0


async def test_what_was_read_is_forgotten_with_the_next_commit() -> None:
    lately: Lately[int] = Lately(10)
    numbers = iter(range(100))

    async def reading() -> int:
        return next(numbers)

    assert [await lately.read(1, "ada", reading) for _ in range(2)] == [0, 0]
    assert await lately.read(1, "ben", reading) == 1
    assert await lately.read(2, "ada", reading) == 2
    assert await lately.read(1, "ada", reading) == 3, "an older look is read again"
    assert [await lately.read(None, "ada", reading) for _ in range(2)] == [4, 5]


async def test_what_was_read_before_a_commit_is_not_kept_after_it() -> None:
    lately: Lately[str] = Lately(10)

    async def meanwhile() -> str:
        await lately.read(2, "ada", new)
        return "old"

    async def new() -> str:
        return "new"

    assert await lately.read(1, "ada", meanwhile) == "old"
    assert await lately.read(2, "ada", meanwhile) == "new"
