"""Whether the installation and what it stores are as they must be."""

import asyncio
from collections.abc import Awaitable, Callable

import click

from fablab.core.errors import FablabError, WrongSetup


@click.command("check")
def command() -> None:
    """Check the installation and everything stored; exit code 1 when something is wrong."""
    if not asyncio.run(look()):
        raise WrongSetup("Something is wrong; the lines above say what.")


def tell(fine: bool, text: str) -> bool:
    mark = click.style("ok   ", fg="green") if fine else click.style("WRONG", fg="red")
    click.echo(f"{mark} {text}")
    return fine


async def look() -> bool:
    """Say one line for each thing looked at; whether all of them are fine."""
    from fablab.commands import fitness
    from fablab.core import db, mail, zones

    fine = [
        await is_fit("a secret key is set", fitness.check_secret),
        await is_fit("the settings make sense", fitness.check_settings),
        await is_fit("the time-zone data is the one we need", zones.check_zone_data),
        await is_fit("mail has somewhere to go", mail.check_target),
        await is_fit("what is stored is closed to other users", fitness.check_private),
        await is_fit("the schema is up to date", fitness.check_schema),
    ]
    if fine[-1]:
        async with db.connected():
            fine += [await nothing_wrong(what, count) for what, count in stored().items()]
    return all(fine)


async def is_fit(text: str, check: Callable[[], Awaitable[None] | None]) -> bool:
    try:
        if (waiting := check()) is not None:
            await waiting
    except FablabError as wrong:
        return tell(False, str(wrong))
    return tell(True, text)


async def nothing_wrong(what: str, count: Callable[[], Awaitable[int]]) -> bool:
    wrong = await count()
    return tell(wrong == 0, f"{wrong} {what}")


def stored() -> dict[str, Callable[[], Awaitable[int]]]:
    """What is counted; each count must be 0."""
    from fablab.bookings import checks
    from fablab.core import integrity

    return integrity.CHECKS | checks.CHECKS
