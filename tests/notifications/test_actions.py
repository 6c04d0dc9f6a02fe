"""A notice is written with its cause, once, and knows where its mail goes."""

from datetime import timedelta
from typing import Any

import pytest

from fablab.core import db
from fablab.core.facts import load
from fablab.core.words import Words
from fablab.notifications.actions import mark_read, notify
from fablab.notifications.tables import Notification
from tests import factories
from tests.factories import MONDAY


async def only() -> Notification:
    [row] = await Notification.objects()
    return row


async def test_a_notice_goes_to_the_confirmed_address() -> None:
    ada = await factories.a_member(email="ada@example.org")
    assert await notify(ada.id, "bookings/made", booking=7, starts_at=MONDAY)
    row = await only()
    assert (row.member, row.address, row.mail_state) == (ada.id, "ada@example.org", "waiting")
    assert (row.written_at, row.next_try_at, row.key) == (MONDAY, MONDAY, None)


async def test_facts_come_back_as_they_were() -> None:
    ada = await factories.a_member()
    known: dict[str, Any] = {
        "booking": 7,
        "machine": Words("طابعة", "Imprimante", "Printer"),
        "starts_at": MONDAY,
        "ends_at": None,
        "length": timedelta(minutes=90),
        "note": '{"a"}',
    }
    await notify(ada.id, "bookings/made", **known)
    facts = load((await only()).facts)
    assert facts | {"machine": Words.parse(facts["machine"])} == known | {"length": 90}


@pytest.mark.parametrize("email", [None, "ada@example.org"])
async def test_without_a_confirmed_address_it_is_in_app_only(email: str | None) -> None:
    ada = await factories.a_member(email=email, email_confirmed_at=None)
    await notify(ada.id, "bookings/made")
    row = await only()
    assert (row.address, row.mail_state) == ("", "none")


async def test_a_mail_that_confirms_an_address_goes_there() -> None:
    ada = await factories.a_member(email="old@example.org")
    await notify(ada.id, "members/confirm", to="new@example.org", code=3)
    row = await only()
    assert (row.address, row.mail_state) == ("new@example.org", "waiting")


async def test_a_key_is_written_once() -> None:
    ada, grace = await factories.a_member(), await factories.a_member()
    assert await notify(ada.id, "bookings/reminder", key="reminder:7")
    assert not await notify(ada.id, "bookings/reminder", key="reminder:7")
    assert not await notify(grace.id, "bookings/reminder", key="reminder:7")
    assert await notify(ada.id, "bookings/reminder", key="reminder:8")
    assert await Notification.count() == 2


async def test_it_costs_one_statement(counted: Any) -> None:
    ada = await factories.a_member()
    with counted() as sent:
        await notify(ada.id, "bookings/made", key="k")
    assert sent.count == 1


async def test_it_is_undone_with_its_cause() -> None:
    ada = await factories.a_member()
    with pytest.raises(ConnectionError):
        await a_change_that_fails(ada.id)
    assert await Notification.count() == 0


@db.transactional
async def a_change_that_fails(member_id: int) -> None:
    await notify(member_id, "bookings/made")
    raise ConnectionError


async def test_a_closed_account_hears_nothing() -> None:
    ada = await factories.a_member(state="closed")
    assert not await notify(ada.id, "bookings/made")
    assert await Notification.count() == 0


async def test_one_reads_only_ones_own() -> None:
    ada, grace = await factories.a_member(), await factories.a_member()
    for member in (ada, grace):
        await notify(member.id, "bookings/made")
    await mark_read(ada.id, up_to=1_000_000)
    rows = {row.member: row.read_at for row in await Notification.objects()}
    assert rows == {ada.id: MONDAY, grace.id: None}
