"""Whether this installation is fit to run; each sentence says how to mend it."""

from fablab.core import mail, schema, zones
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
    zones.check_zone_data()
    mail.check_target()
    await check_schema()


def check_secret() -> None:
    if not settings.secret_key:
        raise WrongSetup(f"There is no secret key. {ADVICE}")
    if len(settings.secret_key) < SHORTEST_SECRET:
        raise WrongSetup(f"The secret key is shorter than {SHORTEST_SECRET} characters. {ADVICE}")


async def check_schema() -> None:
    if waiting := await schema.pending():
        steps = "1 step is" if len(waiting) == 1 else f"{len(waiting)} steps are"
        raise WrongSetup(f"The database is not up to date: {steps} missing. Run: fablab migrate")
