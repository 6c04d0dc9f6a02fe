"""An e-mail as the standards want it, from words that anybody may have typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import Policy
from email.utils import parseaddr
from urllib.parse import urlsplit

BROKEN = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
LONGEST_LINE = 998  # of RFC 5322
# What overrides the direction of text: in a name it could make an address read backwards.
# (What isolates a name inside Arabic text, U+2068 and U+2069, is meant and stays.)
OVERRIDES = re.compile(r"[\u202a-\u202e\u2066\u2067]")


class Undeliverable(Exception):
    """No later try will bring this letter home: the address is none, or the server refused it."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter; `parameters` belong to its content type."""

    name: str
    kind: str
    content: bytes
    parameters: Mapping[str, str] = field(default_factory=dict)


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
    attachments: tuple[Attachment, ...] = ()


class Subject(str):
    """A subject that keeps its spaces. The library's own folding loses the one at which a long
    Arabic or French line is broken, and two words run together."""

    name = "Subject"

    def fold(self, *, policy: Policy) -> str:
        text = Header(str(self), None if self.isascii() else "utf-8", header_name=self.name)
        return f"{self.name}: {text.encode(linesep=policy.linesep)}{policy.linesep}"


def composed(letter: Letter, sender: str, base_url: str) -> EmailMessage:
    """The letter in MIME: text and HTML, headers in UTF-8. `Undeliverable` for a bad address."""
    message = EmailMessage()
    message["From"] = sender_of(sender)
    message["To"] = address(letter.to, letter.name)
    message["Subject"] = Subject(one_line(letter.subject))
    message["Date"] = letter.at.astimezone(UTC)
    message["Message-ID"] = f"<{letter.mark}@{urlsplit(base_url).hostname or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte=encoding(letter.text))
    message.add_alternative(letter.html, subtype="html", cte=encoding(letter.html))
    for each in letter.attachments:
        main, _, sub = each.kind.partition("/")
        message.add_attachment(
            each.content, main, sub, filename=each.name, params=dict(each.parameters)
        )
    message["Content-Language"] = letter.language  # after the parts, or it would move into one
    return message


def encoding(text: str) -> str:
    """As it is, so that a message in the folder can be read; packed where a line is too long."""
    longest = max((len(line.encode()) for line in text.splitlines()), default=0)
    return "8bit" if longest <= LONGEST_LINE else "base64"


def sender_of(text: str) -> Address:
    """From a setting such as `Fab Lab <lab@example.org>`."""
    name, bare = parseaddr(text)
    return address(bare, name)


def address(bare: str, name: str) -> Address:
    """One address for a header. `Undeliverable` when it is none, or more than one."""
    try:
        if BROKEN.search(bare) or "," in bare:
            raise ValueError("it holds what no address holds")
        found = Address(one_line(name), addr_spec=bare)
        if not found.username or not found.domain:
            raise ValueError("a part is missing")
    except (ValueError, IndexError, HeaderParseError) as wrong:
        raise Undeliverable(f"This is not an e-mail address: {wrong}.") from wrong
    return found


def one_line(text: str) -> str:
    """Fit for a header: no line breaks, nothing that turns the reading direction round."""
    return BROKEN.sub(" ", OVERRIDES.sub("", text)).strip()
