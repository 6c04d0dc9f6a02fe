"""Series as programs read them."""

import json
from collections.abc import Sequence

from fablab.bookings import listing
from fablab.bookings.series.queries import visible_to
from fablab.bookings.series.schemas import DateShown, SeriesShown
from fablab.bookings.tables import Series
from fablab.core import db
from fablab.core.errors import NotFound
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer

ABOUT = """
SELECT m.number, p.slug AS project FROM series s JOIN member m ON m.id = s.member
LEFT JOIN project p ON p.id = s.project WHERE s.id = {}
"""


async def one(
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    series_id: int,
) -> SeriesShown:
    """One that this viewer may see, else NotFound. Two statements."""
    return await whole(viewer, place, machines, await visible_to(viewer, series_id))


async def whole(
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    series: Series,
    left_out: Sequence[DateShown] = (),
) -> SeriesShown:
    """The same of one that the viewer has just made. One statement."""
    sql = f"{listing.SHOWN} WHERE b.series = {{}} ORDER BY b.occurrence, b.id"
    rows = await db.fetch(sql, series.id)
    # Its bookings are all of one member and one project.
    [about] = rows[:1] or await db.fetch(ABOUT, series.id)
    view = machines.by_id(series.machine)
    if view is None:
        raise NotFound("machine")
    return SeriesShown(
        id=series.id,
        uid=series.uid,
        machine=view.slug,
        member=about["number"],
        project=about["project"],
        starts=series.starts_wall,
        ends=series.ends_wall,
        repeat=repeat_of(series),
        follows=series.follows,
        followed_by=series.followed_by,
        bookings=[listing.shown(row, viewer, place, machines) for row in rows],
        left_out=list(left_out),
    )


def repeat_of(series: Series) -> dict[str, object]:
    found: dict[str, object] = json.loads(series.repeat)
    return found
