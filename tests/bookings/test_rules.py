"""One row a case: a member who may book, an open lab, an empty day; a row says what differs."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from fablab.bookings.rules import (
    ASKED,
    Blocker,
    BuddyFacts,
    Closing,
    Facts,
    HoldFacts,
    Intent,
    Limits,
    MachineFacts,
    Need,
    PersonFacts,
    Wish,
    handling,
    problems,
    without_overridden,
)
from fablab.bookings.rules.units import best_unit, deal
from fablab.core.errors import Problem
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.core.zones import zone
from tests.factories import MONDAY, hours

MINUTE = timedelta(minutes=1)
GRID = Limits(granularity=15 * MINUTE, min_duration=15 * MINUTE)
MACHINE = MachineFacts(id=1, limits=GRID)
PERSON = PersonFacts(id=7, birth_year=1990)
USUAL = Facts(now=MONDAY, zone=zone("Africa/Casablanca"), machine=MACHINE, person=PERSON)
LASER = Need(slug="laser", name=Words(en="Laser"), level=2, levels=2)
BUDDY = BuddyFacts(agreed=True, adult=True, certified=True, free=True)


def wish(period: Period, **more: Any) -> Wish:
    return Wish(machine_id=1, period=period, **more)


def machine(**more: Any) -> dict[str, Any]:
    return {"machine": replace(MACHINE, **more)}


def limits(**more: Any) -> dict[str, Any]:
    return machine(limits=replace(GRID, **more))


def person(**more: Any) -> dict[str, Any]:
    return {"person": replace(PERSON, **more)}


def taken(period: Period, **more: Any) -> Blocker:
    values: dict[str, Any] = {"id": 99, "machine_id": 1, "unit": 1, "busy": period}
    return Blocker(**{**values, "ends_at": period.end, "member_id": 8, **more})


def codes(period: Period, intent: Intent = Intent.NEW, **known: Any) -> list[str]:
    return [each.code for each in problems(wish(period, intent=intent), replace(USUAL, **known))]


TOMORROW = hours(24)
CASES = [
    (TOMORROW, {}, []),
    (Period(hours(2).end, hours(2).start), {}, ["invalid_period"]),
    (hours(24, 8 * 24), limits(max_duration=timedelta(days=9)), ["invalid_period"]),
    (hours(-0.25), {}, ["in_the_past"]),
    (Period(MONDAY - 5 * MINUTE, hours(1).end), limits(granularity=5 * MINUTE), []),
    (Period(MONDAY + 5 * MINUTE, hours(1).end), {}, ["off_grid"]),
    (Period(hours(1).start, hours(1).end + MINUTE), {}, ["off_grid"]),
    (hours(1, 0.25), limits(min_duration=timedelta(minutes=30)), ["too_short"]),
    (hours(1, 4), {}, []),
    (hours(1, 4.25), {}, ["too_long"]),
    (hours(1.75), limits(notice_to_book=timedelta(hours=2)), ["too_soon"]),
    (hours(2), limits(notice_to_book=timedelta(hours=2)), []),
    (hours(24 * 14 + 14), limits(horizon=14), []),  # ends as the last day does
    (hours(24 * 14 + 14.25), limits(horizon=14), ["too_far"]),
    (hours(24 * 8), {**limits(horizon=14), **person(plan_horizon=7)}, ["too_far"]),
    (TOMORROW, {"closing": Closing(failure="start")}, ["closed"]),
    (TOMORROW, {**person(plan_open_lab_only=True), "in_open_lab": False}, ["outside_plan_hours"]),
    (TOMORROW, machine(status="out_of_order"), ["machine_unavailable"]),
    (TOMORROW, machine(status="out_of_order", expected_back_at=TOMORROW.start), []),
    (
        TOMORROW,
        machine(status="out_of_order", dangerous=True, expected_back_at=TOMORROW.start),
        ["machine_unavailable"],
    ),
    (hours(2), {"blockers": (taken(hours(1)), taken(hours(3)))}, []),
    (hours(2), {"blockers": (taken(hours(1, 2)),)}, ["taken"]),
    (hours(2), {"blockers": (taken(hours(2, 0)),)}, []),  # given up: keeps nothing
    (hours(2), {"blockers": (taken(hours(1, 2)),), **machine(units=2)}, []),
    (
        hours(2),
        {"blockers": (taken(hours(2)), taken(hours(2), id=98)), **machine(units=2)},
        ["taken"],
    ),
    (
        hours(1, 2),  # two who follow each other are one at a time
        {"blockers": (taken(hours(1)), taken(hours(2), id=98)), **machine(units=2)},
        [],
    ),
    (hours(2), {"blockers": (taken(hours(2), kind="offer"),)}, ["on_hold"]),
    (TOMORROW, {"needs": (LASER,)}, ["not_certified"]),
    (TOMORROW, {"needs": (replace(LASER, held=True),)}, []),
    (
        TOMORROW,
        {"needs": (replace(LASER, held=True, valid_until=date(2026, 12, 1)),)},
        [],
    ),
    (
        hours(48),
        {"needs": (replace(LASER, held=True, valid_until=date(2026, 12, 1)),)},
        ["certificate_expires"],
    ),
    (TOMORROW, machine(supervision=True), ["supervision_required"]),
    (TOMORROW, {**machine(supervision=True), **person(is_staff=True)}, []),
    (TOMORROW, machine(buddy_required=True), ["buddy_missing"]),
    (TOMORROW, {**machine(buddy_required=True), "buddy": BUDDY}, []),
    (
        TOMORROW,
        {**machine(buddy_required=True), "buddy": replace(BUDDY, free=False)},
        ["buddy_missing"],
    ),
    (TOMORROW, person(holds=(HoldFacts(kind="administrative"),)), ["account_held"]),
    (TOMORROW, {"charter_required": 2, **person(charter_accepted=1)}, ["charter_not_accepted"]),
    (TOMORROW, person(email_unverified=True), ["email_unverified"]),
    (TOMORROW, person(plan_until=date(2026, 11, 30)), ["plan_expired"]),
    (TOMORROW, person(plan_until=date(2026, 12, 1)), []),
    # age: 2026
    (TOMORROW, person(birth_year=2010), ["minor_not_allowed"]),
    (TOMORROW, person(birth_year=2010, consent_until=date(2027, 1, 1)), []),
    (
        TOMORROW,
        {**person(birth_year=2010, consent_until=date(2027, 1, 1)), "staffed": False},
        ["minor_not_allowed"],
    ),
    (
        TOMORROW,
        {
            **person(birth_year=2010, consent_until=date(2027, 1, 1)),
            **machine(safety_class="red"),
        },
        ["minor_not_allowed"],
    ),
    (
        TOMORROW,
        person(birth_year=2010, consent_until=date(2026, 11, 30)),
        ["minor_not_allowed"],
    ),
    (TOMORROW, person(birth_year=None), ["minor_not_allowed"]),
    (TOMORROW, person(birth_year=None, declared_adult=True), []),
    (
        TOMORROW,
        {**person(birth_year=None, declared_adult=True), **machine(safety_class="orange")},
        ["minor_not_allowed"],
    ),
    (
        TOMORROW,
        {**person(birth_year=None, adult_seen=True), **machine(safety_class="red")},
        [],
    ),
]


@pytest.mark.parametrize(("period", "known", "expected"), CASES)
def test_what_is_wrong(period: Period, known: dict[str, Any], expected: list[str]) -> None:
    assert codes(period, **known) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"machine_id": 2}, ["already_booked"]),
        ({"machine_id": 3}, []),  # a printer runs alone
        ({"machine_id": 2, "kind": "training"}, []),
    ],
)
def test_nobody_stands_at_two_machines(other: dict[str, Any], expected: list[str]) -> None:
    own = (taken(hours(24.5), member_id=7, **other),)
    assert codes(TOMORROW, own=own, attended_ids=frozenset({1, 2})) == expected


@pytest.mark.parametrize(
    ("blockers", "whose"),
    [
        ((taken(TOMORROW),), None),
        ((taken(TOMORROW, member_id=7),), 99),
        ((taken(TOMORROW, id=98), taken(TOMORROW, member_id=7)), 99),
        ((taken(TOMORROW, kind="training", member_id=7),), None),
    ],
)
def test_what_one_has_booked_oneself_is_said_to_be_ones_own(
    blockers: tuple[Blocker, ...], whose: int | None
) -> None:
    [found] = problems(wish(TOMORROW), replace(USUAL, blockers=blockers))
    assert found.code == "taken"
    assert found.details.get("booking") == whose
    assert ("yourself" in found.message) == (whose is not None)


def test_the_nearest_legal_values_are_told() -> None:
    def only(period: Period, **known: Any) -> Problem:
        [found] = problems(wish(period), replace(USUAL, **known))
        return found

    off = only(Period(MONDAY + 65 * MINUTE, hours(2).end))
    assert off.nearest == [hours(1).start, hours(1.25).start]
    long = only(hours(1, 5))
    assert (long.limit, long.nearest) == (timedelta(hours=4), [hours(5).start])
    soon = only(hours(1.75), **limits(notice_to_book=timedelta(hours=2)))
    assert soon.nearest == [hours(2).start]
    back_to_back = (taken(hours(1)), taken(hours(2), id=98))
    clash = only(hours(1.5, 0.5), blockers=back_to_back)
    assert clash.nearest == [hours(3).start]


def test_the_grid_starts_at_local_midnight_when_the_clock_changes() -> None:
    """2026-09-20: Morocco's clock went back at 03:00; an hourly grid stays on the wall's hours."""
    facts = replace(
        USUAL,
        now=datetime(2026, 9, 18, tzinfo=UTC),
        **limits(granularity=timedelta(hours=1), min_duration=timedelta(hours=1)),
    )
    start = datetime(2026, 9, 20, 9, tzinfo=zone("Africa/Casablanca")).astimezone(UTC)
    assert problems(wish(Period(start, start + timedelta(hours=1))), facts) == ()


@pytest.mark.parametrize(
    ("was", "to", "expected"),
    [
        (hours(3), hours(4), []),
        (hours(0.75), hours(4), ["change_too_late"]),  # the old start is asked
        (hours(4), hours(0.75), ["change_too_late"]),  # and the new one
    ],
)
def test_moving_asks_for_both_starts(was: Period, to: Period, expected: list[str]) -> None:
    moved = wish(to, intent=Intent.MOVE, was=was, booking_id=5)
    assert [each.code for each in problems(moved, USUAL)] == expected


def test_extending_asks_nothing_about_a_start_long_past() -> None:
    longer = wish(hours(-1, 2), intent=Intent.EXTEND, was=hours(-1), booking_id=5)
    assert problems(longer, replace(USUAL, blockers=(taken(hours(-1), id=5),))) == ()


def test_starting_now_is_off_the_grid_at_its_start_only() -> None:
    from_now = Period(MONDAY + 7 * MINUTE, hours(1).start)
    assert codes(from_now, Intent.NOW, now=MONDAY + 7 * MINUTE) == []
    assert codes(Period(MONDAY, hours(1).start + MINUTE), Intent.NOW) == ["off_grid"]


def test_approval_judges_lateness_as_of_the_asking() -> None:
    late = {"now": hours(23.9).start, **limits(notice_to_book=timedelta(hours=2))}
    assert codes(TOMORROW, Intent.APPROVE, **late) == ["too_soon"]
    assert codes(TOMORROW, Intent.APPROVE, **late, asked_at=MONDAY) == []


def test_an_import_of_the_past_asks_only_what_must_hold() -> None:
    broken = {"closing": Closing(failure="start"), "needs": (LASER,), **limits()}
    assert codes(hours(-48, 30), Intent.IMPORT, **broken) == []
    clash = (taken(hours(-48)),)
    assert codes(hours(-48), Intent.IMPORT, blockers=clash) == ["taken"]


def test_every_rule_is_asked_of_new_bookings_but_those_about_changes() -> None:
    changes = {rule.__name__ for rule, intents in ASKED if Intent.NEW not in intents}
    assert changes == {"is_not_too_late_to_move", "staff_have_agreed"}
    of_imports = {rule.__name__ for rule, intents in ASKED if Intent.IMPORT in intents}
    assert of_imports == {"period_is_valid", "is_not_on_hold", "is_free"}


@pytest.mark.parametrize(
    ("role", "code", "left"),
    [
        ("manager", "too_long", []),
        ("member", "too_long", ["too_long"]),
        ("admin", "taken", ["taken"]),
        ("admin", "minor_not_allowed", ["minor_not_allowed"]),
        ("manager", "not_certified", ["not_certified"]),
        ("admin", "not_certified", []),
        ("admin", "supervision_required", ["supervision_required"]),
    ],
)
def test_what_staff_may_set_aside(role: str, code: str, left: list[str]) -> None:
    situations: dict[str, dict[str, Any]] = {
        "too_long": {},
        "taken": {"blockers": (taken(TOMORROW),)},
        "minor_not_allowed": person(birth_year=2012),
        "not_certified": {"needs": (LASER,)},
        "supervision_required": machine(supervision=True),
    }
    period = hours(24, 5) if code == "too_long" else TOMORROW
    found = problems(wish(period), replace(USUAL, **situations[code]))
    assert [each.code for each in found] == [code]
    remaining = without_overridden(found, frozenset({code}), role)
    assert [each.code for each in remaining] == left


@pytest.mark.parametrize(
    ("now", "status", "expected"),
    [
        (hours(0.75).start, "confirmed", "checkin_not_open"),
        (hours(1).start - 10 * MINUTE, "confirmed", None),
        (hours(1.25).start - timedelta(seconds=1), "confirmed", None),
        (hours(1.25).start, "confirmed", "released"),
        (hours(1.25).start, "no_show", "released"),
        (hours(1).start, "pending", "not_confirmed"),
        (hours(1).start, "cancelled", "not_open"),
    ],
)
def test_when_check_in_is_open(now: datetime, status: str, expected: str | None) -> None:
    problem = handling.may_check_in(status, hours(1), hours(1.25).start, Limits(), now)
    assert (problem.code if problem else None) == expected


@pytest.mark.parametrize(
    ("before", "give_up", "expected"),
    [
        (timedelta(hours=24), False, None),
        (timedelta(hours=23, minutes=59), False, "cancel_too_late"),
        (timedelta(hours=23, minutes=59), True, None),
        (timedelta(minutes=-5), True, None),
    ],
)
def test_when_a_booking_may_be_cancelled(
    before: timedelta, give_up: bool, expected: str | None
) -> None:
    numbers = Limits(notice_to_cancel=timedelta(hours=24))
    start = hours(48).start
    problem = handling.may_cancel("confirmed", hours(48), numbers, start - before, give_up=give_up)
    assert (problem.code if problem else None) == expected


def test_a_seat_is_the_one_used_last() -> None:
    rows = (taken(hours(0), unit=1), taken(hours(1), unit=2, id=98))
    assert best_unit(hours(3), rows, 3) == 2
    assert best_unit(hours(1), rows, 2) == 1
    assert best_unit(hours(0.5), rows, 2) is None


def test_dealing_anew_leaves_those_who_have_begun() -> None:
    """Seats 1 and 2: somebody sits on 2; 2-3 on 1 and 3-4 on 2 leave 2-4 for one more."""
    sitting = taken(hours(-1, 3), unit=2, id=1)
    coming = (taken(hours(2), unit=1, id=2), taken(hours(3), unit=2, id=3))
    unit, moved = deal(hours(2, 2), (sitting, *coming), 2, MONDAY)
    assert (unit, moved) == (1, {2: 2})
