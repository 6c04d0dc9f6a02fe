"""A committed lab with a printer and people whose programs carry tokens."""

from dataclasses import dataclass

import pytest

from fablab.core import clock
from fablab.core.secrets import digest, new_token
from fablab.machines.tables import Machine
from fablab.members.tables import ApiToken
from tests import factories
from tests.simulation.crowd import a_machine
from tests.support.databases import Copy


@dataclass(frozen=True)
class Scene:
    """A database with a machine, and the tokens of members who may all book it."""

    copy: Copy
    machine: Machine
    tokens: list[str]


@pytest.fixture
async def scene(committed_database: Copy) -> Scene:
    return await a_scene(committed_database)


async def a_scene(copy: Copy) -> Scene:
    """In the database in use, which is that copy."""
    await factories.a_lab(week={day: ["00:00-23:30"] for day in range(7)})
    machine = await a_machine()
    members = [await factories.a_member() for _ in range(64)]
    tokens = [new_token() for _ in members]
    await ApiToken.insert(
        *(
            ApiToken(
                member=member.id,
                name="race",
                key_hash=digest(token),
                scopes='["read", "book"]',
                made_at=clock.now(),
            )
            for member, token in zip(members, tokens, strict=True)
        )
    )
    return Scene(copy, machine, tokens)
