"""What names a language in a cell or in the settings: `de`, `de-AT`, `pt_BR`, `zh-Hant-TW`."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_TAG: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?")


def parse_tag(text: str) -> str:
    """The tag in `text` as we write it (`pt_BR`), "" when that is no tag of a language."""
    found = _TAG.fullmatch(text.strip())
    if not found:
        return ""
    language, script, region = found.groups()
    parts = (language.lower(), (script or "").title(), (region or "").upper())
    return "_".join(part for part in parts if part)


@cache
def is_known_language(tag: str) -> bool:
    """Whether we know how this language (a tag as `parse_tag` gives it) writes dates and numbers."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - 15 ms that few commands need

    try:
        Locale.parse(tag)
    except (UnknownLocaleError, ValueError):
        return False
    return True
