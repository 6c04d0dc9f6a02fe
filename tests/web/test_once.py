"""The same request twice has one effect; the second hears what the first was told."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fablab.core import db
from fablab.core.errors import Problem, Refused
from fablab.core.tables import Heartbeat, KeptAnswer
from fablab.web.once import LIFETIME, Answer, claimed, forget_old_answers, once_form
from tests.factories import MONDAY, a_member
from tests.support.browser import Browser
from tests.web import trial
from tests.web.conftest import Program

WISHES = "/api/v1/trial/wishes"


def wish(machine: str = "laser") -> dict[str, Any]:
    return {"machine": machine, "starts_at": "2026-12-01T09:00:00Z"}


async def test_a_twin_hears_the_same(program: Program) -> None:
    client = await program(await a_member(), "book")
    answers = [
        await client.post(WISHES, json=wish(), headers={"idempotency-key": "k1"}) for _ in range(3)
    ]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["location"] for answer in answers} == {f"{WISHES}/1"}
    assert trial.acted == ["laser"]


async def test_without_a_key_each_request_counts(program: Program) -> None:
    client = await program(await a_member(), "book")
    for _ in range(2):
        await client.post(WISHES, json=wish())
    assert trial.acted == ["laser", "laser"]


async def test_another_body_under_the_same_key_is_a_conflict(program: Program) -> None:
    client = await program(await a_member(), "book")
    await client.post(WISHES, json=wish(), headers={"idempotency-key": "k1"})
    answer = await client.post(WISHES, json=wish("mill"), headers={"idempotency-key": "k1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")
    assert trial.acted == ["laser"]


async def test_a_refusal_is_not_kept(program: Program) -> None:
    client = await program(await a_member(), "book")
    for _ in range(2):
        answer = await client.post(WISHES, json=wish("taken"), headers={"idempotency-key": "k"})
        assert (answer.status_code, answer.json()["code"]) == (409, "taken")
    assert await KeptAnswer.count() == 0
    assert trial.acted == ["taken", "taken"]


async def test_keys_belong_to_their_owner(program: Program) -> None:
    for _ in range(2):
        client = await program(await a_member(), "book")
        await client.post(WISHES, json=wish(), headers={"idempotency-key": "k1"})
    assert len(trial.acted) == 2


@pytest.mark.parametrize("key", ["", "a b", "k" * 65, "é"])
async def test_a_bad_key_is_an_error(program: Program, key: str) -> None:
    client = await program(await a_member(), "book")
    headers: Any = {"idempotency-key": key.encode()}
    answer = await client.post(WISHES, json=wish(), headers=headers)
    assert answer.status_code == 400
    assert trial.acted == []


async def test_a_key_is_new_again_after_a_day(
    program: Program, travel: Callable[[Any], Any]
) -> None:
    client = await program(await a_member(), "book")
    for step in (timedelta(0), LIFETIME - timedelta(seconds=1), timedelta(seconds=1)):
        travel(step)
        await client.post(WISHES, json=wish(), headers={"idempotency-key": "k1"})
    assert len(trial.acted) == 2
    assert await KeptAnswer.count() == 1


async def test_old_answers_are_forgotten(travel: Callable[[Any], Any]) -> None:
    async def act() -> Answer:
        return Answer(200)

    await claimed(1, "POST /old", "k", "", act)
    travel(LIFETIME / 2)
    await claimed(1, "POST /new", "k", "", act)
    travel(LIFETIME / 2)
    await forget_old_answers()
    assert [row["scope"] for row in await KeptAnswer.select()] == ["POST /new"]


async def test_a_form_sent_twice_leads_to_the_same_place(visitor: Browser) -> None:
    for key, place in (("first-key", 1), ("first-key", 1), ("other-key", 2)):
        answer = await visitor.post("/trial/form", data={"key": key})
        assert answer.headers["location"] == f"/done/{place}"


async def test_a_form_that_is_refused_may_be_sent_again() -> None:
    tries: list[int] = []

    async def act() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise Refused(Problem("closed", "Closed."))
        return "/done"

    with pytest.raises(Refused):
        await once_form(1, "form", "a-key-of-this-form", act)
    assert await once_form(1, "form", "a-key-of-this-form", act) == "/done"


async def test_an_answer_that_is_no_success_undoes_its_writes(program: Program) -> None:
    async def act() -> Answer:
        await Heartbeat.objects().create(name="half", at=MONDAY)
        return Answer(500)

    with pytest.raises(Exception, match="500"):
        await claimed(1, "POST /x", "k", "", act)
    assert await Heartbeat.count() == 0
    assert await KeptAnswer.count() == 0


@pytest.mark.usefixtures("committed_database")
async def test_twins_at_the_same_moment_have_one_effect() -> None:
    done: list[int] = []

    async def act() -> Answer:
        await db.execute("UPDATE heartbeat SET at = at")
        await asyncio.sleep(0.01)
        done.append(1)
        return Answer(201, b"the first", "/first")

    answers = await asyncio.gather(
        *(claimed(7, "POST /bookings", "same", "mark", act) for _ in range(12))
    )
    assert len(done) == 1
    assert answers == [Answer(201, b"the first", "/first")] * 12
    assert await KeptAnswer.count() == 1


@pytest.mark.usefixtures("committed_database")
async def test_a_twin_goes_on_where_the_first_was_refused() -> None:
    tried: list[int] = []

    async def act() -> Answer:
        tried.append(1)
        await asyncio.sleep(0.01)
        if len(tried) == 1:
            raise Refused(Problem("closed", "Closed."))
        return Answer(201, b"second")

    answers = await asyncio.gather(
        *(claimed(7, "POST /b", "same", "", act) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert answers.count(Answer(201, b"second")) == 3
    assert len(tried) == 2
