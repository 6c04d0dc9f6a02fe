"""An e-mail as the standards want it, from words that anybody may have typed."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from urllib.parse import urlsplit

BROKEN = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
# What overrides the direction of text: in a name it could make an address read backwards.
OVERRIDES = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


class Undeliverable(Exception):
    """No later try will bring this letter home: the address is none, or the server refused it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person. `name` and `subject` may hold anything; they end up harmless.

    `mark` is the same for every try to send the same letter: it becomes the Message-ID.
    """

    to: str
    name: str
    subject: str
    text: str
    html: str
    language: str
    mark: str
    at: datetime


def composed(letter: Letter, sender: str, base_url: str) -> EmailMessage:
    """The letter in MIME: text and HTML, headers in UTF-8. `Undeliverable` for a bad address."""
    message = EmailMessage(policy=SMTP)
    message["From"] = address(sender)
    message["To"] = address(letter.to, letter.name)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = letter.at.astimezone(UTC)
    message["Message-ID"] = f"<{letter.mark}@{urlsplit(base_url).hostname or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = letter.language
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def address(text: str, name: str = "") -> Address:
    """An address for a header, from `a@b.org` or `Name <a@b.org>`."""
    if BROKEN.search(text.replace(" ", "")):
        raise Undeliverable("The address holds a line break or a control character.")
    found, bare = parseaddr(text)
    if not bare or bare.count("@") != 1 or BROKEN.search(bare):
        raise Undeliverable("This is not an e-mail address.")
    try:
        return Address(one_line(name or found), addr_spec=bare)
    except (ValueError, IndexError) as wrong:
        raise Undeliverable(f"This is not an e-mail address: {wrong}") from wrong


def one_line(text: str) -> str:
    """Fit for a header: no line breaks, nothing that turns the reading direction round."""
    return BROKEN.sub(" ", OVERRIDES.sub("", text)).strip()
