"""The database in one file, taken while it is served."""

import asyncio
from pathlib import Path

import click


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def command(file: Path) -> None:
    """Save the database to FILE, while everybody works on.

    The database only: not the mail in the data folder, the secret key or other settings.
    """
    asyncio.run(save(file))
    click.echo(f"Saved: {file}")


async def save(file: Path) -> None:
    from rich.progress import Progress

    from fablab.core import backup

    with Progress(transient=True) as bar:
        task = bar.add_task("Saving the database", total=1.0)
        await backup.save(file, lambda part: bar.update(task, completed=part))
