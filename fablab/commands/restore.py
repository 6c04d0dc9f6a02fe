"""A backup, put back."""

import asyncio
from pathlib import Path

import click


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Throw away what the database holds now.")
def command(file: Path, replace: bool) -> None:
    """Put FILE, written by `fablab backup`, in the place of the database.

    Stop the servers and jobs first. An older backup is brought up to date.
    """
    asyncio.run(restore(file, replace))
    click.echo(f"Restored: {file}")


async def restore(file: Path, replace: bool) -> None:
    from rich.progress import Progress

    from fablab.commands.migrate import migrate
    from fablab.core import backup, zones

    zones.check_zone_data()
    with Progress(transient=True) as bar:
        task = bar.add_task("Restoring the database", total=1.0)
        await backup.restore(
            file, replace=replace, tell=lambda part: bar.update(task, completed=part)
        )
    await migrate()  # the law of time zones may have changed since
