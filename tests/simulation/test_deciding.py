"""A request on two servers: two who decide it, or its owner taking it back meanwhile."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from fablab.bookings.tables import Booking
from fablab.core import clock, db
from fablab.core.secrets import digest, new_token
from fablab.machines.tables import Machine
from fablab.members.tables import ApiToken, Member
from tests import factories
from tests.simulation.conftest import Scene
from tests.support.servers import serving

pytestmark = pytest.mark.slow
ROUNDS = 12
POLICY = {"needs_approval": True, "max_minutes": 480, "notice_to_cancel_minutes": 10_080}
DECIDED = """
SELECT verb, count(*) AS times FROM activity
WHERE thing = 'booking' AND thing_id = {} AND verb IN ('approved', 'rejected', 'cancelled')
GROUP BY verb
"""
Call = tuple[str, str, str, dict[str, Any]]  # server, token, verb, body


async def a_token(member: Member) -> str:
    token = new_token()
    await ApiToken.objects().create(
        member=member.id,
        name="race",
        key_hash=digest(token),
        scopes='["read", "book", "manage"]',
        made_at=clock.now(),
    )
    return token


async def a_request(client: httpx.AsyncClient, url: str, token: str, machine: Machine) -> int:
    """For a slot of the day after tomorrow, by the real clock."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    start = noon + timedelta(days=2)
    body = {
        "machine": machine.slug,
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=1)).isoformat(),
    }
    answer = await client.post(
        f"{url}/api/v1/bookings", json=body, headers={"authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json()["status"]) == (201, "pending"), answer.text
    return int(answer.json()["id"])


async def at_once(
    client: httpx.AsyncClient, request: int, calls: Sequence[Call]
) -> list[httpx.Response]:
    return list(
        await asyncio.gather(
            *(
                client.post(
                    f"{url}/api/v1/bookings/{request}/{verb}",
                    json=body,
                    headers={"authorization": f"Bearer {token}", "accept-language": "en"},
                )
                for url, token, verb, body in calls
            )
        )
    )


async def test_a_request_is_decided_once_and_the_other_is_told(scene: Scene) -> None:
    """By approval, refusal or its owner: who is confirmed cannot be taken back so late."""
    approvers = [await a_token(await factories.a_manager()) for _ in range(2)]
    verbs = (("approve", "approve"), ("approve", "reject"), ("approve", "cancel"))
    won: Counter[tuple[str, str]] = Counter()
    async with (
        serving(scene.copy) as one,
        serving(scene.copy) as other,
        httpx.AsyncClient(timeout=30) as client,
    ):
        for number in range(ROUNDS):
            owner, machine = scene.tokens[number], await factories.a_machine(policy=POLICY)
            request = await a_request(client, one.url, owner, machine)
            first, second = verbs[number % len(verbs)]
            whose = owner if second == "cancel" else approvers[1]
            calls: list[Call] = [(one.url, approvers[0], first, {}), (other.url, whose, second, {})]
            answers = await at_once(client, request, calls if number % 2 else calls[::-1])
            assert sorted(each.status_code for each in answers) == [200, 422], number
            [winner] = [each.json() for each in answers if each.status_code == 200]
            [loser] = [each.json() for each in answers if each.status_code == 422]
            assert loser["code"] in ("already_decided", "cancel_too_late", "not_changeable")
            stored = await Booking.select(Booking.status).where(Booking.id == request).first()
            assert stored == {"status": winner["status"]}
            assert [row["times"] for row in await db.fetch(DECIDED, request)] == [1]
            won[second, winner["status"]] += 1
    print(f"\n{ROUNDS} rounds: {dict(won)}")  # noqa: T201
