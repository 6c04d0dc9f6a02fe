"""Names in a sentence of the other direction: an Arabic one in French, a Latin one in Arabic.

On a page `<bdi>` keeps them apart where they stand alone. Inside a sentence, a title or a mail the
marks of Unicode do: without them a full stop, a number or the next name changes sides.
"""

import re

# What overrides or nests directions until it is closed, and marks of byte order. Forms take them
# out; here they are taken out of what came into the database in another way.
TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069\ufeff]")
RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
LEFT_TO_RIGHT = re.compile(r"[A-Za-z\u00c0-\u024f]")
FIRST_STRONG, END = "\u2068", "\u2069"


def calm(text: str) -> str:
    """The text without what would turn round whatever stands beside it."""
    return text if text.isascii() else TURNS.sub("", text)


def isolated(text: str, language: str) -> str:
    """The text as it may stand in a sentence of that language."""
    plain = calm(text)
    other = LEFT_TO_RIGHT if language == "ar" else RIGHT_TO_LEFT
    return f"{FIRST_STRONG}{plain}{END}" if other.search(plain) else plain
