"""Bring the database up to date."""

import asyncio

import click


@click.command("migrate")
def command() -> None:
    """Bring the database and its bookings up to date."""
    for done in asyncio.run(migrate()):
        click.echo(f"Done: {done}")
    click.echo("The database is up to date.")


async def migrate() -> list[str]:
    """What was done, a line each."""
    from fablab.bookings.zone_law import rederive
    from fablab.commands import fitness
    from fablab.core import db, schema, zones

    zones.check_zone_data()
    done = await schema.migrate()
    fitness.keep_private()
    async with db.connected():
        law = await rederive()
    if law.moved or law.cancelled:
        done.append(
            f"the time zone's new law: bookings {law.moved} moved, {law.cancelled} cancelled"
        )
    return done
