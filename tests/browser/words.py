"""What the pages say, in the language of a window."""

import re

from fablab.core import i18n


def said(language: str, message: str) -> str:
    """The message as that language says it."""
    before = i18n.language.set(language)
    try:
        return i18n.gettext(message)
    finally:
        i18n.language.reset(before)


def says(language: str, message: str, text: str) -> bool:
    """Whether the text is the message in that language, whatever stands for its `{details}`."""
    parts = map(re.escape, re.split(r"\{\w+\}", said(language, message)))
    return re.fullmatch(r".+".join(parts), " ".join(text.split()), re.DOTALL) is not None
