"""Whether this installation is fit to run; each sentence says how to mend it."""

from email.utils import parseaddr
from urllib.parse import urlsplit

import click

from fablab.core import mail, private, schema, zones
from fablab.core.errors import WrongSetup
from fablab.core.settings import settings

SHORTEST_SECRET = 32
ADVICE = (
    "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))' "
    "and keep it in the environment as FABLAB_SECRET_KEY."
)


async def check_installation() -> None:
    """`WrongSetup` for the first thing that is not as it must be."""
    check_secret()
    check_settings()
    zones.check_zone_data()
    mail.check_target()
    await check_schema()
    keep_private()


def check_secret() -> None:
    if not settings.secret_key:
        raise WrongSetup(f"There is no secret key. {ADVICE}")
    if len(settings.secret_key) < SHORTEST_SECRET:
        raise WrongSetup(f"The secret key is shorter than {SHORTEST_SECRET} characters. {ADVICE}")


def check_settings() -> None:
    """`WrongSetup` for a value that cannot be meant, before it is somebody's first request."""
    from fablab.web import addresses

    if not is_site(settings.base_url):
        raise WrongSetup(
            "FABLAB_BASE_URL must be where people find the lab, such as https://lab.example.org,"
            " without a path."
        )
    if "@" not in parseaddr(settings.mail_from)[1]:
        raise WrongSetup("FABLAB_MAIL_FROM must be an address: Fab Lab <lab@example.org>.")
    if settings.log_format not in ("text", "json"):
        raise WrongSetup("FABLAB_LOG_FORMAT must be text or json.")
    if settings.requests_a_minute < 0:
        raise WrongSetup("FABLAB_API_RATE must be 0 (no limit) or more.")
    addresses.proxies()


def is_site(url: str) -> bool:
    """Links in mails and `Secure` cookies are made of it; our pages lie at its root."""
    try:
        found = urlsplit(url)
        rest = (found.path.strip("/"), found.query, found.fragment, found.username)
        valid = found.port is None or found.port > 0
    except ValueError:
        return False
    return valid and found.scheme in ("http", "https") and bool(found.hostname) and not any(rest)


def keep_private() -> None:
    """Close what earlier versions left open to every user of this machine, and say so."""
    for path in private.close_to_others():
        click.echo(f"Closed to other users of this machine: {path}")


def check_private() -> None:
    """`WrongSetup` when others on this machine may look into what the lab stores."""
    if found := private.open_to_others():
        names = " ".join(str(path) for path in found)
        raise WrongSetup(f"Others on this machine may look into {names}. Run: chmod go= {names}")


async def check_schema() -> None:
    if waiting := await schema.pending():
        steps = "1 step is" if len(waiting) == 1 else f"{len(waiting)} steps are"
        raise WrongSetup(f"The database is not up to date: {steps} missing. Run: fablab migrate")
