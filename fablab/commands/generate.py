"""Much data, for measuring."""

import asyncio
import logging
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fablab.demo.bulk import Amount

SOME, ANY = click.IntRange(1), click.IntRange(0)


@click.command("generate")
@click.option("--machines", type=SOME, default=50, show_default=True)
@click.option("--members", type=SOME, default=500, show_default=True)
@click.option("--bookings", type=SOME, default=100_000, show_default=True)
@click.option("--days-back", type=ANY, default=365, show_default=True)
@click.option("--days-forward", type=ANY, default=92, show_default=True)
def command(machines: int, members: int, bookings: int, days_back: int, days_forward: int) -> None:
    """Fill an empty database, or a demo lab, with made-up data to measure with.

    Every day gets as many bookings. All invariants hold: `fablab check` finds nothing.
    """
    from fablab.demo.bulk import Amount

    amount = Amount(
        machines=machines,
        members=members,
        bookings=bookings,
        days_back=days_back,
        days_forward=days_forward,
    )
    asyncio.run(generate(amount))
    a_day = amount.bookings / amount.days
    click.echo(f"Made: {amount.bookings:,} bookings, {a_day:.0f} a day for {amount.days} days.")


async def generate(amount: "Amount") -> None:
    from rich.progress import Progress, TimeElapsedColumn

    from fablab.core import schema, zones
    from fablab.demo import generating

    zones.check_zone_data()
    logging.getLogger("fablab.core.sqlite").setLevel(logging.ERROR)  # nobody else waits to write
    amount.check()  # before the database is made
    await schema.migrate()
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), transient=True) as bar:
        task = bar.add_task("Generating", total=1.0)

        def progress(part: float, what: str) -> None:
            bar.update(task, completed=part, description=what)

        await generating.generate(amount, progress)
