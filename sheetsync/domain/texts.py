"""Cell text made comparable. The cell keeps its bytes; only what we compare and quote is cleaned.

Three strengths, weakest first: `clean_text` (what a text column holds), `clean_id` (identities:
case and zeros matter) and `fold` (names and choices: case, width and spaces do not matter).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

_FULL_WIDTH: Final = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ZERO_WIDTH: Final = re.compile("[\u200b\u2060\ufeff\u00ad]")
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_BIDI: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SPACES: Final = re.compile(r"\s+")


def clean_text(text: str) -> str:
    """The text as a person sees it: outer spaces, controls and zero-width characters gone.

    Inner line breaks and joined emoji stay. What no database can hold becomes a visible mark.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    visible = _SURROGATE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
    visible = _CONTROL.sub("", _ZERO_WIDTH.sub("", visible)).replace("\u00a0", " ")
    return unicodedata.normalize("NFC", visible).strip()


def clean_id(text: str) -> str:
    """An identity as compared: nothing invisible in it, full-width forms narrowed; case, zeros kept."""
    if text.isascii() and text.isprintable():
        return text.strip()
    visible = _CONTROL.sub("", _INVISIBLE.sub("", _SURROGATE.sub("\ufffd", text)))
    narrow = unicodedata.normalize("NFC", visible.translate(_FULL_WIDTH))
    return _SPACES.sub(" ", narrow).strip()


def all_plain(texts: Sequence[str]) -> bool:
    """Whether no text of the column needs cleaning; one look at all of them costs next to nothing."""
    joined = "\n".join(texts)
    return bool(
        texts
        and joined.isascii()
        and joined.count("\n") == len(texts) - 1
        and joined.replace("\n", "").isprintable()
        and " \n" not in joined
        and "\n " not in joined
        and joined[:1] != " "
        and joined[-1:] != " "
    )


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """The text for comparing names: width, case, invisible characters and extra spaces removed."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text.casefold()))
    return " ".join(_CONTROL.sub("", text).casefold().split())


def fold_keys(aliases: Mapping[str, str]) -> dict[str, str]:
    """A lookup from folded alias to canonical name."""
    return {fold(alias): name for alias, name in aliases.items()}


def quoted(text: str, limit: int = 40) -> str:
    """A person's text inside a message: one line, in double quotes, cut at `limit` characters."""
    line = _SPACES.sub(" ", _BIDI.sub("", clean_text(text)))
    return f'"{line[: limit - 1]}…"' if len(line) > limit else f'"{line}"'


def number_text(value: float) -> str:
    """A number as staff would type it: whole numbers without a decimal point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def either(names: Sequence[str]) -> str:
    """`A, B or C`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} or {names[-1]}"


def both(names: Sequence[str]) -> str:
    """`A, B and C`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def nearest(text: str, known: Iterable[str]) -> str:
    """The folded name of `known` that `text` most likely means; "" when none is near."""
    candidate = fold(text)
    if not candidate or len(candidate) > 60:
        return ""
    found = get_close_matches(candidate, sorted(known), n=1, cutoff=0.7)
    return found[0] if found else ""
