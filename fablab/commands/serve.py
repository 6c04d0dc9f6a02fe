"""The pages, served."""

import asyncio
import socket
import sys
from typing import Any

import click

STOP_WITHIN = 4  # seconds a request may still take once we were told to stop
BACKLOG = 1024  # connections the system keeps while all workers are busy
# Connections a worker takes on, idle ones and those of open streams (watching.MOST) included: the
# rest waits in the backlog.
CONNECTIONS = 2048


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes that serve pages.")
@click.option("--no-jobs", is_flag=True, help="Leave what happens by itself to `fablab jobs`.")
def command(host: str, port: int, workers: int, no_jobs: bool) -> None:
    """Serve the lab's pages, and do what happens by itself."""
    from fablab.commands.fitness import check_installation

    asyncio.run(check_installation())
    serve(host, port, workers, jobs=not no_jobs)


def serve(host: str, port: int, workers: int = 1, *, jobs: bool = True) -> None:
    """Serve until told to stop; then end within five seconds."""
    from granian.constants import HTTPModes, Interfaces, Loops
    from granian.server import Server

    check_port(host, port)
    choices: dict[str, Any] = {
        "factory": True,
        "interface": Interfaces.ASGI,
        "http": HTTPModes.http1,
        "loop": Loops.auto if sys.platform == "win32" else Loops.uvloop,
        "websockets": False,
        "backlog": BACKLOG,
        "backpressure": CONNECTIONS,
        "respawn_failed_workers": True,
        "workers_kill_timeout": STOP_WITHIN,
        "log_access": False,  # ours has the request's id and no secret address
        "log_level": "warning",
    }
    target = f"fablab.commands.worker:{'pages_and_jobs' if jobs else 'pages_alone'}"
    click.echo(f"Serving on http://{shown(host)}:{port}. Ctrl+C stops.")
    Server(target, address=host, port=port, workers=workers, **choices).serve()


def shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def check_port(host: str, port: int) -> None:
    """`WrongSetup` when nobody could listen there: the server's own words are a traceback."""
    from fablab.core.errors import WrongSetup

    try:
        [family, *_, where] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except (OSError, OverflowError) as taken:
        reason = f"{shown(host)}:{port} cannot be used ({taken}). Name another port: --port 8001"
        raise WrongSetup(reason) from taken
