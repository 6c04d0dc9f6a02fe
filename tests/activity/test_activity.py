"""What was done is written down with the change, and never changed after."""

from datetime import timedelta
from typing import Any

import pytest

from fablab.activity import queries
from fablab.activity.actions import record
from fablab.core import clock, db
from fablab.core.words import Words
from tests.conftest import Travel
from tests.factories import MONDAY


async def test_a_change_is_remembered_with_before_and_after() -> None:
    await record(
        "moved",
        "booking",
        7,
        actor=3,
        member=5,
        before={"starts_at": MONDAY},
        after={"starts_at": MONDAY + timedelta(hours=1), "machine": Words(en="Laser")},
        reason="Asked by phone",
    )
    [entry] = (await queries.of_thing("booking", 7)).items
    assert (entry.verb, entry.actor, entry.member, entry.at) == ("moved", 3, 5, MONDAY)
    assert entry.before == {"starts_at": MONDAY}
    assert entry.after == {"starts_at": MONDAY + timedelta(hours=1), "machine": {"en": "Laser"}}
    assert entry.reason == "Asked by phone"


async def test_it_is_undone_with_its_change() -> None:
    with pytest.raises(ConnectionError):
        await a_change_that_fails()
    assert (await queries.everything()).items == []


@db.transactional
async def a_change_that_fails() -> None:
    await record("made", "booking", 1, actor=None)
    raise ConnectionError


async def test_each_thing_and_each_member_has_their_own() -> None:
    await record("made", "booking", 1, actor=3, member=3)
    await record("made", "machine", 1, actor=4)
    await record("held", "member", 3, actor=4, member=3)
    assert [entry.thing for entry in (await queries.of_thing("booking", 1)).items] == ["booking"]
    things = [entry.thing for entry in (await queries.of_member(3)).items]
    assert things == ["member", "booking"]


async def test_pages_follow_each_other_newest_first(
    travel: Travel, monkeypatch: pytest.MonkeyPatch, counted: Any
) -> None:
    for number in range(queries.PAGE + 1):
        await record("made", "booking", number, actor=None)
    first = await queries.everything()
    with counted() as sent:
        second = await queries.everything(below=first.older)
    assert [entry.thing_id for entry in second.items] == [0]
    assert second.older is None
    assert len(first.items) == queries.PAGE
    assert sent.count == 1


@pytest.mark.parametrize("change", ["UPDATE activity SET verb = 'x'", "DELETE FROM activity"])
async def test_the_database_keeps_it_as_it_was(change: str) -> None:
    await record("made", "booking", 1, actor=None, after={"at": clock.now().isoformat()})
    with pytest.raises(Exception, match="append_only"):
        async with db.transaction():
            await db.execute(change)
