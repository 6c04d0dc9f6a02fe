"""The week and the day as programs poll them: never yesterday's, and never somebody else's."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from fablab.bookings import cancelling, changing, checkin
from fablab.bookings.schedule import clock_face
from fablab.bookings.tables import Booking
from fablab.core import clock, db, zones
from fablab.lab.tables import Lab, OpeningHours
from fablab.machines.tables import Machine
from fablab.members.tables import ApiToken, Member, MemberState, Role
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.conftest import Book
from tests.bookings.polling import DAY, Scene, elsewhere
from tests.conftest import Travel
from tests.factories import hours
from tests.support.counting import Counting
from tests.support.databases import Copy

LATER = hours(1, 2).end
Do = Callable[[Scene], Awaitable[Any]]


@pytest.fixture
async def scene(committed_database: Copy, app: Any, book: Book) -> Scene:
    made = Scene(app, book)
    await made.prepare()
    return made


@pytest.mark.usefixtures("alone")
async def test_who_has_it_already_is_told_so_without_a_look_at_the_data(
    scene: Scene, counted: Counting
) -> None:
    for path, who in product(scene.paths, (None, scene.ada, scene.manager)):
        first = await scene.get(path, who)
        tag = first.headers["etag"]
        with counted() as sent:
            again = await scene.get(path, who, if_none_match=tag)
            whole = await scene.get(path, who)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert "content-type" not in again.headers
        assert whole.content == first.content
        assert sent.count <= (0 if db.is_sqlite() else 2), sent.statements
        assert not any("booking b" in each for each in sent.statements)
        for answer in (first, again):
            assert answer.headers["cache-control"] == "private, no-cache"
            assert answer.headers["vary"] == "Accept-Language, Authorization, Accept-Encoding"
            assert answer.headers["content-security-policy"]


async def test_nobody_is_told_that_they_have_what_another_has(scene: Scene) -> None:
    asking: list[tuple[Viewer | None, str]] = [
        (who, language)
        for who in (None, scene.ada, scene.ben, scene.manager)
        for language in ("en", "ar", "fr")
    ]
    for path in scene.paths:
        tags = {}
        for who, language in asking:
            answer = await scene.get(path, who, accept_language=language)
            tags[who.id if who else None, language] = answer.headers["etag"]
        assert len(set(tags.values())) == len(asking)
        for (who, language), other in product(asking, tags.values()):
            mine = tags[who.id if who else None, language]
            answer = await scene.get(path, who, accept_language=language, if_none_match=other)
            assert answer.status_code == (304 if other == mine else 200)


async def test_each_sees_their_own_and_no_name_but_staff(scene: Scene) -> None:
    await scene.book(scene.ben, scene.machine, hours(3))
    for path in scene.paths:
        public, ada, ben, manager = [
            await scene.get(path, who)
            for who in (None, scene.ada, scene.ben, scene.manager)
            for _ in range(2)  # the second one from memory
        ][1::2]
        assert public.text.count('"mine":false') == 2
        for mine, other in ((ada, ben), (ben, ada)):
            assert mine.text.count('"mine":true') == 1
            assert mine.text != other.text
            assert mine.text.replace('"mine":true', '"mine":false') == public.text
        assert '"who":"Ben' in manager.text
        assert '"who"' not in public.text + ada.text + ben.text


async def test_staff_read_names_in_their_language(scene: Scene) -> None:
    for path in scene.paths:
        latin = await scene.get(path, scene.manager, accept_language="fr")
        arabic = await scene.get(path, scene.manager, accept_language="ar")
        member = await Member.objects().get(Member.id == scene.ada.id)
        assert member is not None
        assert member.family_name_latin in latin.text
        assert member.family_name_ar in arabic.text
        assert member.family_name_ar not in latin.text


async def test_what_staff_see_is_not_kept_for_all_where_names_are_shown(scene: Scene) -> None:
    hidden = await factories.a_machine(status="hidden")
    await Lab.update({Lab.shows_names: True}, force=True)
    manager, public = await scene.get(DAY, scene.manager), await scene.get(DAY)
    assert '"who"' in public.text
    assert hidden.slug in manager.text
    assert hidden.slug not in public.text


async def rename(scene: Scene) -> None:
    names: dict[Any, Any] = {Member.family_name_latin: "Byron"}
    await Member.update(names).where(Member.id == scene.ada.id)


async def hide(scene: Scene) -> None:
    status: dict[Any, Any] = {Machine.status: "hidden"}
    await Machine.update(status).where(Machine.id == scene.machine.id)


CHANGES: dict[str, tuple[Do, str]] = {
    "booked": (lambda it: it.book(it.ben, it.machine, hours(3)), "all"),
    "longer": (lambda it: changing.change(it.ada, it.made.booking.id, ends_at=LATER), "all"),
    "cancelled": (lambda it: cancelling.cancel(it.manager, it.made.booking.id), "all"),
    "checked in": (lambda it: checkin.check_in(it.ada, it.made.booking.id), "all"),
    "renamed": (rename, "staff"),
    "names shown": (lambda _: Lab.update({Lab.shows_names: True}, force=True), "public"),
    "machine hidden": (hide, "public"),
    "hours": (lambda _: OpeningHours.delete(force=True), "day"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_is_seen_at_once(scene: Scene, change: str, travel: Travel) -> None:
    travel(timedelta(minutes=55))
    act, whose = CHANGES[change]
    whom: dict[str, list[Viewer | None]] = {"staff": [scene.manager], "public": [None]}
    viewers = whom.get(whose, [None, scene.manager])
    asked = [(path, who) for path in scene.paths[: 1 if whose == "day" else 2] for who in viewers]
    before = [await scene.get(path, who) for path, who in asked]
    await act(scene)
    for (path, who), old in zip(asked, before, strict=True):
        new = await scene.get(path, who, if_none_match=old.headers["etag"])
        assert new.status_code in (200, 404)
        assert new.text != old.text, (path, who)


async def test_a_change_of_something_else_leaves_it(scene: Scene) -> None:
    other = await factories.a_machine()
    week = scene.paths[1]
    before = await scene.get(week)
    await scene.book(scene.ben, other, hours(1))
    tag = before.headers["etag"]
    assert (await scene.get(week, if_none_match=tag)).status_code == 304
    assert (await scene.get(DAY)).text.count('"mine"') == 2


async def test_what_was_taken_back_is_not_remembered(scene: Scene) -> None:
    before = [await scene.get(path, scene.ada) for path in scene.paths]
    with pytest.raises(KeyError):
        async with db.transaction():
            await scene.book(scene.ada, scene.machine, hours(3))
            within = [await scene.get(path, scene.ada) for path in scene.paths]
            raise KeyError
    after = [await scene.get(path, scene.ada) for path in scene.paths]
    for old, mean, new in zip(before, within, after, strict=True):
        assert mean.text.count('"mine":true') == 2
        assert (new.text, new.headers["etag"]) == (old.text, old.headers["etag"])


async def test_another_process_is_seen_at_once(
    scene: Scene, committed_database: Copy, counted: Counting
) -> None:
    for start in (2, 4, 6):
        before = [await scene.get(path, scene.ben) for path in scene.paths]
        async with elsewhere(committed_database):
            made = await scene.book(scene.ben, scene.machine, hours(start))
            there = [await scene.get(path, scene.ben) for path in scene.paths]
        for path, old, other in zip(scene.paths, before, there, strict=True):
            new = await scene.get(path, scene.ben, if_none_match=old.headers["etag"])
            assert (new.status_code, new.text) == (200, other.text)
            assert new.headers["etag"] == other.headers["etag"]  # a tag is good at both
        await cancelling.cancel(scene.ben, made.booking.id)
        async with elsewhere(committed_database):
            assert '"mine":true' not in (await scene.get(DAY, scene.ben)).text


async def test_packed_it_says_the_same(scene: Scene) -> None:
    for hour in (2, 3, 4, 5, 6, 7, 8):
        await factories.a_booking(hours(hour), scene.machine)
    for path, who in product(scene.paths, (None, scene.ada)):
        plain = await scene.get(path, who)
        for _ in range(2):
            packed = await scene.get(path, who, accept_encoding="gzip")
            assert packed.headers["content-encoding"] == "gzip"
            assert int(packed.headers["content-length"]) < len(packed.content)
            assert packed.content == plain.content
        tag = packed.headers["etag"]
        assert (await scene.get(path, who, if_none_match=tag)).status_code == 304


async def test_from_now_on_is_from_now_on(scene: Scene, travel: Travel) -> None:
    path = f"/machines/{scene.machine.slug}/bookings"
    assert len((await scene.get(path)).json()["items"]) == 1
    travel(timedelta(hours=1, minutes=59))
    assert len((await scene.get(path)).json()["items"]) == 1
    travel(timedelta(minutes=1))
    assert (await scene.get(path)).json()["items"] == []


async def test_what_a_token_was_worth_ends_at_once(scene: Scene, committed_database: Copy) -> None:
    staff: dict[Any, Any] = {Member.role: Role.MANAGER}
    closed: dict[Any, Any] = {Member.state: MemberState.CLOSED}
    revoked: dict[Any, Any] = {ApiToken.revoked_at: clock.now()}
    assert '"who"' not in (await scene.get(DAY, scene.ben)).text
    async with elsewhere(committed_database):
        await Member.update(staff).where(Member.id == scene.ben.id)
    assert '"who"' in (await scene.get(DAY, scene.ben)).text
    async with elsewhere(committed_database):
        await ApiToken.update(revoked).where(ApiToken.member == scene.ben.id)
        await Member.update(closed).where(Member.id == scene.manager.id)
    for who in (scene.ben, scene.manager):
        assert (await scene.get(DAY, who)).status_code == 401


def test_every_quarter_of_an_hour_is_told_as_the_wall_shows_it() -> None:
    for name, start in (("Africa/Casablanca", "2026-02-14"), ("Europe/Paris", "2026-10-24")):
        zone = zones.zone(name)
        first = zones.read_time(f"{start}T00:00:00Z", zone)
        for quarter in range(4 * 24 * 40):
            at = first + timedelta(minutes=15 * quarter)
            stored = at.isoformat(" ")
            assert clock_face(stored, zone) == clock_face(at, zone) == zones.iso(at, zone)


async def test_blocks_tell_the_hours_of_their_own_side_of_a_change(
    scene: Scene, travel: Travel
) -> None:
    """The day on which Morocco leaves UTC+1."""
    before, after = zones.read_time("2026-09-20T00:30:00Z", zones.zone("UTC")), hours(1).length
    await Booking.update(
        {
            Booking.starts_at: before,
            Booking.ends_at: before + 3 * after,
            Booking.busy_until: before + 3 * after,
        }
    ).where(Booking.id == scene.made.booking.id)
    day = (await scene.get("/schedule?date=2026-09-20")).json()
    [block] = day["machines"][0]["blocks"]
    assert block["starts_at"] == "2026-09-20T01:30:00+01:00"
    assert block["ends_at"] == "2026-09-20T03:30:00+00:00"
