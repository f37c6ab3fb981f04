"""Telephone numbers that a machine may dial: the international form, and nothing that only looks like it."""

from __future__ import annotations

import re
from typing import Final

_SEPARATORS: Final = re.compile(r"[ ()./\u00a0\u202f\u2010\u2011-]")
_INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_LONGEST: Final = 40


def e164(text: str) -> str:
    """`+491701234567`, however it is spaced; "" for a number without its country, or anything else.

    A number without a country could belong to somebody else there, so none is guessed; and two numbers in one cell
    are never joined.
    """
    written = text.strip()
    if len(written) > _LONGEST:
        return ""
    number = _SEPARATORS.sub("", written)
    return number if _INTERNATIONAL.fullmatch(number) else ""
