"""What programs rely on: shapes, codes, and that nobody learns who has booked."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from fablab.bookings import alternatives, choices
from fablab.bookings.tables import Booking
from fablab.machines.tables import Machine
from fablab.members.tables import Member, MemberState
from fablab.members.viewer import Viewer
from fablab.web.paging import written
from tests import factories
from tests.bookings.conftest import Book, Program, viewer
from tests.conftest import Travel
from tests.factories import hours


@pytest.fixture
async def program(lab: None, program: Program) -> Program:
    return program


@pytest.fixture
async def members(program: Program, ada: Viewer) -> httpx.AsyncClient:
    return await program(ada)


def wish(machine: Machine, start: float = 1, length: float = 1, **more: Any) -> dict[str, Any]:
    period = hours(start, length)
    times = {"starts_at": period.start.isoformat(), "ends_at": period.end.isoformat()}
    return {"machine": machine.slug, **times, **more}


def codes(answer: httpx.Response) -> set[str]:
    return {violation["code"] for violation in answer.json()["violations"]}


async def test_booking_answers_with_the_booking(
    members: httpx.AsyncClient, printer: Machine
) -> None:
    answer = await members.post("/bookings", json=wish(printer))
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/bookings/{made['id']}"
    assert made["starts_at"] == "2026-11-30T10:00:00+00:00"
    assert (made["status"], made["machine"], made["mine"]) == ("confirmed", printer.slug, True)
    again = await members.post("/bookings", json=wish(printer))
    assert (again.status_code, again.json()["id"]) == (200, made["id"])


async def test_a_time_without_offset_is_the_labs_wall(
    members: httpx.AsyncClient, printer: Machine
) -> None:
    times = {"starts_at": "2026-11-30T10:00", "ends_at": "2026-11-30T11:00"}
    answer = await members.post("/bookings", json={"machine": printer.slug, **times})
    assert answer.json()["starts_at"] == "2026-11-30T10:00:00+00:00"


@pytest.mark.parametrize(
    ("start", "code"),
    [("2026-03-22T02:30", "nonexistent_time"), ("2026-09-20T01:30", "ambiguous_time")],
)
async def test_hours_that_do_not_exist_or_come_twice_are_refused(
    start: str, code: str, members: httpx.AsyncClient, printer: Machine, travel: Travel
) -> None:
    body = wish(printer) | {"starts_at": start}
    answer = await members.post("/bookings", json=body)
    assert (answer.status_code, codes(answer)) == (422, {code})


async def test_all_reasons_come_with_limits_and_ways_out(
    members: httpx.AsyncClient, lab: None
) -> None:
    laser = await factories.a_machine(
        certification=(await factories.a_certification("laser")).id, category=None
    )
    answer = await members.post("/bookings", json=wish(laser, 9, 5))
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert codes(answer) == {"closed", "too_long", "not_certified"}
    long = next(each for each in problem["violations"] if each["code"] == "too_long")
    assert (long["limit"], long["overridable"]) == (240, True)
    assert long["nearest"] == ["2026-11-30T22:00:00+00:00"]
    assert await Booking.count() == 0


async def test_a_taken_time_is_a_conflict(
    members: httpx.AsyncClient, ben: Viewer, printer: Machine, book: Book
) -> None:
    await book(ben, printer, hours(1))
    answer = await members.post("/bookings", json=wish(printer, 1.5))
    assert (answer.status_code, answer.json()["code"]) == (409, "taken")


async def test_checking_writes_nothing_and_its_alternatives_hold(
    members: httpx.AsyncClient, ben: Viewer, printer: Machine, book: Book
) -> None:
    sister = await factories.a_machine()
    await book(ben, printer, hours(1))
    verdict = (await members.post("/bookings/check", json=wish(printer, 0.5))).json()
    assert [each["code"] for each in verdict["violations"]] == ["taken"]
    assert await Booking.count() == 1
    offered = verdict["alternatives"]
    assert {each["why"] for each in offered} == {"same_machine", "shorter", "sister"}
    assert sister.slug in {each["machine"] for each in offered}
    for each in offered:
        body = {name: each[name] for name in ("machine", "starts_at", "ends_at")}
        again = (await members.post("/bookings/check", json=body)).json()
        assert again["violations"] == []


@pytest.mark.parametrize("field", ["member", "status", "price", "approved_by", "override"])
async def test_what_is_not_theirs_to_set_is_forbidden(
    field: str, members: httpx.AsyncClient, printer: Machine
) -> None:
    value: Any = {"rules": ["too_long"], "reason": "because"} if field == "override" else 1001
    answer = await members.post("/bookings", json=wish(printer, **{field: value}))
    assert answer.status_code == 403
    unknown = await members.post("/bookings", json=wish(printer, surprise=1))
    assert unknown.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"machine": 7, "starts_at": "x", "ends_at": None},
        {"machine": "no-such", "starts_at": "2026-11-30T10:00", "ends_at": "2026-11-30T11:00"},
        {"machine": "a\u0000b", "starts_at": "9999-12-31T23:59", "ends_at": "0001-01-01T00:00"},
    ],
)
async def test_nonsense_is_refused_politely(body: Any, members: httpx.AsyncClient) -> None:
    answer = await members.post("/bookings", json=body)
    assert answer.status_code in (400, 422)
    assert answer.json()["violations"]


@pytest.mark.parametrize(
    ("end", "status", "code"),
    [
        ("9999-12-31T23:59:59+00:00", 400, "unreadable"),
        ("2199-12-31T23:59:59+00:00", 422, "invalid_period"),
    ],
)
async def test_the_end_of_time_is_told_at_once(
    end: str, status: int, code: str, members: httpx.AsyncClient, printer: Machine
) -> None:
    """Nobody walks through the opening hours of centuries."""
    answer = await members.post("/bookings", json=wish(printer) | {"ends_at": end})
    assert (answer.status_code, codes(answer)) == (status, {code})


async def test_a_key_makes_a_repeat_harmless(members: httpx.AsyncClient, printer: Machine) -> None:
    key = {"idempotency-key": "one-two-three"}
    first = await members.post("/bookings", json=wish(printer), headers=key)
    again = await members.post("/bookings", json=wish(printer), headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    other = await members.post("/bookings", json=wish(printer, 3), headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


async def test_moving_extending_and_cancelling(
    members: httpx.AsyncClient, printer: Machine
) -> None:
    made = (await members.post("/bookings", json=wish(printer, 3))).json()
    address = f"/bookings/{made['id']}"
    moved = await members.patch(address, json={"starts_at": hours(4).start.isoformat()})
    assert moved.json()["ends_at"] == "2026-11-30T14:00:00+00:00"
    longer = await members.patch(address, json={"ends_at": hours(4, 2).end.isoformat()})
    assert longer.json()["ends_at"] == "2026-11-30T15:00:00+00:00"
    gone = await members.post(f"{address}/cancel", json={"reason": "Ill"})
    assert gone.json()["status"] == "cancelled"


async def test_check_in_and_finish(
    members: httpx.AsyncClient, printer: Machine, travel: Travel
) -> None:
    made = (await members.post("/bookings", json=wish(printer))).json()
    address = f"/bookings/{made['id']}"
    early = await members.post(f"{address}/check-in")
    assert (early.status_code, codes(early)) == (422, {"checkin_not_open"})
    travel(timedelta(minutes=55))
    assert (await members.post(f"{address}/check-in")).json()["status"] == "checked_in"
    travel(timedelta(minutes=20))
    done = (await members.post(f"{address}/finish")).json()
    assert (done["status"], done["busy_until"]) == ("completed", "2026-11-30T10:15:00+00:00")


async def test_giving_up_after_the_deadline_is_asked_for(
    members: httpx.AsyncClient, printer: Machine
) -> None:
    made = (await members.post("/bookings", json=wish(printer))).json()
    address = f"/bookings/{made['id']}/cancel"
    late = await members.post(address, json={})
    assert (late.status_code, codes(late)) == (422, {"cancel_too_late"})
    assert (await members.post(address, json={"give_up": True})).json()["status"] == "cancelled"


async def test_somebody_elses_booking_is_not_there(
    program: Program, ben: Viewer, printer: Machine, members: httpx.AsyncClient
) -> None:
    made = (await members.post("/bookings", json=wish(printer))).json()
    stranger = await program(ben)
    address = f"/bookings/{made['id']}"
    answers = [
        await stranger.get(address),
        await stranger.patch(address, json={"starts_at": hours(4).start.isoformat()}),
        *[await stranger.post(f"{address}/{verb}") for verb in ("check-in", "finish", "cancel")],
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert (await stranger.get("/bookings")).json()["items"] == []


async def test_a_teammate_sees_and_checks_in(
    program: Program,
    ada: Viewer,
    ben: Viewer,
    printer: Machine,
    members: httpx.AsyncClient,
    travel: Travel,
) -> None:
    from fablab.members.tables import Project, ProjectMember

    project = await Project.objects().create(slug="saqi", lead=ada.id)
    await ProjectMember.insert(
        *(ProjectMember(project=project.id, member=each.id) for each in (ada, ben))
    )
    made = (await members.post("/bookings", json=wish(printer, project="saqi"))).json()
    travel(timedelta(minutes=55))
    teammate = await program(ben)
    answer = await teammate.post(f"/bookings/{made['id']}/check-in")
    assert answer.json()["status"] == "checked_in"
    row = await Booking.select(Booking.operator).first()
    assert row == {"operator": ben.id}


async def test_scopes_bind_a_token(program: Program, ada: Viewer, printer: Machine) -> None:
    reader = await program(ada, "read")
    assert (await reader.get("/bookings")).status_code == 200
    assert (await reader.post("/bookings", json=wish(printer))).status_code == 403
    nobody = await program(None)
    assert (await nobody.get("/bookings")).status_code == 401


async def test_the_schedule_is_public_and_nameless(
    program: Program, ada: Viewer, manager: Viewer, printer: Machine, book: Book
) -> None:
    await book(ada, printer, hours(1))
    for path in ("/schedule?date=2026-11-30", f"/machines/{printer.slug}/bookings"):
        public = await (await program(None)).get(path)
        assert public.status_code == 200
        assert "Lovelace" not in public.text
        assert '"mine":false' in public.text
        stranger = await (await program(viewer(await factories.a_member()))).get(path)
        assert stranger.text == public.text
        assert '"mine":true' in (await (await program(ada)).get(path)).text
        assert "Lovelace" in (await (await program(manager)).get(path)).text


async def test_the_day_tells_hours_and_blocks(
    program: Program, ada: Viewer, printer: Machine, book: Book
) -> None:
    made = await book(ada, printer, hours(1))
    day = (await (await program(None)).get("/schedule?date=2026-11-30")).json()
    assert (day["date"], day["timezone"]) == ("2026-11-30", "Africa/Casablanca")
    assert day["open"] == [
        {"starts_at": "2026-11-30T09:00:00+00:00", "ends_at": "2026-11-30T18:30:00+00:00"}
    ]
    [machine] = day["machines"]
    assert machine["slug"] == printer.slug
    assert [block["id"] for block in machine["blocks"]] == [made.booking.id]


async def test_openings_are_what_nobody_has(
    program: Program, ada: Viewer, printer: Machine, book: Book
) -> None:
    await book(ada, printer, hours(1))
    query = "machine=" + printer.slug + "&minutes=60&to=2026-11-30T23:00"
    found = (await (await program(None)).get(f"/openings?{query}")).json()["items"]
    assert [(each["starts_at"][11:16], each["ends_at"][11:16]) for each in found] == [
        ("09:00", "10:00"),
        ("11:00", "18:30"),
    ]


async def test_lists_come_in_pieces(members: httpx.AsyncClient, printer: Machine) -> None:
    for start in (1, 3, 5):
        await members.post("/bookings", json=wish(printer, start))
    first = (await members.get("/bookings?mine=true&limit=2")).json()
    rest = (await members.get(f"/bookings?mine=true&limit=2&cursor={first['next']}")).json()
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]


@pytest.mark.parametrize(
    "path",
    [
        "/schedule?date=tomorrow",
        "/schedule?date=9999-12-31",
        "/schedule?surprise=1",
        "/openings?minutes=0",
        "/openings?from=2026-11-30T10:00&to=2026-11-29T10:00",
        "/bookings?limit=0",
        "/bookings?cursor=abc",
        "/bookings?status=lost",
    ],
)
async def test_bad_queries_are_told(path: str, members: httpx.AsyncClient) -> None:
    assert (await members.get(path)).status_code == 400


async def test_reads_and_writes_are_few(
    members: httpx.AsyncClient, printer: Machine, counted: Any, travel: Travel
) -> None:
    await members.get("/schedule?date=2026-11-30")  # the place and catalogue are known by now
    with counted() as asked:
        await members.get("/schedule?date=2026-11-30")
    assert asked.count <= 8, asked.statements
    key = {"idempotency-key": "once"}
    with counted() as written:
        answer = await members.post("/bookings", json=wish(printer), headers=key)
    assert answer.status_code == 201
    assert written.count <= 16, written.statements
    travel(timedelta(minutes=55))
    address = f"/bookings/{answer.json()['id']}"
    for verb in ("check-in", "finish"):
        with counted() as handled:
            await members.post(f"{address}/{verb}", headers={"idempotency-key": verb})
        assert handled.count <= 16, handled.statements


async def test_a_wish_for_centuries_is_not_searched_for_centuries(
    members: httpx.AsyncClient, printer: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[timedelta] = []

    def grid(first: Any, until: Any, *rest: Any) -> Any:
        searched.append(until - first)
        return choices.grid(first, first + timedelta(days=1), *rest)

    monkeypatch.setattr(alternatives, "grid", grid)
    endless = wish(printer) | {"ends_at": "2199-12-31T00:00:00Z"}
    answer = await members.post("/bookings/check", json=endless)
    assert codes(answer) >= {"invalid_period"}
    assert max(searched) < timedelta(days=20)


async def test_a_cursor_without_an_offset_is_unreadable(members: httpx.AsyncClient) -> None:
    cursor = written(("2026-11-25T00:00:00", 1))
    answer = await members.get("/bookings", params={"cursor": cursor})
    assert (answer.status_code, codes(answer)) == (400, {"unreadable"})


async def test_a_token_of_staff_acts_as_staff_only_with_the_scope(
    program: Program, ada: Viewer, manager: Viewer, printer: Machine, book: Book
) -> None:
    made = await book(ada, printer, hours(1))
    limited = await program(manager, "read", "book")
    address = f"/bookings/{made.booking.id}"
    assert (await limited.get(address)).status_code == 200
    for verb in ("cancel", "check-in", "finish"):
        assert (await limited.post(f"{address}/{verb}")).status_code == 404
    assert (await limited.patch(address, json={"ends_at": None})).status_code == 404
    for_ada = await limited.post("/bookings", json=wish(printer, 4, member=ada.number))
    assert (for_ada.status_code, codes(for_ada)) == (403, {"forbidden"})
    whole = await program(manager)
    assert (await whole.post(f"{address}/cancel")).status_code == 200


async def test_nobody_books_for_an_account_that_is_closed(
    program: Program, ada: Viewer, manager: Viewer, printer: Machine
) -> None:
    closed: dict[Any, Any] = {Member.state: MemberState.CLOSED}
    await Member.update(closed).where(Member.id == ada.id)
    desk = await program(manager)
    answer = await desk.post("/bookings", json=wish(printer, member=ada.number))
    assert (answer.status_code, codes(answer)) == (422, {"unknown_member"})
    assert not await Booking.exists()
