"""Of a year of rows, those that matter to one wish: a few days of them."""

from bisect import bisect_left, bisect_right
from dataclasses import replace

from fablab.bookings.rules import Blocker, Wish
from fablab.bookings.situation import Situation
from fablab.bookings.taken import REACH
from fablab.core.periods import Period


class Nearby:
    """A situation that is asked about many wishes one after another, and remembers what it grants.

    Every rule looks at the rows a wish could meet; with those of a whole year each wish would walk
    along all of them. What lasts longer than any use is always looked at.
    """

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.rows = sorted(situation.rows, key=lambda row: row.busy.start)
        self.starts = [row.busy.start for row in self.rows]
        self.lasting = [row for row in self.rows if row.busy.length > REACH]
        self.granted: list[Blocker] = []

    def of(self, wish: Wish) -> Situation:
        """With the rows from before the wish, as far as a use reaches, to as far after it."""
        around = Period(wish.period.start - REACH, max(wish.period.end, wish.period.start) + REACH)
        first = bisect_left(self.starts, around.start)
        near = self.rows[first : bisect_right(self.starts, around.end)]
        early = [row for row in self.lasting if row.busy.start < around.start]
        new = [row for row in self.granted if around.contains(row.busy.start)]
        return self.situation.with_rows((*early, *near, *new))

    def grant(self, wish: Wish) -> None:
        """As if the wish were granted: those after it see it, and what it uses of quotas."""
        having = self.situation.with_rows(()).having(wish)
        self.granted += having.rows
        self.situation = replace(self.situation, uses=having.uses)
