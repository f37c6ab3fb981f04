"""Which language a message is written in, and how that language writes dates and numbers.

A tag is what stands in a cell or in the configuration: `de`, `de-AT`, `pt_BR`. Templates of a language stand
in `i18n/<language>/`, English ones at the top; a region (`i18n/de_AT/`) may hold a few of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from sheetsync.domain.language_tags import is_known_language, parse_tag

if TYPE_CHECKING:
    from babel import Locale

ENGLISH: Final = "en"
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


@lru_cache(maxsize=128)
def preferred(asked: str, company: str) -> tuple[Language, ...]:
    """The languages to try, best first: the recipient's, the company's, English."""
    return tuple(dict.fromkeys(_wanted(asked, company)))


def _wanted(asked: str, company: str) -> Iterator[Language]:
    for text in (asked, company):
        tag = parse_tag(text)
        if tag and is_known_language(tag):
            yield Language(tag)
        elif tag and is_known_language(tag.partition("_")[0]):
            yield Language(tag.partition("_")[0])
    yield Language(ENGLISH)


@cache
def _locale(tag: str) -> Locale:
    from babel import Locale  # noqa: PLC0415 - only letters to people outside need it

    return Locale.parse(tag)
