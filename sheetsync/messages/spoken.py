"""What templates say by filters: days, counts and sums of money, as the reader's language writes them.

A fact that is a day is ISO text: `2026-03-05`, a window `2026-03-05/2026-03-07`, or a moment with its
offset, told in the reader's time zone. Anything else passes as it is: people wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final, Literal

from jinja2 import pass_context
from jinja2.runtime import Context

from sheetsync.domain.moments import zone
from sheetsync.messages.languages import ENGLISH, Language

LANGUAGE: Final = "_language"
"""The name under which the tag of a rendering's language stands in its context."""
Length = Literal["full", "long", "short"]
_WINDOWS: Final[Mapping[Length, str]] = {"full": "yMMMMEEEEd", "long": "yMMMMd", "short": "MMMEd"}
_NAMED: Final = re.compile(r"\{(\w+)\}")
_THIN: Final = {0x2009: " ", 0x202F: " ", 0x00A0: " "}


@pass_context
def day(context: Context, value: Any) -> str:
    """`Thursday 5 March 2026`, or the window from one such day to another."""
    return _told(context, value, "full")


@pass_context
def on_date(context: Context, value: Any) -> str:
    """`5 March 2026`."""
    return _told(context, value, "long")


@pass_context
def short_day(context: Context, value: Any) -> str:
    """`Thu 5 Mar`, for an SMS."""
    return _told(context, value, "short")


@pass_context
def counted(context: Context, forms: Any, number: int) -> str:
    """One of several forms, by the number's plural in this language: `2 items`."""
    if not isinstance(forms, Mapping):
        return fill(forms, n=number)
    from babel.numbers import format_decimal  # noqa: PLC0415 - only letters with counts need it

    locale = _language(context).locale
    form = forms.get(locale.plural_form(number), forms.get("other", ""))
    return fill(form, n=_plain(format_decimal(number, locale=locale)))


@pass_context
def money(context: Context, amount: Any, currency: str) -> str:
    """An amount as this language writes it; from text or whole numbers, so that no cent is lost."""
    from babel.numbers import format_currency  # noqa: PLC0415 - as above

    try:
        exact = Decimal(str(amount))
    except InvalidOperation:
        return str(amount)
    return _plain(format_currency(exact, currency, locale=_language(context).locale))


def fill(text: Any, **values: Any) -> str:
    """`text` with each `{name}` replaced by its value; nothing in a value is replaced again."""
    return _NAMED.sub(lambda found: str(values.get(found[1], found[0])), str(text))


FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "day": day, "date": on_date, "short_day": short_day, "counted": counted, "money": money, "fill": fill,
}  # fmt: skip


def _told(context: Context, value: Any, length: Length) -> str:
    first, _, last = str(value).partition("/")
    zone_name = str(context.get("timezone") or "")
    start, stop = _day(first, zone_name), _day(last or first, zone_name)
    if start is None or stop is None:
        return str(value)
    return _days(_language(context), start, stop, length)


@lru_cache(maxsize=1024)
def _days(language: Language, start: date, stop: date, length: Length) -> str:
    """Kept, because the letters of one day name few days."""
    from babel.dates import format_date, format_interval, format_skeleton  # noqa: PLC0415 - as above

    locale = language.locale
    if stop > start:
        return _plain(format_interval(start, stop, skeleton=_WINDOWS[length], locale=locale))
    if length == "short":
        return _plain(format_skeleton(_WINDOWS[length], start, locale=locale))
    return _plain(format_date(start, length, locale=locale))


def _day(text: str, timezone: str) -> date | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is not None and timezone:
        try:
            return moment.astimezone(zone(timezone)).date()
        except (LookupError, ValueError, OSError):
            return moment.date()
    return moment.date()


def _language(context: Context) -> Language:
    return Language(str(context.get(LANGUAGE) or ENGLISH))


def _plain(text: str) -> str:
    """Thin and unbreakable spaces are for print; mail programs and telephones show boxes for some."""
    return text.translate(_THIN)
