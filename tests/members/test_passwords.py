"""Which passwords are refused, and how they are kept."""

import pytest

from fablab.members import passwords
from fablab.members.passwords import SHORTEST, password_problem

GOOD = "three small blue horses"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GOOD, None),
        ("كلمة سر طويلة", None),
        ("x1" * 4 + "y", "password_short"),
        ("a" * 201, "password_long"),
        ("Password123", "password_common"),
        ("1234567890", "password_common"),
        ("azerty azerty", "password_common"),
        ("bbbbbbbbbbbb", "password_common"),
        ("ada@example.org", "password_common"),
        ("ADA LOVELACE", "password_common"),
    ],
)
def test_only_long_and_unlikely_ones(text: str, code: str | None) -> None:
    problem = password_problem(text, ["Ada@Example.org", "Ada Lovelace"])
    assert (problem.code if problem else None) == code


def test_the_shortest_that_will_do() -> None:
    assert password_problem("kf8-qp2-zz"[:SHORTEST]) is None
    assert password_problem("kf8-qp2-zz"[: SHORTEST - 1]) is not None


def test_the_hash_is_argon2id_as_agreed() -> None:
    kept = passwords.hash_password(GOOD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.hash_password(GOOD) != kept


async def test_right_wrong_and_nobody() -> None:
    kept = await passwords.hashed(GOOD)
    assert (await passwords.checked(kept, GOOD)).right
    assert not (await passwords.checked(kept, GOOD + " ")).right
    assert not (await passwords.checked(None, "nobody has this password")).right
    assert not (await passwords.checked("not a hash", GOOD)).right


async def test_one_password_from_every_keyboard() -> None:
    kept = await passwords.hashed("un café très serré")
    assert (await passwords.checked(kept, "un cafe\u0301 tre\u0300s serre\u0301")).right
