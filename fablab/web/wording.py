"""Text from outside, made fit to keep: no half characters, no hidden direction changes."""

import re
import unicodedata

from fablab.core.errors import Problem, Unreadable
from fablab.core.words import N_

UNKEPT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Overrides and isolates that turn the text after them round, and marks of byte order: they show
# nothing and mislead. The plain marks and joiners that Arabic and Persian need stay.
MISLEADING = re.compile(r"[\u202a-\u202e\u2066-\u2069\ufeff\u2028\u2029]")
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def fit(text: str, about: str | None = None, lines: bool = False) -> str:
    """The text stripped and in one form (NFC); line breaks become spaces unless `lines` may be.

    `Unreadable` for control characters and halves of characters.
    """
    if UNKEPT.search(text):
        raise unkept(about)
    plain = unicodedata.normalize("NFC", MISLEADING.sub("", text)).replace("\r\n", "\n")
    plain = plain.replace("\r", "\n")
    return plain.strip() if lines else re.sub(r"[\n\t]+", " ", plain).strip()


def untouched(text: str, about: str | None = None) -> str:
    """A password: every character counts, but it must be one."""
    if re.search(r"[\x00\ud800-\udfff]", text):
        raise unkept(about)
    return text


def shown(text: str) -> str:
    """What a program says of itself, without what cannot be kept or would mislead."""
    return UNKEPT.sub("", MISLEADING.sub("", text))


def unkept(about: str | None) -> Unreadable:
    message = N_("This holds characters that cannot be read.")
    return Unreadable(Problem("unreadable", message, about))


def western(text: str) -> str:
    """The same with Latin digits: people type those of their keyboard."""
    return text.translate(DIGITS)
