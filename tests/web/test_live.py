"""Streams: who is told of what, when they end, and that they name nobody. The clock stands still:
a look of the watch is a call."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from fablab.activity.actions import record
from fablab.core import db, versions
from fablab.core.errors import Unavailable
from fablab.members import sessions
from fablab.notifications.actions import notify
from fablab.web import live, watching
from fablab.web.measures import measures
from fablab.web.watching import Watch
from tests import factories
from tests.conftest import Travel
from tests.rights.scene import a_project
from tests.support.browser import Browser
from tests.support.streams import Reader, listening, settled

EVENTS = re.compile(r"retry: 5000\n(id: ([0-9a-f]{16})\ndata: \2\n\n)+")


@pytest.fixture(autouse=True)
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """A watch of this test's own, that looks when it is told to."""
    made = Watch()
    monkeypatch.setattr(made, "begin", lambda: None)
    monkeypatch.setattr(live, "watch", made)
    return made


@pytest.fixture
async def reader(app: Any, browser: Browser) -> AsyncIterator[Reader]:
    """A visitor's stream of the whole schedule."""
    await factories.a_lab()
    async with listening(app, browser, "/live/schedule") as reader:
        yield reader


async def look(watch: Watch) -> None:
    await watch.look()
    await settled()


async def test_a_change_is_told_once_as_a_version(reader: Reader, watch: Watch) -> None:
    await look(watch)
    assert len(reader.versions) == 1
    await factories.a_booking(member=await factories.a_member(), note="Nobody's business")
    await look(watch)
    await look(watch)
    first, second = reader.versions
    assert first != second
    assert EVENTS.fullmatch(reader.body.decode())


async def test_headers_of_a_stream(reader: Reader) -> None:
    assert reader.status == 200
    said = {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
    }
    assert said.items() <= reader.headers.items()
    assert "content-encoding" not in reader.headers
    assert "set-cookie" not in reader.headers


async def test_asked_without_a_stream_the_version_is_told(browser: Browser, reader: Reader) -> None:
    answer = await browser.get("/live/schedule")
    assert [answer.text] == reader.versions
    assert answer.headers["cache-control"] == "no-store"
    assert f'data-version="{answer.text}"' in (await browser.get("/schedule")).text


async def test_one_machine_hears_of_its_own_bookings_only(
    app: Any, browser: Browser, watch: Watch
) -> None:
    await factories.a_lab()
    mine, other = await factories.a_machine(), await factories.a_machine()
    member = await factories.a_member()
    async with listening(app, browser, f"/live/machines/{mine.slug}") as reader:
        await factories.a_booking(machine=other, member=member)
        await look(watch)
        assert len(reader.versions) == 1
        await factories.a_booking(machine=mine, member=member)
        await look(watch)
        assert len(reader.versions) == 2
        page = await browser.get(f"/machines/{mine.slug}/week")
        assert f'data-version="{reader.versions[-1]}"' in page.text


async def test_ones_own_page_hears_of_what_concerns_oneself(
    app: Any, browser: Browser, watch: Watch
) -> None:
    await factories.a_lab()
    me, teammate, stranger = [await factories.a_member() for _ in range(3)]
    await a_project(me, teammate)
    await browser.sign_in(me)
    async with listening(app, browser, "/live/me") as reader:
        told = []
        for member in (stranger, teammate, me):
            await record("made", "booking", 1, actor=None, member=member.id)
            await look(watch)
            told.append(len(reader.versions))
        await notify(stranger.id, "accounts/password_changed")
        await look(watch)
        told.append(len(reader.versions))
        await notify(me.id, "accounts/password_changed")
        await look(watch)
        told.append(len(reader.versions))
        assert told == [1, 2, 3, 3, 4]
        assert f'data-version="{reader.versions[-1]}"' in (await browser.get("/me")).text


@pytest.mark.parametrize(
    "address", ["/live/nothing", "/live/machines/nothing", "/live/machines/%27", "/live/me/1"]
)
async def test_there_are_no_other_streams(app: Any, browser: Browser, address: str) -> None:
    await factories.a_lab()
    async with listening(app, browser, address) as reader:
        assert reader.status == 404
        assert reader.is_over


async def test_visitors_have_no_page_of_their_own(app: Any, browser: Browser) -> None:
    await factories.a_lab()
    async with listening(app, browser, "/live/me") as reader:
        assert (reader.status, reader.is_over) == (303, True)


async def test_a_sessions_third_stream_ends_its_first(
    app: Any, browser: Browser, watch: Watch
) -> None:
    await factories.a_lab()
    await browser.sign_in(await factories.a_member())
    async with (
        listening(app, browser, "/live/schedule") as first,
        listening(app, browser, "/live/me") as second,
        listening(app, browser, "/live/schedule") as third,
    ):
        assert [each.is_over for each in (first, second, third)] == [True, False, False]
        assert b"event: enough\n" in first.body
        assert len(watch.streams) == 2
    assert not watch.streams


async def test_an_address_has_so_many(
    app: Any, browser: Browser, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "OF_AN_ADDRESS", 1)
    async with listening(app, browser, "/live/schedule") as second:
        assert (second.status, second.headers["retry-after"]) == (429, "60")
    async with listening(app, browser, "/live/schedule", at="192.0.2.2") as elsewhere:
        assert elsewhere.status == 200
    assert not reader.is_over


async def test_a_process_has_so_many(
    app: Any, browser: Browser, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST", 1)
    async with listening(app, browser, "/live/schedule", at="192.0.2.2") as second:
        assert second.status == 503
    assert not reader.is_over


@pytest.mark.parametrize("why", ["signed out", "expired", "another role", "closed"])
async def test_a_stream_ends_with_its_session(
    app: Any, browser: Browser, watch: Watch, travel: Travel, why: str
) -> None:
    await factories.a_lab()
    me = await factories.a_member()
    await browser.sign_in(me)
    async with listening(app, browser, "/live/me") as reader:
        await look(watch)
        assert not reader.is_over
        if why == "signed out":
            await sessions.end_all(me.id)
        elif why == "expired":
            travel(timedelta(days=31))
        elif why == "another role":
            await db.execute("UPDATE member SET role = 'manager' WHERE id = {}", me.id)
        else:
            await db.execute("UPDATE member SET state = 'closed' WHERE id = {}", me.id)
        await look(watch)
        assert reader.is_over


async def test_sessions_are_looked_at_though_nothing_changes(
    app: Any,
    browser: Browser,
    watch: Watch,
    travel: Travel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await factories.a_lab()
    await browser.sign_in(await factories.a_member())
    async with listening(app, browser, "/live/me") as reader:
        unchanged = versions.Stamps({}, as_of=1)

        async def stamps() -> versions.Stamps:
            return unchanged

        monkeypatch.setattr(versions, "stamps", stamps)
        await look(watch)
        travel(timedelta(days=31))
        looks = 0
        while not reader.is_over:
            with db.counting() as asked:
                await look(watch)
            looks += 1
            assert asked.count == reader.is_over
        assert looks <= watching.PEOPLE_EVERY <= 60


async def test_the_database_away_ends_no_stream(
    reader: Reader,
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def away() -> versions.Stamps:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(versions, "stamps", away)
        for _ in range(10):
            await look(watch)
    assert not reader.is_over
    await factories.a_booking(member=await factories.a_member())
    await look(watch)
    assert len(reader.versions) == 2
    assert [line for line in caplog.messages if "told" in line] == [
        "Changes are not told",
        "Changes are again told",
    ]


async def test_who_reads_nothing_gets_the_newest_only_and_not_for_ever(
    reader: Reader, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing piles up: of five changes while one is being sent, the last waits."""
    reader.blocked = asyncio.Event()
    machine, member = await factories.a_machine(), await factories.a_member()
    for day in range(5):
        await factories.a_booking(factories.hours(24 * day + 1), machine=machine, member=member)
        await look(watch)
    reader.blocked.set()
    await settled()
    assert len(reader.versions) == 3
    [stream] = watch.streams
    assert reader.versions[-1] == stream.version

    monkeypatch.setattr(live, "PATIENCE", 0)
    reader.blocked = asyncio.Event()
    await factories.a_booking(factories.hours(200), machine=machine, member=member)
    await look(watch)
    assert reader.is_over
    assert not watch.streams


async def test_a_silent_stream_breathes(
    app: Any, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await factories.a_lab()
    monkeypatch.setattr(live, "BREATH", 0)
    async with listening(app, browser, "/live/schedule") as reader:
        assert b"\n\n:\n\n" in reader.body


async def test_all_end_when_the_server_stops(
    app: Any, browser: Browser, reader: Reader, watch: Watch
) -> None:
    with watch.opened():
        assert not reader.is_over
    await settled()
    assert reader.is_over
    async with listening(app, browser, "/live/schedule") as late:
        assert late.status == 503


async def test_a_stream_is_noted_when_it_begins(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    """How long somebody listens says nothing about how long answers take."""
    assert measures.answers["GET", "/live/schedule", 200] >= 1
    before = dict(measures.answers)
    watch.close()
    await settled()
    assert reader.is_over
    assert dict(measures.answers) == before
    assert watch.counted() == {"machine": 0, "me": 0, "schedule": 0}


async def test_what_is_to_be_told_once_waits_for_a_person(browser: Browser) -> None:
    """A page that renews itself does not take the message of another one."""
    await factories.a_lab()
    await browser.sign_in(await factories.a_member())
    await browser.post("/sign-out", data={})
    behind = await browser.get("/schedule", headers={"x-fragment": "main"})
    seen = await browser.get("/schedule")
    again = await browser.get("/schedule")
    assert ["flashes" in page.text for page in (behind, seen, again)] == [False, True, False]
