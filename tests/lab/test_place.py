"""The place as it is read from the database, and how long the reading is kept."""

from datetime import UTC, date, datetime

from fablab.core import db, versions
from fablab.core.words import Words
from fablab.lab import queries
from fablab.lab.tables import Closure, Lab
from tests.factories.lab import a_charter, a_closure, a_day_exception, a_lab, a_season
from tests.lab.hours import at, day, faces
from tests.support.counting import Counting


async def test_the_hours_are_those_staff_wrote_down() -> None:
    await a_lab()
    await a_closure(date(2026, 12, 1))
    await a_season(date(2026, 12, 7), date(2026, 12, 13), {0: ["10:00-12:00"]})
    await a_day_exception(date(2026, 12, 2), '[["21:00", "00:30"]]')
    calendar = (await queries.place()).calendar
    assert faces(calendar.opening(day("2026-11-27")).windows) == [
        "Fri 09:00-11:30",
        "Fri 14:30-18:30",
    ]
    assert calendar.opening(day("2026-12-01")).reason == Words(en="Stocktake")
    assert faces(calendar.opening(day("2026-12-07")).windows) == ["Mon 10:00-12:00"]
    assert faces(calendar.opening(day("2026-12-02")).windows) == ["Wed 21:00-00:30"]
    assert faces([calendar.next_open_lab(at("2026-11-24 10:00"))]) == ["Wed 14:30-18:30"]


async def test_a_lab_nobody_described_yet_has_defaults() -> None:
    place = await queries.place()
    assert place.name
    assert place.policy["max_minutes"] == 240
    assert place.charter is None


async def test_a_policy_number_that_is_null_is_not_set() -> None:
    await a_lab(policy='{"grace_minutes": null, "max_minutes": 120}')
    place = await queries.place()
    assert (place.policy["grace_minutes"], place.policy["max_minutes"]) == (15, 120)


async def test_the_place_is_read_once_and_then_only_its_stamp(counted: Counting) -> None:
    await a_lab()
    first = await queries.place()
    with counted() as sent:
        assert await queries.place() is first
    assert sent.count == 1


async def test_a_stamp_the_request_has_read_is_not_read_again(counted: Counting) -> None:
    await a_lab()
    stamps = await versions.stamps()
    await queries.place(stamps)
    with counted() as sent:
        await queries.place(stamps)
    assert sent.count == 0


async def test_a_change_is_seen_at_once_and_so_is_its_undoing() -> None:
    await a_lab()
    before = await queries.place()
    try:
        async with db.transaction():
            await a_closure(date(2026, 12, 1))
            assert (await queries.place()).calendar.opening(date(2026, 12, 1)).reason
            raise LookupError
    except LookupError:
        pass
    assert await queries.place() == before
    await Lab.update({Lab.shows_names: True}, force=True)
    assert (await queries.place()).shows_names
    assert not await Closure.exists()


async def test_a_new_charter_is_required_from_its_date() -> None:
    await a_lab()
    await a_charter(1)
    await a_charter(2, required_from=datetime(2026, 12, 1, tzinfo=UTC))
    place = await queries.place()
    assert place.charter
    assert place.charter.version == 2
    assert place.charter.points[0].name == Words(en="Safety first.")
    assert place.required_charter(datetime(2026, 11, 30, tzinfo=UTC)) == 1
    assert place.required_charter(datetime(2026, 12, 1, tzinfo=UTC)) == 2
    assert place.required_charter(datetime(2025, 12, 1, tzinfo=UTC)) == 0
