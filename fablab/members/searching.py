"""Find a person however their name is typed: alef with or without hamza, é or e, any digits."""

import unicodedata
from collections.abc import Iterable

MOST_WORDS = 5
# What counts as the same letter: how it is compared, and what becomes that.
SAME = {
    "ا": "أإآٱ",
    "ي": "ىئ",
    "ه": "ة",
    "و": "ؤ",
    "ك": "گڭ",
    "a": "àâäáã",
    "c": "ç",
    "e": "éèêë",
    "i": "îïí",
    "n": "ñ",
    "o": "ôöó",
    "u": "ùûüú",
    "y": "ÿ",
    **{str(digit): chr(0x660 + digit) + chr(0x6F0 + digit) for digit in range(10)},
}
GONE = "\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u2019'-"  # tatweel, vowel signs
TABLE: dict[int, str | None] = {
    **{ord(each): letter for letter, others in SAME.items() for each in others},
    **{ord(each): None for each in GONE},
}


def folded(text: str) -> str:
    """The text as it is compared: small letters, variants and digits made one."""
    return unicodedata.normalize("NFC", text).lower().translate(TABLE)


def words(text: str) -> list[str]:
    """What to look for: each must occur."""
    return [dialled(word) for word in grouped(folded(text).split())[:MOST_WORDS]]


def grouped(typed: list[str]) -> list[str]:
    """A phone number written in groups is one word."""
    whole = "".join(typed)
    return [whole] if len(typed) > 1 and whole.lstrip("+").isdecimal() else typed


def dialled(word: str) -> str:
    """A phone number as people write it, 0612..., is kept as +212612...: compare what follows."""
    return word[1:] if word.isdecimal() and word.startswith("0") and len(word) > 5 else word


def found(wanted: Iterable[str], about: Iterable[object]) -> bool:
    """Whether every word occurs somewhere in what is known about a person."""
    known = folded(" ".join(str(each) for each in about if each is not None))
    return all(word in known for word in wanted)
