"""What occupies the machines on a day, kept in memory and read again only where it changed.

What is kept is nobody's in particular: which of it is the viewer's own is asked each time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from msgspec.structs import replace

from fablab.bookings import schedule
from fablab.bookings.schedule import LIVE, Block
from fablab.bookings.taken import REACH
from fablab.core import db
from fablab.core.kept import Kept, Lately
from fablab.core.periods import Period
from fablab.core.versions import Stamps
from fablab.members.viewer import Viewer

MOST_DAYS = 60
MOST_PEOPLE = 2_000


@dataclass(frozen=True, slots=True)
class Occupied:
    """One machine's blocks, at least as new as the stamp; None where some are the viewer's own.

    `used` are the times they really take, `edges` the instants at which one begins or ends in the
    middle of a minute.
    """

    blocks: tuple[Block, ...] = ()
    stamp: int | None = None
    used: tuple[Period, ...] = ()
    edges: tuple[datetime, ...] = ()

    @classmethod
    def of(cls, blocks: Iterable[Block], stamp: int | None = None) -> "Occupied":
        found = tuple(blocks)
        edges = (
            edge
            for block in found
            for edge in (block.starts_at, block.ends_at, block.busy_until)
            if edge.second or edge.microsecond
        )
        return cls(found, stamp, tuple(each.used for each in found), tuple(edges))


Taken = Mapping[int, Occupied]
_days: Kept[dict[int, Occupied]] = Kept(MOST_DAYS)
_own: Lately[dict[int, list[int]]] = Lately(MOST_PEOPLE)


async def occupied(
    during: Period,
    viewer: Viewer | None,
    machine_ids: Sequence[int],
    stamps: Stamps,
    *,
    names: bool,
) -> Taken:
    """By machine, as this viewer may see it. Two statements at most; `stamps` were read before.

    Names are read for staff, or for everybody where the lab shows them.
    """
    named = names or (viewer is not None and viewer.is_staff)
    found = await everybodys(during, machine_ids, stamps, named)
    if viewer is not None:
        reading = partial(own, during, viewer.id)
        theirs = await _own.read(stamps.as_of, (during, viewer.id), reading)
        for machine_id, ids in theirs.items():
            if machine_id in found:
                found[machine_id] = marked(found[machine_id], ids)
    return found


async def everybodys(
    during: Period, machine_ids: Sequence[int], stamps: Stamps, named: bool
) -> dict[int, Occupied]:
    """Neutral. What changed of one machine is read of this one, else the whole day is."""
    key = (during, named, stamps["lab"], stamps["machines"], stamps["people"])
    day = _days.get(key)
    if day is None:
        day = _days.put(key, {})
    found = {each: it for each in machine_ids if (it := fresh(day, each, stamps))}
    gone = [each for each in machine_ids if each not in found]
    if gone:
        only = gone[0] if len(gone) == 1 else None
        read = await schedule.blocks(during, None, machine_id=only, names=named)
        blocks = schedule.by_machine(read)
        new = {each: Occupied.of(blocks.get(each, ()), stamps.of_machine(each)) for each in gone}
        day |= new
        found |= new
    return found


def fresh(day: Taken, machine_id: int, stamps: Stamps) -> Occupied | None:
    found = day.get(machine_id)
    return found if found and found.stamp == stamps.of_machine(machine_id) else None


def marked(taken: Occupied, ids: Iterable[int]) -> Occupied:
    """The viewer's own said so. Nobody else is shown it."""
    mine = set(ids)
    return Occupied.of(
        replace(each, mine=True) if each.id in mine else each for each in taken.blocks
    )


async def own(during: Period, member_id: int) -> dict[int, list[int]]:
    """The ids of what a member has then, by machine. One statement."""
    # What is no use is found by its machine: `+ 0` and NOT keep a member's whole history out of it.
    # S608: every part is a constant of ours.
    sql = f"""
SELECT b.id, b.machine FROM booking b
WHERE b.member = {{}} AND b.starts_at >= {{}} AND b.starts_at < {{}} AND b.busy_until > {{}}
  AND {LIVE}
UNION ALL
SELECT b.id, b.machine FROM booking b
WHERE b.member + 0 = {{}} AND b.kind <> 'use' AND NOT b.starts_at >= {{}} AND b.busy_until > {{}}
  AND {LIVE} AND b.machine IN (SELECT id FROM machine)"""  # noqa: S608
    early = during.start - REACH
    args = (member_id, early, during.end, during.start, member_id, early, during.start)
    found: dict[int, list[int]] = {}
    for row in await db.fetch(sql, *args):
        found.setdefault(row["machine"], []).append(row["id"])
    return found
