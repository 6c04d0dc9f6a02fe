"""Bring the database up to date."""

import asyncio

import click


@click.command("migrate")
def command() -> None:
    """Bring the database's schema up to date."""
    done = asyncio.run(migrate())
    for name in done:
        click.echo(f"Done: {name}")
    click.echo("The database is up to date.")


async def migrate() -> list[str]:
    from fablab.core import schema, zones

    zones.check_zone_data()
    return await schema.migrate()
