"""`fablab`: what an operator types. The commands themselves are in `fablab.commands`."""

from importlib import import_module
from typing import Any

import click

from fablab.core.errors import FablabError, Refused, Unavailable

COMMANDS = (
    "backup",
    "check",
    "create-admin",
    "demo",
    "generate",
    "jobs",
    "migrate",
    "restore",
    "run-job",
    "serve",
)


class Commands(click.Group):
    """Loads only the command that was typed; what goes wrong is one line and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"fablab.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FablabError as error:
            raise click.ClickException(sentence(error)) from error


def sentence(error: FablabError) -> str:
    """What went wrong, in one line of English."""
    if isinstance(error, Refused):
        from fablab.core.i18n import say

        return " ".join(say(problem) for problem in error.problems)
    if isinstance(error, Unavailable):
        return "The database cannot be reached. Is FABLAB_DATABASE_URL right, and does it run?"
    return " ".join(str(error).split()) or type(error).__name__


@click.group(cls=Commands)
def main() -> None:
    """The bookings, trainings and stock of a Fab Lab."""
