"""One job, now."""

import asyncio

import click


@click.command("run-job")
@click.argument("name")
def command(name: str) -> None:
    """Run the job NAME once, now. A wrong NAME lists the right ones."""
    asyncio.run(run(name))
    click.echo(f"Done: {name}")


async def run(name: str) -> None:
    from fablab import schedule
    from fablab.bookings.zone_law import rederive
    from fablab.commands.fitness import check_installation
    from fablab.core import db
    from fablab.web import logs

    if name not in schedule.JOBS:
        known = ", ".join(sorted(schedule.JOBS))
        raise click.ClickException(f"There is no job {name}. There are: {known}.")
    await check_installation()
    logs.set_up()
    async with db.connected():
        await rederive()
        await schedule.run_job(name)
