"""Quantities are integers in a base unit (g, mL, mm, mm2, piece); conversions are exact."""

import re
from decimal import Decimal

from fablab.core.errors import Problem, Refused
from fablab.core.words import N_

# unit -> (its base unit, how many of them)
UNITS: dict[str, tuple[str, int]] = {
    "g": ("g", 1),
    "kg": ("g", 1_000),
    "mL": ("mL", 1),
    "L": ("mL", 1_000),
    "mm": ("mm", 1),
    "cm": ("mm", 10),
    "m": ("mm", 1_000),
    "mm2": ("mm2", 1),
    "cm2": ("mm2", 100),
    "m2": ("mm2", 1_000_000),
    "piece": ("piece", 1),
}
ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬", "0123456789,\u202f")
NUMBER = re.compile(r"\d+([.,]\d+)?")


def base_quantity(value: Decimal, unit: str, base: str) -> int:
    """`value` of `unit` in base units, exactly. `Refused`: `unknown_unit`, `not_whole`."""
    found = UNITS.get(unit)
    if found is None or found[0] != base:
        message = N_("{unit} is not a unit of this item.")
        raise Refused(Problem("unknown_unit", message, "quantity", {"unit": unit}))
    quantity = value * found[1]
    if quantity != quantity.to_integral_value():
        message = N_("This is finer than one {unit}.")
        raise Refused(Problem("not_whole", message, "quantity", {"unit": base}))
    return int(quantity)


def read_number(text: str, language: str, about: str = "quantity") -> Decimal:
    """A number as people type it: Arabic-Indic digits, spaces between groups, their own comma.

    A point between digits is asked about in Arabic and French (`12.5` could mean 125 there),
    never guessed: `Refused` with `ambiguous_number`. Anything else: `unreadable`.
    """
    plain = re.sub(r"[\s\u00a0\u202f]", "", text.translate(ARABIC_DIGITS))
    if not NUMBER.fullmatch(plain):
        raise Refused(Problem("unreadable", N_("This is not a number."), about))
    expected = "." if language == "en" else ","
    if plain.replace(expected, "", 1).isdigit():
        return Decimal(plain.replace(",", "."))
    message = N_("Do you mean {with_comma}? Type the decimals after the sign of your language.")
    suggestion = plain.replace(".", ",") if expected == "," else plain.replace(",", ".")
    details = {"with_comma": suggestion}
    raise Refused(Problem("ambiguous_number", message, about, details))
