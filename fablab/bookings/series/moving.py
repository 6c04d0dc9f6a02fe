"""The bookings of a series at their new times, and what is remembered of it."""

from collections.abc import Sequence

from fablab.activity.actions import Change, record_all
from fablab.bookings import telling
from fablab.bookings.moving import move_all
from fablab.bookings.series.altering import Altered
from fablab.bookings.tables import Series
from fablab.members.viewer import Viewer


async def move(moved: Sequence[Altered], series: Series) -> None:
    """To where they were granted, as bookings of that series."""
    granted = [(each, each.judged) for each in moved if each.judged]
    for each, _ in granted:
        each.before = telling.place_of(each.row)
    await move_all(
        [each.row for each, _ in granted],
        [judged for _, judged in granted],
        [{"occurrence": each.day, "series": series.id} for each, _ in granted],
    )


async def noted(actor: Viewer, series: Series, after: Series, moved: Sequence[Altered]) -> None:
    """One line for each booking, one for the series, in one statement."""
    changes = [
        telling.moved_by(actor, each.row, each.judged, each.before) for each in moved if each.judged
    ]
    bookings = [each.row.id for each in moved]
    override = next((each.judged.override for each in moved if each.judged), None)
    whole = Change(
        "changed" if series.id == after.id else "divided",
        "series",
        series.id,
        actor=actor.id,
        member=series.member,
        after={"bookings": bookings, "followed_by": None if series.id == after.id else after.id},
        reason=override.reason if override else "",
    )
    await record_all([*changes, whole])
