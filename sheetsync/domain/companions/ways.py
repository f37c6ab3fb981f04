"""How a person wants to be reached: channel, language, time zone; each from a cell, or nothing and a finding."""

from __future__ import annotations

import re
from typing import Final
from zoneinfo import ZoneInfoNotFoundError

from sheetsync.domain.companions.reading import Table
from sheetsync.domain.moments import zone
from sheetsync.domain.texts import fold, quoted

CHANNELS: Final = {
    "email": "email", "e-mail": "email", "mail": "email",
    "sms": "sms", "text": "sms", "text message": "sms", "whatsapp": "sms",
    "app": "app", "push": "app", "in-app": "app",
    "phone": "phone", "call": "phone", "telephone": "phone",
    "webhook": "webhook", "slack": "webhook", "teams": "webhook",
    "none": "none", "no": "none", "do not contact": "none",
}  # fmt: skip
"""What may stand in a cell about a channel, and the channel that it means."""
_LANGUAGES: Final = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr",
    "spanish": "es", "español": "es", "portuguese": "pt", "dutch": "nl", "afrikaans": "af",
}  # fmt: skip
_LOCALE: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?")


def locale_of(table: Table, key: str, place: int) -> str:
    """A language tag such as `de` or `en-ZA`, "" where there is none or it cannot be understood."""
    text = table.text(key, place) if place not in table.wrong[key] else ""
    if not text:
        return ""
    match = _LOCALE.fullmatch(_LANGUAGES.get(fold(text), text))
    if match is None:
        words = f"{table.headings[key]} says {quoted(text)}. Write a language like en, de or en-ZA."
        table.flag(place, key, "unknown_locale", words)
        return ""
    language, script, region = match.groups()
    parts = (language.lower(), script and script.title(), region and region.upper())
    return "-".join(part for part in parts if part)


def zone_of(table: Table, key: str, place: int) -> str:
    """The IANA name of a time zone, "" where there is none or nobody knows it."""
    text = table.text(key, place) if place not in table.wrong[key] else ""
    if not text:
        return ""
    try:
        return zone(text.replace(" ", "_")).key or ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        words = f"{table.headings[key]} says {quoted(text)}. Write a time zone like Europe/Berlin."
        table.flag(place, key, "unknown_zone", words)
        return ""


def channel_of(table: Table, key: str, place: int) -> str:
    """The channel that a cell names, "" where it names none that is known."""
    return table.text(key, place) if place not in table.wrong[key] else ""


def hours_of(table: Table, key: str, place: int) -> float | None:
    """A number of hours above nought; None where there is none."""
    number = float(table.columns[key][place])
    if number > 0:
        return number
    if number <= 0:
        words = f"{table.headings[key]} must be more than 0 hours. Write a number like 24, or clear the cell."
        table.flag(place, key, "no_hours", words)
    return None
