"""Values that formulas work with, and how one kind becomes another."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

from tests.sheets_server.locales import locale_of
from tests.sheets_server.number_formats import general
from tests.sheets_server.typed import entered


class Fault(NamedTuple):
    """An error value, by the text a cell shows, such as `#DIV/0!`."""

    text: str


DIV0, NAME, REF, VALUE = Fault("#DIV/0!"), Fault("#NAME?"), Fault("#REF!"), Fault("#VALUE!")
NOT_THERE, NUM, PARSE = Fault("#N/A"), Fault("#NUM!"), Fault("#ERROR!")
KINDS: Final = {
    DIV0.text: ("DIVIDE_BY_ZERO", "Function DIVIDE parameter 2 cannot be zero."),
    NAME.text: ("NAME", "Unknown function or range name."),
    REF.text: ("REF", "Reference does not exist."),
    VALUE.text: ("VALUE", "A value of another kind was expected."),
    NOT_THERE.text: ("N_A", "Did not find value."),
    NUM.text: ("NUM", "The result is too large or not a number."),
    PARSE.text: ("ERROR", "Formula parse error."),
}
Value: TypeAlias = Any
"""Text, a number, a bool, None for a blank, or a Fault."""
Block: TypeAlias = list[list[Value]]
"""The values of a range, row by row."""
_RANKS: Final = {bool: 2, str: 1}


class Faulty(Exception):
    """Carries a Fault out of a computation."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.text)


def single(value: Value | Block) -> Value:
    """One value, of a range its first; raises what is a fault."""
    if isinstance(value, list):
        if len(value) != 1 or len(value[0]) != 1:
            raise Faulty(VALUE)
        value = value[0][0]
    if isinstance(value, Fault):
        raise Faulty(value)
    return value


def number(value: Value | Block) -> float:
    """A value as a number: blanks are 0, text counts where it reads as a number."""
    value = single(value)
    if value is None:
        return 0
    if isinstance(value, str):
        found = entered(value, "en_US")[0].get("numberValue") if value else None
        if found is None:
            raise Faulty(VALUE)
        return float(found)
    return int(value) if isinstance(value, bool) else value


def truth(value: Value | Block) -> bool:
    """A value as true or false."""
    value = single(value)
    if isinstance(value, str):
        if value.upper() not in {"TRUE", "FALSE"}:
            raise Faulty(VALUE)
        return value.upper() == "TRUE"
    return bool(value)


def text(value: Value | Block) -> str:
    """A value as text."""
    value = single(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return value if isinstance(value, str) else general(value, locale_of("en_US"))


def compared(left: Value, right: Value) -> int:
    """-1, 0 or 1: numbers before text before ticks; text in any case; a blank is like any other's blank."""
    left, right = _alike(left, right), _alike(right, left)
    first, second = _RANKS.get(type(left), 0), _RANKS.get(type(right), 0)
    if first != second:
        return -1 if first < second else 1
    if isinstance(left, str):
        left, right = left.casefold(), right.casefold()
    return (left > right) - (left < right)


def _alike(value: Value, other: Value) -> Value:
    if value is not None:
        return value
    return "" if isinstance(other, str) else False if isinstance(other, bool) else 0


def flat(values: list[Value | Block]) -> list[Value]:
    """All values of arguments and ranges in order."""
    found: list[Value] = []
    for value in values:
        if isinstance(value, list):
            for row in value:
                found.extend(row)
        else:
            found.append(value)
    return found
