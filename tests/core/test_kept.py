"""What is kept in memory: found again, never more than there is room for."""

from fablab.core.kept import Kept


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
