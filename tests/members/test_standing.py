"""What the booking rules hear of a person."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from fablab.core.errors import NotFound
from fablab.members import standing
from fablab.members.tables import BookingWindows, HoldKind, Role
from tests import factories
from tests.factories import MONDAY


async def test_everything_in_one_statement(counted: Callable[[], Any]) -> None:
    plan = await factories.a_plan("public", windows=BookingWindows.OPEN_LAB, horizon_days=7)
    member = await factories.a_member(
        charter=2, plan=plan.id, plan_until=date(2026, 12, 31), birth_year=2012
    )
    await factories.a_hold(member, HoldKind.SAFETY)
    await factories.a_hold(member, until=MONDAY + timedelta(days=1))
    with counted() as sent:
        found = await standing.standing(member.id, MONDAY)
    assert sent.count == 1
    assert (found.role, found.has_email, found.email_confirmed) == (Role.MEMBER, True, True)
    assert found.plan is not None
    assert (found.plan.slug, found.plan.horizon_days) == ("public", 7)
    assert (found.plan.windows, found.plan.until) == (BookingWindows.OPEN_LAB, date(2026, 12, 31))
    assert found.charter_version == 2
    assert [hold.kind for hold in found.holds] == [HoldKind.SAFETY, HoldKind.ADMINISTRATIVE]
    assert found.holds[1].ends_at == MONDAY + timedelta(days=1)
    assert found.birth_year == 2012


async def test_holds_that_are_over_or_lifted_do_not_count() -> None:
    member = await factories.a_member()
    await factories.a_hold(member, until=MONDAY)
    lifted = await factories.a_hold(member)
    await lifted.update_self({"lifted_at": MONDAY - timedelta(hours=1)})
    found = await standing.standing(member.id, MONDAY)
    assert found.holds == ()
    assert found.charter_version == 0
    assert found.plan is None


async def test_several_at_once(counted: Callable[[], Any]) -> None:
    first, second = await factories.a_member(), await factories.a_manager()
    with counted() as sent:
        found = await standing.standings([first.id, second.id, 999_999], MONDAY)
    assert sent.count == 1
    assert {each.id: each.is_staff for each in found.values()} == {
        first.id: False,
        second.id: True,
    }


async def test_nobody_has_no_standing() -> None:
    with pytest.raises(NotFound):
        await standing.standing(999_999, MONDAY)
