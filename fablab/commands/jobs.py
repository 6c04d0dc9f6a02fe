"""What happens by itself, without serving pages."""

import asyncio
import signal

import click


@click.command("jobs")
def command() -> None:
    """Release no-shows, send mail and so on, until stopped.

    For a machine beside those that run `fablab serve --no-jobs`. Two of them do nothing twice.
    """
    asyncio.run(work())


async def work() -> None:
    from fablab.commands.fitness import check_installation
    from fablab.core import db
    from fablab.schedule import running
    from fablab.web import logs

    await check_installation()
    logs.set_up()
    told = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    async with db.connected(), running(pages=False):
        click.echo("The jobs are running. Ctrl+C stops them.")
        await told.wait()
