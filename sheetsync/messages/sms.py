"""What an SMS may hold: 160 characters of the GSM alphabet, or 70 of any as soon as one is foreign to it.

One dash or curly quote turns a text of one part into two, so typographic signs are told plainly; a letter
that the alphabet lacks (in a name) is kept, and the text counted by the other measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE: Final = frozenset("^{}\\[~]|€\f")
"""Signs of the GSM alphabet that count as two."""

ONE_PART: Final = 160
_PLAINER: Final = str.maketrans(
    {
        "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": "...", "‘": "'", "’": "'", "‚": "'", "“": '"',
        "”": '"', "„": '"', "«": '"', "»": '"', "•": "-", "\t": " ", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """One SMS: its text, how long it counts, and in how many parts it goes."""

    text: str
    length: int
    parts: int
    foreign: str = ""
    """The first sign outside the GSM alphabet, which makes every sign of the text count more."""


def sms(text: str) -> Sms:
    """`text` on one line as it is sent, measured."""
    plain = " ".join(text.translate(_PLAINER).split())
    foreign = next((sign for sign in plain if sign not in BASIC and sign not in DOUBLE), "")
    if foreign:
        length = len(plain.encode("utf-16-be", "surrogatepass")) // 2
        return Sms(text=plain, length=length, parts=_parts(length, 70, 67), foreign=foreign)
    length = sum(2 if sign in DOUBLE else 1 for sign in plain)
    return Sms(text=plain, length=length, parts=_parts(length, ONE_PART, 153))


def _parts(length: int, alone: int, linked: int) -> int:
    return 1 if length <= alone else -(-length // linked)
