"""Money is integer minor units (centimes) with a currency; never a float."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units: 6000 is sixty dirhams."""

    amount: int
    currency: str = "MAD"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up.")
        return other.amount


def priced(centimes: int, per: int, quantity: int) -> int:
    """What `quantity` costs at `centimes` for every `per`, in whole centimes, half up.

    A price is a pair: 18500 centimes for 1000 g is never rounded to a price for one gram.
    """
    if per <= 0:
        raise ValueError("A price is for a positive quantity.")
    doubled, sign = 2 * centimes * abs(quantity), -1 if quantity < 0 else 1
    return sign * ((doubled + per) // (2 * per))
