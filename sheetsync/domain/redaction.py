"""Personal values cut to a hash: the same value leaves the same mark, and no mark gives it back.

The mark is keyed with a secret of the store, so that nobody can try names until one fits.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sheetsync.domain.model import EVIDENCE, STAMPS

Cut: TypeAlias = Callable[[str], str]
_BEGIN: Final = "[cut "
_LENGTH: Final = 12
_SHORTEST: Final = 3
"""Shorter values are not looked for in other texts: they would be found in many a word."""
_COUNTED: Final = frozenset({
    "order_id", "status", "priority", "carrier", "handler", "vendor", "tracking", "skus",
    "error_columns", "exceptions", "ordered_at", "promised_at", "dispatch_by", "sla_due",
    *EVIDENCE, *STAMPS, *(f"{evidence}_certainty" for evidence in EVIDENCE),
})  # fmt: skip
"""Columns in which a word that happens to be a personal value elsewhere stays: figures hang on it."""
_QUOTED: Final = 16
"""So much of a long value is enough to know it by where a message quotes only its beginning."""


def cutter(secret: bytes) -> Cut:
    """What cuts values under this secret; "" stays "", and a mark stays that mark."""

    def cut(value: str) -> str:
        if not value or is_cut(value):
            return value
        digest = hmac.new(secret, value.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"{_BEGIN}{digest.hexdigest()[:_LENGTH]}]"

    return cut


def is_cut(value: str) -> bool:
    """Whether this is what a redaction left."""
    return (
        value.startswith(_BEGIN) and value.endswith("]") and len(value) == len(_BEGIN) + _LENGTH + 1
    )


def stands_for(old: str, new: str, cut: Cut) -> bool:
    """Whether `old` is the mark that cutting `new` leaves: the cell did not change."""
    return is_cut(old) and cut(new) == old


@dataclass(frozen=True, slots=True, kw_only=True)
class Redactor:
    """Cuts the cells of `columns` as a whole, and in other free text whatever of `values` stands there."""

    columns: frozenset[str]
    cut: Cut
    values: frozenset[str] = frozenset()

    def cell(self, column: str, text: str) -> str:
        """What is left of one cell; words that are counted are not looked into."""
        if column in self.columns:
            return self.cut(text)
        return text if column in _COUNTED else self.text(text)

    def cells(self, packed: str) -> str:
        """What is left of a JSON object of cells."""
        cells = json.loads(packed)
        left = {
            key: self.cell(key, value) if isinstance(value, str) else value
            for key, value in cells.items()
        }
        return packed if left == cells else _packed(left)

    def text(self, text: str) -> str:
        """The text with every value in it cut; what only contains one as part of a word stays."""
        low = text.casefold()
        if not any(begin in low for begin in _begins(self.values)):
            return text
        return _pattern(self.values).sub(lambda found: self.cut(found[0]), text)

    def facts(self, packed: str) -> str:
        """What is left of any JSON."""
        facts = json.loads(packed)
        left = self._walk(facts)
        return packed if left == facts else _packed(left)

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._walk(each) for each in value]
        if isinstance(value, dict):
            return {key: self._walk(each) for key, each in value.items()}
        return value


@lru_cache(maxsize=256)
def _begins(values: frozenset[str]) -> tuple[str, ...]:
    """How each value that is looked for begins: most texts are told apart by that alone."""
    return tuple(value[:_QUOTED].casefold() for value in _known(values))


def _known(values: frozenset[str]) -> list[str]:
    """The values worth looking for, the longest first."""
    return sorted(
        (v for v in values if len(v) >= _SHORTEST and not is_cut(v)), key=len, reverse=True
    )


@lru_cache(maxsize=256)
def _pattern(values: frozenset[str]) -> re.Pattern[str]:
    """Finds the longest value first; a long one also where a message cut it short."""
    known = _known(values)
    whole = [rf"(?<!\w){re.escape(value)}(?!\w)" for value in known]
    short = [rf"(?<!\w){re.escape(v[:_QUOTED])}[^\n\"]*…" for v in known if len(v) > _QUOTED]
    return re.compile("|".join([*whole, *short]), re.IGNORECASE)


def _packed(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
