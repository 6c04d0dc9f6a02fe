"""The first account."""

import asyncio
from typing import Any

import click

from fablab.core import zones


@click.command("create-admin")
@click.argument("email")
def command(email: str) -> None:
    """Give EMAIL an account that may do everything. Asks for names and a password."""
    zones.check_zone_data()  # not only after all was typed
    names = {
        name: click.prompt(question, default="", show_default=False).strip()
        for name, question in QUESTIONS.items()
    }
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    asyncio.run(create(email, password, names))
    click.echo(f"{email} may now sign in and do everything.")


QUESTIONS = {
    "given_name_latin": "Given name, in Latin letters",
    "family_name_latin": "Family name, in Latin letters",
    "given_name_ar": "Given name, in Arabic (or empty)",
    "family_name_ar": "Family name, in Arabic (or empty)",
}


async def create(email: str, password: str, names: dict[str, Any]) -> None:
    from fablab.accounts.roles import create_admin
    from fablab.commands.fitness import check_schema
    from fablab.core import db

    await check_schema()
    async with db.connected():
        await create_admin(email, password, **names)
