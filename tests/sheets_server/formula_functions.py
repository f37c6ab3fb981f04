"""The functions that formulas may call; one that is not here gives `#NAME?`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Final

from tests.sheets_server.formula_values import (
    DIV0,
    NOT_THERE,
    VALUE,
    Block,
    Fault,
    Faulty,
    Value,
    compared,
    flat,
    number,
    single,
    text,
    truth,
)
from tests.sheets_server.serials import serial
from tests.sheets_server.typed import entered

Arguments = list[Value | Block]


def _numbers(args: Arguments) -> list[float]:
    """The numbers among the arguments and in their ranges; a fault among them is raised."""
    found = []
    for value in flat(args):
        if isinstance(value, Fault):
            raise Faulty(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found.append(value)
    return found


def _truths(args: Arguments) -> list[bool]:
    """All arguments that are no blanks; a fault behind a false one counts too."""
    return [truth(value) for value in flat(args) if value is not None]


def _mod(args: Arguments) -> float:
    left, right = number(args[0]), number(args[1])
    if right == 0:
        raise Faulty(DIV0)
    return math.fmod(left, right) + (right if left % right and (left < 0) != (right < 0) else 0)


def _average(args: Arguments) -> float:
    found = _numbers(args)
    if not found:
        raise Faulty(DIV0)
    return sum(found) / len(found)


def _left(args: Arguments) -> str:
    return text(args[0])[: int(number(args[1])) if len(args) > 1 else 1]


def _right(args: Arguments) -> str:
    count = int(number(args[1])) if len(args) > 1 else 1
    return text(args[0])[-count:] if count else ""


def _mid(args: Arguments) -> str:
    start = int(number(args[1])) - 1
    return text(args[0])[start : start + int(number(args[2]))]


def _found_at(args: Arguments, *, case: bool) -> int:
    part, whole = text(args[0]), text(args[1])
    place = whole.find(part) if case else whole.casefold().find(part.casefold())
    if place < 0:
        raise Faulty(VALUE)
    return place + 1


def _not_there(args: Arguments) -> Value:
    raise Faulty(NOT_THERE)


def _date(args: Arguments) -> int:
    year, month, day = (int(number(arg)) for arg in args)
    years, months = divmod(month - 1, 12)
    return serial(year + years, months + 1, 1) + day - 1


def _round(args: Arguments) -> float:
    power = 10 ** int(number(args[1]) if len(args) > 1 else 0)
    value = number(args[0]) * power
    return math.copysign(math.floor(abs(value) + 0.5), value) / power


def _count_if(args: Arguments) -> int:
    fits = criterion(single(args[1]))
    return sum(1 for value in flat(args[:1]) if fits(value))


def criterion(wanted: Value) -> Callable[[Value], bool]:
    """Whether a value fits a criterion such as `>=3`, `<>x`, `a*`, or a plain value."""
    sign, rest = "=", wanted
    if isinstance(wanted, str):
        found = re.fullmatch(r"(<=|>=|<>|=|<|>)?(.*)", wanted, re.DOTALL)
        assert found is not None
        sign, rest = found[1] or "=", found[2]
        plain = entered(rest, "en_US")[0] if rest else {}
        rest = plain.get("numberValue", plain.get("boolValue", rest))
    if isinstance(rest, str) and sign in {"=", "<>"} and re.search(r"[*?]", rest):
        shape = re.compile(
            re.escape(rest).replace(r"\*", ".*").replace(r"\?", "."), re.IGNORECASE | re.DOTALL
        )
        return lambda v: isinstance(v, str) and (bool(shape.fullmatch(v)) == (sign == "="))
    return lambda v: not isinstance(v, Fault) and _fits(sign, v, rest)


def _fits(sign: str, value: Value, wanted: Value) -> bool:
    if value is None:
        return (wanted == "") == (sign == "=") and sign in {"=", "<>"}
    same = isinstance(value, str) == isinstance(wanted, str)
    if sign in {"=", "<>"}:
        return (same and compared(value, wanted) == 0) == (sign == "=")
    if not same:
        return False
    order = compared(value, wanted)
    return {"<": order < 0, ">": order > 0, "<=": order <= 0, ">=": order >= 0}[sign]


def _bare(args: Arguments) -> Value:
    """The first argument as it is, faults too."""
    value = args[0]
    return value[0][0] if isinstance(value, list) else value


FUNCTIONS: Final[dict[str, Callable[[Arguments], Any]]] = {
    "ABS": lambda a: abs(number(a[0])),
    "AND": lambda a: all(_truths(a)),
    "AVERAGE": _average,
    "CONCATENATE": lambda a: "".join(text(v) for v in flat(a)),
    "COUNT": lambda a: sum(
        isinstance(v, (int, float)) and not isinstance(v, bool) for v in flat(a)
    ),
    "COUNTA": lambda a: sum(v is not None for v in flat(a)),
    "COUNTBLANK": lambda a: sum(v is None or v == "" for v in flat(a)),
    "COUNTIF": _count_if,
    "DATE": _date,
    "EXACT": lambda a: text(a[0]) == text(a[1]),
    "FALSE": lambda a: False,
    "FIND": lambda a: _found_at(a, case=True),
    "HYPERLINK": lambda a: single(a[1]) if len(a) > 1 else text(a[0]),
    "INT": lambda a: math.floor(number(a[0])),
    "ISBLANK": lambda a: _bare(a) is None,
    "ISERROR": lambda a: isinstance(_bare(a), Fault),
    "ISNUMBER": lambda a: isinstance(_bare(a), (int, float)) and not isinstance(_bare(a), bool),
    "ISTEXT": lambda a: isinstance(_bare(a), str),
    "LEFT": _left,
    "LEN": lambda a: len(text(a[0])),
    "LOWER": lambda a: text(a[0]).lower(),
    "MAX": lambda a: max(_numbers(a), default=0),
    "MID": _mid,
    "MIN": lambda a: min(_numbers(a), default=0),
    "MOD": _mod,
    "NA": _not_there,
    "NOT": lambda a: not truth(a[0]),
    "OR": lambda a: any(_truths(a)),
    "REGEXMATCH": lambda a: bool(re.search(text(a[1]), text(a[0]))),
    "RIGHT": _right,
    "ROUND": _round,
    "SEARCH": lambda a: _found_at(a, case=False),
    "SUM": lambda a: sum(_numbers(a)),
    "TRIM": lambda a: " ".join(text(a[0]).split()),
    "TRUE": lambda a: True,
    "UPPER": lambda a: text(a[0]).upper(),
    "VALUE": lambda a: number(a[0]),
}
