"""PINs for the lab's shared tablets: which are refused. They are hashed like passwords."""

import unicodedata
from collections.abc import Iterable

from fablab.core.errors import Problem
from fablab.core.words import N_

SHORTEST, LONGEST = 4, 8
RUN = "01234567890"


def digits(text: str) -> str:
    """What was typed, in western digits: "٤٨٢٠" is 4820. Anything else stays as it is."""
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text.strip()
    )


def pin_problem(pin: str, known: Iterable[str] = (), about: str = "pin") -> Problem | None:
    """Four to eight digits, not the first that anybody would try. `known`: numbers of its owner,
    such as the member number and the year of birth."""
    if not pin.isascii() or not pin.isdecimal() or not SHORTEST <= len(pin) <= LONGEST:
        message = N_("A PIN has {least} to {most} digits.")
        details = {"least": SHORTEST, "most": LONGEST}
        return Problem("pin_length", message, about, details, [SHORTEST, LONGEST])
    if is_guessable(pin) or pin in known:
        message = N_("This PIN is among the first to be guessed. Choose another.")
        return Problem("pin_common", message, about)
    return None


def is_guessable(pin: str) -> bool:
    """1111, 1212, 1234, 9876."""
    halves = pin[: len(pin) // 2], pin[len(pin) // 2 :]
    return len(set(pin)) == 1 or halves[0] == halves[1] or pin in RUN or pin[::-1] in RUN
