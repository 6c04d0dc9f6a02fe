"""A PostgreSQL server of the bench's own, as safe as a real one: fsync and commits that wait."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.processes import BenchError, free_port, running

# All else is the server's default, as an operator who installs the package has it.
OPTIONS = {"listen_addresses": "127.0.0.1", "fsync": "on", "synchronous_commit": "on"}


def binaries() -> Path:
    """The folder with `initdb`: $PG_BIN's, else the newest of Debian's, else the path's."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    places = sorted(debian, key=lambda folder: -float(folder.parent.name))
    if named := os.environ.get("PG_BIN"):
        places.insert(0, Path(named))
    if found := shutil.which("initdb"):
        places.append(Path(found).resolve().parent)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise BenchError("PostgreSQL is not installed. On Debian: apt-get install postgresql")


def identity() -> tuple[list[str], dict[str, Any]]:
    """What goes before a command, and its options, to run as a user: the server refuses root."""
    if os.geteuid() != 0:
        return [], {}
    namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode == 0:
        return namespace, {}
    for entry in pwd.getpwall():
        if entry.pw_name == "postgres":
            return [], {"user": entry.pw_uid, "extra_groups": []}
    raise BenchError("PostgreSQL refuses to run as root, and there is no user postgres.")


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Yield the address of the server, without a database. Its data stays in the folder."""
    place, (prefix, options) = binaries(), identity()
    folder.mkdir(parents=True, exist_ok=True)
    if "user" in options:
        os.chown(folder, options["user"], -1)
    data = folder / f"data-{place.parent.name}"
    if not (data / "PG_VERSION").exists():
        _initialize([*prefix, str(place / "initdb")], data, options)
    _stop_left_over(data)
    port = free_port()
    chosen = OPTIONS | {"port": str(port), "unix_socket_directories": str(folder)}
    command = [*prefix, str(place / "postgres"), "-D", str(data)]
    command += [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]
    log = folder / "log"
    with running(command, log, stop=signal.SIGINT, cwd=folder, **options) as process:
        _wait(process, [str(place / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)], log)
        yield f"postgresql://postgres@127.0.0.1:{port}"


def _initialize(command: list[str], data: Path, options: dict[str, Any]) -> None:
    choices = ["-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"]
    done = subprocess.run(
        [*command, *choices],
        capture_output=True,
        text=True,
        cwd=data.parent,
        check=False,
        **options,
    )
    if done.returncode:
        shutil.rmtree(data, ignore_errors=True)
        raise BenchError(f"initdb failed:\n{done.stderr}")


def _stop_left_over(data: Path) -> None:
    """A server of a bench that was killed hard. Nobody else's runs on this folder."""
    noted = data / "postmaster.pid"
    if not noted.exists():
        return
    process = Path("/proc") / noted.read_text().split()[0]
    try:
        if str(data).encode() not in (process / "cmdline").read_bytes():
            return
        os.kill(int(process.name), signal.SIGINT)
    except (FileNotFoundError, ProcessLookupError):
        return
    deadline = time.monotonic() + 30
    while process.exists() and time.monotonic() < deadline:
        time.sleep(0.1)


def _wait(process: subprocess.Popen[bytes], asking: list[str], log: Path) -> None:
    deadline = time.monotonic() + 60  # after a hard end it first reads its log again
    while process.poll() is None and time.monotonic() < deadline:
        if subprocess.run(asking, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise BenchError(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}")
