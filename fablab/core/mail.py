"""Where mail goes: a mail server, or a folder in which every message is a file."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib

from fablab.core.errors import WrongSetup
from fablab.core.letters import Letter, Undeliverable, composed
from fablab.core.settings import settings

TIMEOUT = 20  # seconds a server may take over one answer
PER_LETTER = 40  # seconds it may take over a whole letter, so that a lease is never outlived

# What says "later": the network, the disk, a server that is busy or refuses for now.
LATER = (OSError, aiosmtplib.SMTPException)

Deliver = Callable[[Letter], Awaitable[None]]


@asynccontextmanager
async def post(target: str = "") -> AsyncIterator[Deliver]:
    """Letters go out through what this yields, all over one connection, opened at the first.

    `target` is a MAIL_URL; without one, the settings'. An error among LATER: try the letter
    again. `Undeliverable`: do not.
    """
    way = urlsplit(target or settings.mail_target)
    if way.scheme == "file":
        yield lambda letter: asyncio.to_thread(put_away, prepared(letter), folder(way))
        return
    server = Server(way)
    try:
        yield server.send
    finally:
        await server.hang_up()


def prepared(letter: Letter) -> EmailMessage:
    return composed(letter, settings.mail_from, settings.base_url)


def check_target(target: str = "") -> None:
    """`WrongSetup` when mail could go nowhere: MAIL_URL is no address we know, or a folder that
    we may not write to. A server is not asked: it may be away for an hour."""
    way = urlsplit(target or settings.mail_target)
    if way.scheme == "file":
        check_folder(folder(way))
    else:
        Server(way)


def folder(way: SplitResult) -> Path:
    if way.netloc or not way.path.startswith("/"):
        raise WrongSetup("FABLAB_MAIL_URL: write the folder in full, file:///folder.")
    return Path(unquote(way.path))


def check_folder(place: Path) -> None:
    """It is there and ours to write to, or could be made. Writes nothing: the disk may be full."""
    near = next(each for each in (place, *place.parents) if os.path.exists(each))
    if not near.is_dir() or not os.access(near, os.W_OK | os.X_OK):
        raise WrongSetup(
            f"Mail cannot be written to {place}: {near} is no folder that this user may write to."
            " Mend that, or name another one or a server in FABLAB_MAIL_URL."
        )


def put_away(message: EmailMessage, place: Path) -> None:
    """Write the message whole or not at all; a letter sent twice is one file."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)  # links that open accounts lie in it
    name = str(message["Message-ID"]).strip("<>").partition("@")[0]
    unfinished = place / f".{name}.{os.getpid()}"
    try:
        unfinished.write_bytes(message.as_bytes())
        unfinished.replace(place / f"{name}.eml")
    finally:
        unfinished.unlink(missing_ok=True)  # half of it, where the disk is full


class Server:
    """A mail server and the connection to it. One that does not answer is asked only once."""

    def __init__(self, way: SplitResult) -> None:
        if way.scheme not in ("smtp", "smtps") or not way.hostname:
            raise WrongSetup("FABLAB_MAIL_URL must be smtp://, smtps:// or file:///folder.")
        encrypted = way.scheme == "smtps"
        self.client = aiosmtplib.SMTP(
            hostname=way.hostname,
            port=way.port or (465 if encrypted else 25),
            username=unquote(way.username) if way.username else None,
            password=unquote(way.password) if way.password else None,
            use_tls=encrypted,
            start_tls=None,  # when it is offered
            timeout=TIMEOUT,
        )
        self.away: Exception | None = None

    async def send(self, letter: Letter) -> None:
        message = prepared(letter)
        await self.connect()
        try:
            async with asyncio.timeout(PER_LETTER):
                await self.client.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            codes = [answer.code for answer in refused.recipients]
            if codes and all(code >= 500 for code in codes):
                raise Undeliverable(str(refused.recipients[0].message)) from refused
            raise
        except (OSError, aiosmtplib.SMTPServerDisconnected):
            self.client.close()
            raise

    async def connect(self) -> None:
        if self.away is not None:
            raise self.away
        if self.client.is_connected:
            return
        try:
            await self.client.connect()
        except LATER as away:
            self.away = away
            raise

    async def hang_up(self) -> None:
        if not self.client.is_connected:
            return
        try:
            await self.client.quit()
        except LATER:
            self.client.close()
