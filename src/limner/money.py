"""An exact amount in one gateway's unit; units never mix."""

from typing import NamedTuple

MICRO = 1_000_000

_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€"}


class Money(NamedTuple):
    """`micro` millionths of one `unit` ("CNY", "credit", "point"): exact integers, so sums never drift."""

    micro: int
    unit: str

    def plus(self, other: "Money") -> "Money":
        """The sum. Raises `ValueError` when the units differ."""
        if self.unit != other.unit:
            raise ValueError(f"{self.unit} and {other.unit} do not add up")
        return Money(self.micro + other.micro, self.unit)

    def times(self, count: int) -> "Money":
        return Money(self.micro * count, self.unit)

    def __str__(self) -> str:
        sign = "-" if self.micro < 0 else ""
        whole, rest = divmod(abs(self.micro), MICRO)
        if self.unit in _SIGNS:
            cents = f"{rest:06d}".rstrip("0").ljust(2, "0")
            return f"{sign}{_SIGNS[self.unit]}{whole}.{cents}"
        fraction = f".{rest:06d}".rstrip("0") if rest else ""
        plural = "" if (whole, rest) == (1, 0) else "s"
        return f"{sign}{whole}{fraction} {self.unit}{plural}"


class Priced(NamedTuple):
    """What has a price, in a sentence: "SeeDream 4.5 (5 points)"."""

    name: str
    price: Money

    def __str__(self) -> str:
        return f"{self.name} ({self.price})"

    def __repr__(self) -> str:
        return repr(str(self))


class Compared(NamedTuple):
    """A price, and about what it is in the person's own money: "5 points (≈ ¥0.05)"."""

    price: Money
    own: Money

    def __str__(self) -> str:
        return f"{self.price} (≈ {self.own})"


def parse(text: str, unit: str) -> Money:
    """Read a decimal such as "0.0128" exactly. Raises `ValueError` for anything finer than a millionth."""
    digits = text.strip()
    negative = digits.startswith("-")
    whole, _, fraction = digits.removeprefix("-").partition(".")
    if not (whole + fraction).isascii() or not (whole + fraction).isdigit():
        raise ValueError(f"{text!r} is not an amount")
    if len(fraction) > 6 and fraction[6:].strip("0"):
        raise ValueError(f"{text!r} is finer than a millionth of one {unit}")
    micro = int(whole or "0") * MICRO + int(fraction[:6].ljust(6, "0"))
    return Money(-micro if negative else micro, unit)


def decimal(money: Money) -> str:
    """The amount alone, as a plain decimal: the form that machines read."""
    sign = "-" if money.micro < 0 else ""
    whole, rest = divmod(abs(money.micro), MICRO)
    return f"{sign}{whole}" + (f".{rest:06d}".rstrip("0") if rest else "")
