"""Who asked a moment ago is remembered until somebody commits, or their time is over."""

from datetime import timedelta
from typing import Any

import pytest

from fablab.core import clock, db
from fablab.members.tables import Member, MemberState, Role, Session
from tests.conftest import Travel
from tests.factories import a_lab, a_member
from tests.support.browser import Browser
from tests.support.counting import Counting
from tests.support.databases import Copy
from tests.web.test_auth import last_seen, who


@pytest.mark.usefixtures("alone")
async def test_asking_again_costs_no_statement_for_the_person(
    committed_database: Copy, visitor: Browser, counted: Counting
) -> None:
    await a_lab()
    await visitor.sign_in(await a_member())
    assert await who(visitor) is not None
    with counted() as sent:
        assert await who(visitor) is not None
    assert sent.count == (0 if db.is_sqlite() else 1), sent.statements


async def test_a_session_that_was_remembered_ends_all_the_same(
    committed_database: Copy, visitor: Browser, travel: Travel
) -> None:
    await visitor.sign_in(await a_member())
    soon: dict[Any, Any] = {Session.expires_at: clock.now() + timedelta(minutes=2)}
    await Session.update(soon, force=True)
    assert await who(visitor) is not None
    travel(timedelta(minutes=2))
    assert await who(visitor) is None


async def test_a_visit_that_was_remembered_is_noted_all_the_same(
    committed_database: Copy, visitor: Browser, travel: Travel
) -> None:
    await visitor.sign_in(await a_member())
    for minutes in (1, 5):
        await visitor.get("/trial/who")
        travel(timedelta(minutes=minutes))
    await visitor.get("/trial/who")
    assert await last_seen() == clock.now()


async def test_whoever_is_somebody_else_by_now_is(
    committed_database: Copy, visitor: Browser
) -> None:
    member = await a_member()
    await visitor.sign_in(member)
    assert (await visitor.get("/trial/staff")).status_code == 403
    manager: dict[Any, Any] = {Member.role: Role.MANAGER}
    await Member.update(manager).where(Member.id == member.id)
    assert (await visitor.get("/trial/staff")).status_code == 200
    closed: dict[Any, Any] = {Member.state: MemberState.CLOSED}
    await Member.update(closed).where(Member.id == member.id)
    assert await who(visitor) is None
