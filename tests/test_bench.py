"""The bench reads its targets and writes its table. How fast anything is, is no test."""

from pathlib import Path
from typing import Any

import pytest

from bench import goals, results, target
from bench.processes import BenchError
from bench.results import Result
from bench.wrk import Loaded

TARGETS = Path(target.__file__).with_name("targets")
KNOWN = {
    "machine": "generated-1",
    "day": "2026-11-25",
    "week_begins": "2026-11-23T00:00",
    "week_ends": "2026-11-30T00:00",
    "session": "key",
    "token": "secret",
}
ROWS = {
    "members": [{"session": "one", "token": "a"}, {"session": "two", "token": "b"}],
    "wishes": [{"token": "c", "machine": "m", "starts_at": "nine", "ends_at": "ten"}],
}
OTHER = """
name = "other"
base_url = "http://127.0.0.1:9000"
[rows]
wishes = "wishes.csv"
[case.create]
method = "POST"
path = "/bookings"
rows = "wishes"
body = '{"start": "$start", "price": "$$5"}'
"""


def test_every_case_of_ours_can_be_asked_and_has_a_goal() -> None:
    ours = target.read(TARGETS / "fablab.toml")
    for name, case in ours.case.items():
        asked = target.requests(ours, case, KNOWN, ROWS)
        assert asked, name
        assert "$" not in "".join(f"{each.path}{each.headers}{each.body}" for each in asked)
        assert name in goals.GOALS


def test_each_row_is_a_request_of_its_own() -> None:
    ours = target.read(TARGETS / "fablab.toml")
    pages = target.requests(ours, ours.case["page-members"], KNOWN, ROWS)
    assert [each.headers["cookie"].split(";")[0] for each in pages] == [
        "session=one",
        "session=two",
    ]


def test_a_request_goes_on_the_wire_with_the_length_of_its_body() -> None:
    sent = target.Asked("POST", "/bookings", {"accept": "*/*"}, '{"note": "é"}').on_the_wire("lab")
    assert sent == (
        b"POST /bookings HTTP/1.1\r\nhost: lab\r\naccept: */*\r\ncontent-length: 14\r\n\r\n"
        b'{"note": "\xc3\xa9"}'
    )


def test_another_system_brings_its_own_rows(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text(OTHER)
    (tmp_path / "wishes.csv").write_text("start\n09:00\n10:00\n")
    other = target.read(file)
    rows = target.rows_beside(file, other)
    asked = target.requests(other, other.case["create"], {}, rows)
    assert [each.body for each in asked] == [
        '{"start": "09:00", "price": "$5"}',
        '{"start": "10:00", "price": "$5"}',
    ]


@pytest.mark.parametrize("text", ["name = ", OTHER + "\nspeed = 3\n", 'name = "no cases"'])
def test_a_target_that_cannot_be_understood_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text(text)
    with pytest.raises(BenchError, match=r"other\.toml"):
        target.read(file)


def test_a_name_that_nobody_gave_is_refused() -> None:
    ours = target.read(TARGETS / "fablab.toml")
    with pytest.raises(BenchError, match="machine"):
        target.requests(ours, ours.case["week"], {}, {})


def test_what_is_not_expected_is_an_error() -> None:
    counts: dict[str, Any] = dict.fromkeys(("p50_ms", "p99_ms", "max_ms", "bytes", "next"), 0)
    told = Loaded(
        requests=10, seconds=2.0, broken=1, late=2, statuses={201: 7, 200: 1, 500: 2}, **counts
    )
    assert told.a_second == 5
    assert told.unexpected([201]) == 6


def measured(case: str, figure: float, **more: Any) -> Result:
    facts: dict[str, Any] = {
        "database": "sqlite",
        "size": 10_000,
        "unit": goals.goal(case).unit,
        "date": "2026-11-22T18:00:00+00:00",
        "commit": "abc",
        "connections": 16,
    }
    return results.judged(Result(case=case, figure=figure, **facts | more))


@pytest.mark.parametrize(
    ("result", "reached"),
    [
        (measured("week", 3000), True),
        (measured("week", 2999), False),
        (measured("week", 1500, database="postgresql"), True),
        (measured("week", 9000, errors=1), False),
        (measured("create", 250, p99_ms=149), True),
        (measured("create", 250, p99_ms=150), False),
        (measured("create", 249, p99_ms=10, database="postgresql"), False),
        (measured("sweep-due", 150), True),
        (measured("sweep-due", 300, database="postgresql"), True),
        (measured("sweep-due", 151), False),
        (measured("plain", 1), None),
    ],
)
def test_a_goal_is_reached_or_missed(result: Result, reached: bool | None) -> None:
    assert result.reached is reached


def test_the_table_holds_the_newest_and_compares_sizes(tmp_path: Path) -> None:
    file = tmp_path / "day.jsonl"
    later = "2026-11-23T18:00:00+00:00"
    for each in (
        measured("day-computed", 400, statements=2, ceiling=17_000, p50_ms=40.04),
        measured("day-computed", 111),
        measured("day-computed", 390, date=later, says="the lab's day"),
        measured("day-computed", 200, date=later, size=1_000_000),
        measured("memory", 120, connections=None),
    ):
        results.append(each, file)
    table = results.table(results.read([file]))
    assert "## fablab: 10,000 bookings" in table
    assert "| day-computed: the lab's day | sqlite | 390 | 250 | reached |  |  |  |  | 0 |" in table
    assert "| memory | sqlite | 120 MB | 130 MB | reached |  |  |  |  |  |" in table
    assert "| day-computed | sqlite | 200 | 250 | **missed** |" in table
    assert "| day-computed | sqlite | 1,000,000 | 1.95 | **missed** |" in table
    assert "111" not in table
