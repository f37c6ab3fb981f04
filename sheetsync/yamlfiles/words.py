"""How a value, a choice and a guess are put into words."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final

_LONGEST: Final = 60
_MOST_LISTED: Final = 20


def shown(value: Any) -> str:
    """A value as a person would name it: `"4 hurs"`, `the number 3`, `a list`."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"}"'
        case int() | float():
            return f"the number {plain_number(value)}"
        case list():
            return "a list"
        case dict():
            return "a group of settings"
        case _:
            return f'"{value}"'


def plain_number(value: float) -> str:
    """A number as a person would write it: whole numbers without a decimal point."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else str(value)


def nearest(word: str, options: Iterable[str]) -> str:
    """The option that `word` was probably meant to be; "" when none is near."""
    folded = {option.casefold(): option for option in options}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else ""


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """`; did you mean "stops"?`, or the options when none is near and they are few, or ""."""
    known = sorted(set(options))
    if near := nearest(word, known):
        return f'; did you mean "{near}"?'
    if known and len(known) <= _MOST_LISTED:
        return f"; use {one_of(known)}"
    return ""


def one_of(options: Iterable[str]) -> str:
    """`a, b or c`."""
    words = list(options)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"
