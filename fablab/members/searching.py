"""Find a person however their name is typed: alef with or without hamza, é or e, any digits."""

import unicodedata
from functools import cache

MOST_WORDS = 5
# What counts as the same letter, written as it stays and what becomes it.
SAME = {
    "ا": "أإآٱ",
    "ي": "ىئ",
    "ه": "ة",
    "و": "ؤ",
    "ك": "گڭ",
    "a": "àâäáãAÀÂÄÁÃ",
    "c": "çCÇ",
    "e": "éèêëEÉÈÊË",
    "i": "îïíIÎÏÍ",
    "n": "ñNÑ",
    "o": "ôöóOÔÖÓ",
    "u": "ùûüúUÙÛÜÚ",
    "y": "ÿYŸ",
}
GONE = "\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u2019'-"  # tatweel, vowel signs
COLUMNS = (
    "given_name_ar",
    "family_name_ar",
    "given_name_latin",
    "family_name_latin",
    "email",
    "phone",
)


def folded(text: str) -> str:
    """The text as it is compared: small letters, variants and digits made one."""
    plain = unicodedata.normalize("NFC", text).lower().translate(table())
    return "".join(digit(char) for char in plain)


def digit(char: str) -> str:
    return str(unicodedata.digit(char)) if char.isdigit() else char


@cache
def table() -> dict[int, str | None]:
    variants = {ord(each): letter for letter, others in SAME.items() for each in others}
    return variants | {ord(each): None for each in GONE}


@cache
def haystack() -> str:
    """The same folding, said in SQL: neither database does it by itself."""
    whole = " || ' ' || ".join(f"COALESCE(m.{column}, '')" for column in COLUMNS)
    sql = f"lower({whole} || ' ' || m.number)"
    for letter, others in SAME.items():
        for each in others:
            sql = f"replace({sql}, '{each}', '{letter}')"
    for each in GONE:
        quoted = each.replace("'", "''")
        sql = f"replace({sql}, '{quoted}', '')"
    return sql


def condition(text: str) -> tuple[str, list[str]]:
    """SQL over a member `m`, with a `{}` for each value: every word occurs somewhere."""
    words = [number(word) for word in folded(text).split()[:MOST_WORDS]]
    if not words:
        return "1 = 1", []
    each = f"{haystack()} LIKE {{}} ESCAPE '!'"
    return " AND ".join([each] * len(words)), [f"%{escaped(word)}%" for word in words]


def number(word: str) -> str:
    """A phone number as people write it, 0612..., is kept as +212612...: compare what follows."""
    return word[1:] if word.isdecimal() and word.startswith("0") and len(word) > 5 else word


def escaped(word: str) -> str:
    for special in "!%_":
        word = word.replace(special, f"!{special}")
    return word
