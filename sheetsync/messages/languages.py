"""Which language a message is written in, and how that language writes dates and numbers.

A tag is what stands in a cell or in the configuration: `de`, `de-AT`, `pt_BR`. Templates of a language stand
in `i18n/<language>/`, English ones at the top; a region (`i18n/de_AT/`) may hold a few of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from babel import Locale

ENGLISH: Final = "en"
_TAG: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?")
_PLAIN_ENGLISH: Final = "en_GB"
"""Day before month, as everywhere in sheetsync; whoever wants the other order writes en_US."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language that a message can be written in: `tag` as asked for, such as `de_AT`."""

    tag: str

    @property
    def name(self) -> str:
        """The language without its region: `de`."""
        return self.tag.partition("_")[0]

    @property
    def code(self) -> str:
        """As HTML and mail headers name it: `de-AT`."""
        return self.tag.replace("_", "-")

    @property
    def folders(self) -> tuple[str, ...]:
        """Where its templates may stand, the most special place first."""
        special = [f"i18n/{tag}/" for tag in (self.tag, self.name) if tag]
        found = list(dict.fromkeys(special))
        return (*found, "") if self.name == ENGLISH else tuple(found)

    @property
    def locale(self) -> Locale:
        """How dates and numbers are written in it."""
        return _locale(_PLAIN_ENGLISH if self.tag == ENGLISH else self.tag)


def parse_tag(text: str) -> str:
    """The tag in `text` as we write it (`pt_BR`), "" when that is no tag of a language."""
    found = _TAG.fullmatch(text.strip())
    if not found:
        return ""
    language, script, region = found.groups()
    parts = (language.lower(), (script or "").title(), (region or "").upper())
    return "_".join(part for part in parts if part)


def is_known(tag: str) -> bool:
    """Whether dates can be written in this language."""
    from babel import UnknownLocaleError  # noqa: PLC0415 - 15 ms, and only letters to customers need it

    try:
        _locale(tag)
    except (UnknownLocaleError, ValueError):
        return False
    return True


@lru_cache(maxsize=128)
def preferred(asked: str, company: str) -> tuple[Language, ...]:
    """The languages to try, best first: the recipient's, the company's, English."""
    return tuple(dict.fromkeys(_wanted(asked, company)))


def _wanted(asked: str, company: str) -> Iterator[Language]:
    for text in (asked, company):
        tag = parse_tag(text)
        if tag and is_known(tag):
            yield Language(tag)
        elif tag and is_known(tag.partition("_")[0]):
            yield Language(tag.partition("_")[0])
    yield Language(ENGLISH)


@cache
def _locale(tag: str) -> Locale:
    from babel import Locale  # noqa: PLC0415 - as above

    return Locale.parse(tag)
