"""Whatever was booked before: where peak use leaves room, dealing the seats anew succeeds."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from fablab.bookings.rules import Blocker
from fablab.bookings.rules.place import peak
from fablab.bookings.rules.units import deal
from fablab.core.periods import Period
from tests.factories import MONDAY

UNITS = 3
spans = st.tuples(st.integers(-4, 20), st.integers(1, 8))


def period(span: tuple[int, int]) -> Period:
    start = MONDAY + timedelta(hours=span[0])
    return Period(start, start + timedelta(hours=span[1]))


@given(st.lists(spans, max_size=14), spans)
def test_dealing_never_seats_two_together(
    booked: list[tuple[int, int]], wish: tuple[int, int]
) -> None:
    wanted = period((max(wish[0], 1), wish[1]))
    rows: list[Blocker] = []
    for number, span in enumerate(booked, start=1):
        busy = period(span)
        used = {row.unit for row in rows if row.busy.overlaps(busy)}
        if free := sorted({1, 2, 3} - used):
            rows.append(Blocker(id=number, machine_id=1, unit=free[0], busy=busy, ends_at=busy.end))
    rows = [row for row in rows if row.busy.end > MONDAY]
    if peak(rows, wanted) >= UNITS:
        return
    unit, moved = deal(wanted, rows, UNITS, MONDAY)
    seats = [(moved.get(row.id, row.unit), row.busy) for row in rows] + [(unit, wanted)]
    assert all(1 <= seat <= UNITS for seat, _ in seats)
    for place, (seat, busy) in enumerate(seats):
        assert not any(seat == other and busy.overlaps(b) for other, b in seats[place + 1 :])
    assert all(row.id not in moved for row in rows if row.busy.start <= MONDAY)
