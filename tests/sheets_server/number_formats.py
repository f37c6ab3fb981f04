"""Numbers as a cell shows them: General, patterns such as `#,##0.00` and `yyyy-mm-dd hh:mm`."""

from __future__ import annotations

import functools
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from tests.sheets_server.date_formats import is_date_pattern, shown_date
from tests.sheets_server.locales import Locale
from tests.sheets_server.model import Json

_TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.'
    r"|\[\$(?P<money>[^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]"
    r"|(?P<number>[#0?][#0?,]*(?:\.[#0?]*)?,*|\.[#0?]+,*)|(?P<exponent>[Ee][+-]0+)"
    r"|(?P<percent>%)|(?P<text>@)|(?P<general>General)|(?P<plain>.)",
    re.DOTALL,
)
DATE_TYPES: Final = ("DATE", "TIME", "DATE_TIME")
_WHOLE_LIMIT: Final = 1e15


def pattern_of(found: Json | None, locale: Locale) -> str:
    """The pattern of a NumberFormat, "" for General."""
    if not found:
        return ""
    usual = {
        "TEXT": "@",
        "NUMBER": "#,##0.00",
        "PERCENT": "0.00%",
        "CURRENCY": locale.currency,
        "SCIENTIFIC": "0.00E+00",
        "DATE": locale.date,
        "TIME": locale.time,
        "DATE_TIME": locale.date_time,
    }
    pattern: str = found.get("pattern") or usual.get(found.get("type") or "", "")
    return "" if pattern == "General" else pattern


def shown_number(value: float, pattern: str, locale: Locale) -> str:
    """The text of a number in a pattern."""
    if not pattern or pattern == "@":
        return general(value, locale)
    section, negative = _section(value, pattern)
    if is_date_pattern(section):
        return shown_date(value, section)
    text = _filled(abs(value), section, locale)
    return f"-{text}" if negative and re.search(r"[1-9]", text) else text


@functools.lru_cache(maxsize=1024)
def _sections(pattern: str) -> tuple[str, ...]:
    return tuple(re.findall(r'(?:"[^"]*"|\\.|[^;"\\])+', pattern)) or ("",)


def _section(value: float, pattern: str) -> tuple[str, bool]:
    """The part of the pattern for this number, and whether the sign must be put before it."""
    parts = _sections(pattern)
    if value < 0:
        return (parts[1], False) if len(parts) > 1 else (parts[0], True)
    if value == 0 and len(parts) > 2:
        return parts[2], False
    return parts[0], False


def _filled(value: float, section: str, locale: Locale) -> str:
    tokens = list(_TOKEN.finditer(section))
    exact = Decimal(repr(float(value))) * 100 ** sum(1 for t in tokens if t["percent"])
    scientific = next((t["exponent"] for t in tokens if t["exponent"]), None)
    power = 0
    if scientific and exact:
        power = exact.adjusted()
        exact = exact.scaleb(-power)
    text, digits_done = [], False
    for token in tokens:
        if token["number"] and not digits_done:
            text.append(_digits(exact, token["number"], locale))
            digits_done = True
        elif token["exponent"]:
            sign = "-" if power < 0 else "+"
            text.append(f"E{sign}{abs(power):0{len(token['exponent']) - 2}d}")
        elif token["general"] or token["text"]:
            text.append(general(value, locale))
        else:
            text.append(_literal(token))
    return "".join(text)


def _literal(token: re.Match[str]) -> str:
    if token["percent"]:
        return "%"
    return token["quoted"] or token["escaped"] or token["money"] or token["plain"] or ""


def _digits(value: Decimal, pattern: str, locale: Locale) -> str:
    """The number itself by `#`, `0` and `,` before and after the point."""
    whole, _, after = pattern.rstrip(",").partition(".")
    value = value.scaleb(-3 * (len(pattern) - len(pattern.rstrip(","))))
    rounded = value.quantize(Decimal(1).scaleb(-len(after)), rounding=ROUND_HALF_UP)
    before, _, behind = f"{rounded:f}".partition(".")
    least = sum(whole.count(sign) for sign in "0?")
    before = before.lstrip("0").rjust(least, "0")
    if "," in whole:
        before = _grouped(before, locale.group)
    keep = len(after.rstrip("#"))
    behind = behind[:keep] + behind[keep:].rstrip("0")
    return before + (locale.decimal + behind if behind or (after == "" and "." in pattern) else "")


def _grouped(digits: str, mark: str) -> str:
    return re.sub(r"(?<=\d)(?=(\d{3})+$)", mark, digits)


def general(value: float, locale: Locale) -> str:
    """A number without a format: ten digits that count, whole numbers in full."""
    if value == int(value) and abs(value) < _WHOLE_LIMIT:
        return str(int(value))
    text = f"{value:.10g}"
    if "e" in text:
        mantissa, power = text.split("e")
        if -10 < int(power) < 0:
            text = f"{value:.{9 - int(power)}f}".rstrip("0")
        else:
            text = f"{mantissa}E{power}"
    return text.replace(".", locale.decimal)
