"""How much one may ask of the API: a bucket for each token, and for each address without one."""

import pytest

from fablab.core.errors import TooMany
from fablab.web import limits
from fablab.web.limits import MOST_BUCKETS, Buckets
from tests.factories import a_member
from tests.web.conftest import Program


class Hand:
    """A clock that stands until it is moved."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_bucket_empties_and_refills() -> None:
    hand = Hand()
    buckets = Buckets(60, burst=2, now=hand)
    buckets.take("ada")
    buckets.take("ada")
    with pytest.raises(TooMany) as refused:
        buckets.take("ada")
    assert refused.value.retry_after == 1
    buckets.take("grace")
    hand.at = 1.0
    buckets.take("ada")


def test_a_bucket_holds_no_more_than_its_burst() -> None:
    hand = Hand()
    buckets = Buckets(60, burst=2, now=hand)
    buckets.take("ada")
    hand.at = 3600.0
    buckets.take("ada")
    buckets.take("ada")
    with pytest.raises(TooMany):
        buckets.take("ada")


def test_nought_switches_it_off() -> None:
    buckets = Buckets(0, burst=1)
    for _ in range(5):
        buckets.take("ada")


def test_the_longest_unseen_are_forgotten() -> None:
    buckets = Buckets(60, now=Hand())
    for number in range(MOST_BUCKETS + 5):
        buckets.take(str(number))
    assert len(buckets.held) == MOST_BUCKETS
    assert not buckets.knows("0")


async def test_the_api_says_when_to_come_back(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "api", Buckets(60, burst=2, now=Hand()))
    visitor, member = await program(), await program(await a_member(), "read")
    statuses = [(await visitor.get("/api/v1/trial/who")).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = await visitor.get("/api/v1/trial/who")
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["code"] == "too_many"
    assert (await visitor.get("/trial/who")).status_code == 200
    del member


async def test_a_token_has_a_bucket_of_its_own(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "api", Buckets(60, burst=3, now=Hand()))
    member, visitor = await program(await a_member(), "read"), await program()
    assert (await member.get("/api/v1/trial/who")).status_code == 200
    for _ in range(3):
        await visitor.get("/api/v1/trial/who")
    assert (await visitor.get("/api/v1/trial/who")).status_code == 429
    statuses = [(await member.get("/api/v1/trial/who")).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


async def test_guessing_tokens_empties_the_addresss_bucket(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "api", Buckets(60, burst=2, now=Hand()))
    guesser = await program()
    statuses = [
        (
            await guesser.get("/api/v1/trial/who", headers={"authorization": f"Bearer {guess}"})
        ).status_code
        for guess in range(4)
    ]
    assert statuses == [401, 401, 429, 429]
