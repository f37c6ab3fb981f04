"""Check digits of tracking numbers: the arithmetic by which a slip of the pen shows.

Each check takes the digits (for some, letters too) with the check digit last, in capitals and without spaces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import cycle
from typing import Final

_S10: Final = (8, 6, 4, 2, 3, 5, 9, 7)
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def ups_1z(number: str) -> bool:
    """UPS, 1Z and 16 more: letters count as place in the alphabet plus one modulo 10, every second one twice."""
    body = number.removeprefix("1Z")
    if len(number) != 18 or len(body) != 16 or not _is_digits(body[-1]):
        return False
    digits = [int(c) if _is_digits(c) else (ord(c) - 63) % 10 for c in body[:-1]]
    return -(sum(digits[0::2]) + 2 * sum(digits[1::2])) % 10 == int(body[-1])


def s10(number: str) -> bool:
    """Postal parcels between countries (UPU S10): two letters, eight digits, the check digit, the country."""
    digits = number[2:11]
    if len(number) != 13 or not _is_digits(digits):
        return False
    rest = 11 - sum(w * int(c) for w, c in zip(_S10, digits[:8], strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest) == int(digits[8])


def mod7(number: str) -> bool:
    """DHL Express: all digits but the last, as one number, modulo 7."""
    return _is_digits(number) and len(number) > 1 and int(number[:-1]) % 7 == int(number[-1])


def mod10(number: str) -> bool:
    """GS1, as FedEx Ground uses it: every second digit from the right three times."""
    if not _is_digits(number) or len(number) < 2:
        return False
    weighed = zip(cycle((3, 1)), reversed(number[:-1]), strict=False)
    return -sum(w * int(c) for w, c in weighed) % 10 == int(number[-1])


def fedex_12(number: str) -> bool:
    """FedEx Express: weights 1, 3, 7 from the right, modulo 11, of which a 10 counts as 0."""
    if not _is_digits(number) or len(number) < 2:
        return False
    weighed = zip(cycle((1, 3, 7)), reversed(number[:-1]), strict=False)
    return sum(w * int(c) for w, c in weighed) % 11 % 10 == int(number[-1])


def luhn(number: str) -> bool:
    """The check of credit cards, which some couriers use: every second digit from the right twice."""
    if not _is_digits(number) or len(number) < 2:
        return False
    twice = (sum(divmod(2 * int(c), 10)) for c in number[-2::-2])
    return (sum(twice) + sum(int(c) for c in number[::-2])) % 10 == 0


def mod37_36(number: str) -> bool:
    """ISO 7064 MOD 37,36, as DPD uses it: letters and digits, the check character among them."""
    if len(number) < 2 or any(c not in _ALPHABET for c in number):
        return False
    product = 36
    for character in number[:-1]:
        product = ((product + _ALPHABET.index(character)) % 36 or 36) * 2 % 37
    return (product + _ALPHABET.index(number[-1])) % 36 == 1


def completed(number: str, check: str) -> str:
    """`number`, which lacks its last digit, with the one that fits; as it is where none does."""
    fitting = (number + digit for digit in _ALPHABET if CHECKS[check](number + digit))
    return next(fitting, number)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {
    check.__name__: check for check in (ups_1z, s10, mod7, mod10, fedex_12, luhn, mod37_36)
}
"""By the name that carriers.yaml uses; `none` has no check."""
