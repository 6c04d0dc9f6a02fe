"""The history as it lies in the database: it keeps the rules and agrees with itself."""

import json
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from fablab.activity.tables import Activity
from fablab.bookings.tables import BLOCKING, Booking, Series, Strike, Waiting
from fablab.core.periods import Period
from fablab.demo.machines import APPROVED
from fablab.lab.place import Place
from fablab.machines.tables import Certification, Machine
from fablab.members.tables import Member
from fablab.notifications.tables import Notification
from fablab.training import queries as training
from fablab.training.rules import good_on
from tests.factories import MONDAY

pytestmark = pytest.mark.usefixtures("committed_database")
Row = dict[str, Any]


async def bookings(**equal: Any) -> list[Row]:
    return [
        row
        for row in await Booking.select()
        if all(row[name] == value for name, value in equal.items())
    ]


async def machines() -> dict[int, Row]:
    return {row["id"]: row for row in await Machine.select()}


async def test_no_two_overlap() -> None:
    taken: dict[tuple[int, int], list[Period]] = defaultdict(list)
    for row in await bookings():
        if row["status"] in BLOCKING:
            taken[row["machine"], row["unit"]].append(Period(row["starts_at"], row["busy_until"]))
    for periods in taken.values():
        periods.sort()
        for earlier, later in pairwise(periods):
            assert earlier.end <= later.start


async def test_there_is_much_behind_and_something_ahead() -> None:
    starts = [row["starts_at"] for row in await bookings(kind="use")]
    month = timedelta(days=30)
    by_month = [
        sum(MONDAY + number * month <= at < MONDAY + (number + 1) * month for at in starts)
        for number in (-3, -2, -1, 0)
    ]
    assert by_month[0] < by_month[1] < by_month[2]
    assert 40 < by_month[3] < by_month[2]
    assert min(starts) > MONDAY - timedelta(days=92)
    assert max(starts) < MONDAY + timedelta(days=32)


async def test_states_are_those_of_the_time() -> None:
    for row in await bookings(kind="use"):
        if row["ends_at"] <= MONDAY:
            assert row["status"] in ("completed", "cancelled", "no_show")
        elif row["starts_at"] > MONDAY:
            assert row["status"] in ("confirmed", "cancelled", "pending")
        else:
            assert row["status"] in ("checked_in", "confirmed", "cancelled", "no_show")
        assert row["made_at"] < row["starts_at"]
        assert row["made_at"] <= MONDAY


async def test_two_requests_wait_for_the_staff_one_for_what_goes_in() -> None:
    known = await machines()
    waiting = [row for row in await bookings(kind="use") if row["status"] == "pending"]
    assert {known[row["machine"]]["slug"] for row in waiting} == {APPROVED}
    assert sorted(row["awaits"] for row in waiting) == ["approval", "approval material"]
    assert all(row["decide_by"] > MONDAY for row in waiting)


async def test_every_booking_keeps_the_opening_hours(place: Place) -> None:
    known = await machines()
    overnight = 0
    for row in await bookings():
        source = known[row["machine"]]
        period = Period(row["starts_at"], row["ends_at"])
        policy = json.loads(source["policy"])
        attendance = policy["attendance"] if row["kind"] == "use" else "staffed"
        closed_hours = policy.get("closed_hours", "night")
        assert place.calendar.attends(period, attendance, closed_hours) is None, row
        overnight += attendance == "start_and_end_staffed" and period.length > timedelta(hours=12)
    assert overnight > 10


async def test_every_instant_agrees_with_its_clock_on_the_wall(place: Place) -> None:
    for row in await bookings():
        for name in ("starts", "ends"):
            assert datetime.fromisoformat(row[f"{name}_wall"]) == row[f"{name}_at"]
        assert (row["zone"], row["tzdata"]) == (place.zone_name, place.tzdata)


async def test_who_used_a_machine_was_certified_then(place: Place) -> None:
    known = await machines()
    names = {row["slug"]: row["id"] for row in await Certification.select()}
    held = {row["id"]: await training.held(row["id"], place.zone) for row in await Member.select()}
    for row in await bookings(kind="use"):
        machine = known[row["machine"]]
        if machine["certification"] is None:
            continue
        needed = {machine["certification"]: machine["level"], names["safety"]: 1}
        day = place.calendar.day_of(row["ends_at"])
        for certification, level in needed.items():
            assert any(
                each.certification_id == certification
                and each.level >= level
                and each.valid_from <= day <= each.valid_until
                for each in held[row["member"]]
            ), row


async def test_certificates_meant_as_valid_are_kept_alive_by_use(place: Place) -> None:
    today = MONDAY.date()
    for row in await Member.select():
        for each in await training.held(row["id"], place.zone):
            if each.inactivity_months and each.valid_from < today - timedelta(days=14):
                ended = each.valid_until < today
                assert ended or (good_on(each, today) and each.last_use), (row["email"], each)


async def test_minors_use_no_red_machine_and_leave_when_the_staff_does(place: Place) -> None:
    known = await machines()
    minors = {row["id"] for row in await Member.select() if MONDAY.year - row["birth_year"] < 18}
    theirs = [row for row in await bookings(kind="use") if row["member"] in minors]
    assert theirs
    for row in theirs:
        assert known[row["machine"]]["safety_class"] != "red"
        assert place.calendar.attends(Period(row["starts_at"], row["ends_at"]), "staffed") is None


async def test_the_member_to_try_checks_in_now_and_comes_again_tomorrow() -> None:
    email = Member.email == "member@example.org"
    [member] = await Member.select().where(email)
    ahead = sorted(
        (row for row in await bookings(member=member["id"]) if row["status"] == "confirmed"),
        key=lambda row: row["starts_at"],
    )
    opens = ahead[0]["starts_at"] - timedelta(minutes=10)
    assert opens <= MONDAY < ahead[0]["release_at"]
    assert (ahead[1]["starts_at"].date() - MONDAY.date()).days == 1
    past = [row for row in await bookings(member=member["id"]) if row["status"] == "completed"]
    assert len(past) >= 4


async def test_trainings_and_maintenance_have_names_and_are_never_released() -> None:
    blocks = [row for row in await bookings() if row["kind"] not in ("use", "offer")]
    assert {row["kind"] for row in blocks} == {"training", "maintenance"}
    assert {"completed", "confirmed"} == {row["status"] for row in blocks}
    for row in blocks:
        assert row["release_at"] is None
        assert row["member"] is None
        assert row["busy_until"] == row["ends_at"]
        assert row["title"] != "{}"


async def test_staffs_own_are_never_released() -> None:
    staff = {row["id"] for row in await Member.select() if row["role"] in ("manager", "admin")}
    for row in await bookings(kind="use"):
        assert (row["release_at"] is None) == (row["member"] in staff)


async def test_reminders_are_ahead_and_nobody_is_mailed_about_the_past() -> None:
    reminders = [row["remind_at"] for row in await bookings() if row["remind_at"]]
    assert reminders
    assert min(reminders) > MONDAY
    told = {row["template"] for row in await Notification.select()}
    assert told == {"bookings/offered", "bookings/series_made", "bookings/cancelled"}


async def test_every_change_of_state_is_in_the_log() -> None:
    logged: dict[int, list[str]] = defaultdict(list)
    rows = await Activity.select().where(Activity.thing == "booking").order_by(Activity.id)
    for row in rows:
        logged[row["thing_id"]].append(row["verb"])
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    ends = {
        "confirmed": ["made"],
        "pending": ["made"],
        "checked_in": ["made", "checked_in"],
        "cancelled": ["made", "cancelled"],
        "no_show": ["made", "released"],
    }
    for row in await bookings():
        told = [verb for verb in logged[row["id"]] if verb != "approved"]
        assert ("approved" in logged[row["id"]]) == (row["decided_by"] is not None)
        if row["status"] == "completed":
            assert told[0] == "made"
            assert told[-1] in ("completed", "finished")
        else:
            is_offer = row["kind"] == "offer"
            assert told == (["offered"] if is_offer else ends[row["status"]])


async def test_somebody_waits_and_the_member_to_try_is_offered_a_time() -> None:
    member = await Member.objects().get(Member.email == "member@example.org")
    waiting = await Waiting.select().order_by(Waiting.id)
    [offer] = await bookings(kind="offer")
    assert (offer["member"], offer["waiting"]) == (member.id, waiting[0]["id"])
    assert offer["decide_by"] > MONDAY
    assert [row["state"] for row in waiting] == ["offered", "waiting", "waiting"]


async def test_a_series_goes_on_and_an_absence_is_counted() -> None:
    [series] = await Series.select()
    assert len(await bookings(series=series["id"])) == 4
    member = await Member.objects().get(Member.email == "member@example.org")
    assert await Strike.count().where(Strike.member == member.id) == 1
