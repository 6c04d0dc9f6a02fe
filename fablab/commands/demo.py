"""The demo lab, made and served, with nothing to set up."""

import asyncio
import os
import secrets
from pathlib import Path

import click

from fablab.commands.serve import check_port, serve, shown

LOCAL, EVERYWHERE = "127.0.0.1", ("0.0.0.0", "::")  # noqa: S104 - what an operator may type


@click.command("demo")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--fresh", is_flag=True, help="Throw the demo lab away and make a new one.")
def command(host: str, port: int, fresh: bool) -> None:
    """Make a demo lab (or take the one of last time) and serve it."""
    address = f"http://{shown(LOCAL if host in EVERYWHERE else host)}:{port}"
    check_port(host, port)  # not only after the lab was made
    settle_in(address)
    asyncio.run(make(fresh))
    tell(address)
    serve(host, port)


def settle_in(address: str) -> None:
    """Set what a real lab's operator would. Before `settings` are read."""
    folder = Path(os.environ.get("FABLAB_DATA_DIR", "fablab-data"))
    os.environ.setdefault("FABLAB_SECRET_KEY", kept_secret(folder))
    os.environ.setdefault("FABLAB_BASE_URL", address)


def kept_secret(folder: Path) -> str:
    """The same at every start, so that nobody is signed out; readable by its owner only."""
    path = folder / "demo-secret"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()


async def make(fresh: bool) -> None:
    from rich.progress import Progress

    from fablab.commands import fitness
    from fablab.core import zones
    from fablab.demo.build import make_demo

    zones.check_zone_data()
    with Progress(transient=True) as bar:
        task = bar.add_task("Making the demo lab", total=1.0)

        def progress(part: float, what: str = "") -> None:
            bar.update(task, completed=part, description=what or "Making the demo lab")

        await make_demo(fresh, progress)
    fitness.keep_private()


def tell(address: str) -> None:
    from fablab.demo.accounts import ACCOUNTS, PASSWORD, PIN

    click.echo(f"\nThe demo lab: {address}\nSign in with the password {PASSWORD} as:")
    for account in ACCOUNTS:
        click.echo(f"  {account.email:<24}{account.sees}")
    click.echo(f"At a tablet (desk, Tablets) everybody's PIN is {PIN}.\n")
