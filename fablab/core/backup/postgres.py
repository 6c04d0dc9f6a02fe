"""PostgreSQL's tables, by its own tools: `pg_dump`, `pg_restore` and `psql`."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit, urlunsplit

from fablab.core import db, schema
from fablab.core.backup.files import (
    IDLE,
    IN_USE,
    NOT_EMPTY,
    NOT_OURS,
    check_schema,
)
from fablab.core.errors import WrongSetup
from fablab.core.settings import settings

OURS = ("--no-owner", "--no-privileges")
EMPTIED = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
MAGIC = b"PGDMP"
PATIENCE = "-c lock_timeout=5s"
MISSING = (
    "{tool} is missing, which saves and restores PostgreSQL. Install the client tools of the"
    " server's version or later (Debian: apt install postgresql-client)."
)


def is_equipped() -> bool:
    """Whether a backup can be taken on this machine."""
    return shutil.which("pg_dump") is not None


async def dump(dsn: str, target: Path) -> None:
    """In PostgreSQL's custom format: a snapshot, whatever is written meanwhile."""
    await _run(
        "pg_dump", dsn, "--format=custom", *OURS, f"--file={target}", f"--dbname={bare(dsn)}"
    )


async def restore(backup: Path, dsn: str, replace: bool) -> None:
    """What is there goes and the backup comes in one transaction."""
    for tool in ("pg_restore", "psql"):
        _found(tool)
    check_schema(backup, await ran(backup, dsn))
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with db.connected():
        if not replace and await holds_something():
            raise WrongSetup(NOT_EMPTY)
        if await is_in_use():
            raise WrongSetup(IN_USE)
    with TemporaryDirectory(dir=settings.folder) as folder:
        script = f"{folder}/restoring.sql"  # whole before it is run: half of one must not be kept
        await _run("pg_restore", dsn, *OURS, f"--file={script}", str(backup))
        strict = ("-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction")
        await _run("psql", dsn, *strict, "-c", EMPTIED, "-f", script, bare(dsn))


async def ran(backup: Path, dsn: str) -> list[str]:
    """The migrations that had run. `WrongSetup` when it is no backup of ours."""
    if not _is_archive(backup):
        raise WrongSetup(NOT_OURS.format(name=backup))
    told = await _run("pg_restore", dsn, "--data-only", "--table=migration", "-f-", str(backup))
    return list(_names(told.splitlines()))


def _is_archive(backup: Path) -> bool:
    with backup.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _names(lines: list[str]) -> Iterator[str]:
    """Out of `COPY public.migration (id, name, ...) FROM stdin;` and what follows."""
    columns: list[str] = []
    for line in lines:
        if line.startswith("COPY "):
            columns = line.partition("(")[2].partition(")")[0].split(", ")
        elif line == "\\.":
            columns = []
        elif columns:
            row = dict(zip(columns, line.split("\t"), strict=True))
            if row["app_name"] == schema.APP:
                yield row["name"]


async def holds_something() -> bool:
    found = await db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for table in {row["tablename"] for row in found} - IDLE:
        if await db.fetch(f'SELECT 1 FROM "{table}" LIMIT 1'):  # noqa: S608 - a table of ours
            return True
    return False


async def is_in_use() -> bool:
    """Whether any other process of ours is connected."""
    asked = """
        SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'fablab' AND pid <> pg_backend_pid() LIMIT 1
    """
    return bool(await db.fetch(asked))


def bare(dsn: str) -> str:
    """Without the password, which everybody on the machine could read in the list of processes."""
    address = urlsplit(dsn)
    user, _, host = address.netloc.rpartition("@")
    kept = f"{user.partition(':')[0]}@{host}" if user else host
    return urlunsplit(address._replace(netloc=kept))


def _environment(dsn: str) -> dict[str, str]:
    password = urlsplit(dsn).password
    own = {"PGPASSWORD": unquote(password)} if password else {}
    return os.environ | {"PGOPTIONS": PATIENCE, "PGAPPNAME": "fablab backup"} | own


def _found(tool: str) -> str:
    if (found := shutil.which(tool)) is None:
        raise WrongSetup(MISSING.format(tool=tool))
    return found


async def _run(tool: str, dsn: str, *words: str) -> str:
    """What it printed. `WrongSetup` with its first words when it fails; ended when cancelled."""
    process = await asyncio.create_subprocess_exec(
        _found(tool),
        *words,
        env=_environment(dsn),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, wrong = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise WrongSetup(f"{tool} failed: {' '.join(wrong.decode().split())}")
    return out.decode()
