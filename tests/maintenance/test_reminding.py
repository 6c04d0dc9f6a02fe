"""Managers are asked about days that are not certain yet, ten days before and two."""

from datetime import timedelta

import pytest

from fablab.core.facts import load
from fablab.lab.queries import place
from fablab.maintenance.reminding import remind_of_unconfirmed
from fablab.members.tables import Member
from fablab.notifications.rendering import shown
from fablab.notifications.tables import Notification
from tests import factories
from tests.bookings.conftest import viewer
from tests.conftest import Travel
from tests.factories import MONDAY

EID = MONDAY.date() + timedelta(days=20)


@pytest.fixture(autouse=True)
async def manager(rolled_back: None) -> Member:
    await factories.a_lab()
    await factories.a_member()
    return await factories.a_manager()


async def written() -> int:
    return await Notification.count()


async def test_ten_and_two_days_before_once_each(travel: Travel, manager: Member) -> None:
    closure = await factories.a_closure(EID, confirmed=False)
    counts = []
    for left in (11, 10, 9, 2, 1):
        travel(MONDAY + timedelta(days=20 - left))
        await remind_of_unconfirmed()
        await remind_of_unconfirmed()
        counts.append(await written())
    assert counts == [0, 1, 1, 2, 2]
    row = await Notification.objects().order_by(Notification.id).first()
    assert row is not None
    assert row.member == manager.id
    reader = viewer(manager)
    told = shown(row.template, load(row.facts), reader, await place(), "en")
    assert f"/desk/hours/closures/{closure.id}" in told.text


async def test_what_was_missed_is_made_up_for(travel: Travel) -> None:
    await factories.a_season(EID, EID + timedelta(days=28), {0: ["10:00-14:00"]}, confirmed=False)
    travel(MONDAY + timedelta(days=13))
    assert await remind_of_unconfirmed() == 1
    travel(MONDAY + timedelta(days=19))
    assert await remind_of_unconfirmed() == 1


async def test_nobody_is_asked_about_what_is_certain_or_past(travel: Travel) -> None:
    await factories.a_closure(EID)
    await factories.a_closure(MONDAY.date() - timedelta(days=1), confirmed=False)
    travel(MONDAY + timedelta(days=12))
    assert await remind_of_unconfirmed() == 0
