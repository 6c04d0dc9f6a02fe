"""Certificates that hold all the year, of a level-1 course, unless a test says otherwise."""

from datetime import date, timedelta
from typing import Any

from fablab.machines.tables import Certification
from fablab.members.tables import Member
from fablab.training.tables import Certificate
from tests.factories import MONDAY, numbers
from tests.factories.machines import a_certification
from tests.factories.members import a_member

ISSUED_ON = date(2026, 9, 1)


async def a_certificate(
    certification: Certification | str = "",
    member: Member | None = None,
    **values: Any,
) -> Certificate:
    """The certification may be named by its slug, and is made if there is none of that name."""
    if isinstance(certification, str):
        found = await Certification.objects().where(Certification.slug == certification).first()
        certification = found or await a_certification(certification)
    number = next(numbers)
    defaults = {
        "number": f"C-2026-{number:05d}",
        "code": f"code-of-certificate-{number}",
        "member": (member or await a_member()).id,
        "certification": certification.id,
        "valid_from": ISSUED_ON,
        "valid_until": ISSUED_ON + timedelta(days=365),
        "issued_at": MONDAY - timedelta(days=90),
    }
    return await Certificate.objects().create(**defaults | values)
