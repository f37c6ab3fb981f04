"""Cells that people have to look at, since nobody could tell for certain what belongs there: said for a day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.wording import moment_words

SAID_FOR: Final = timedelta(days=1)
"""After that a person has seen it, or the cell has long been written anew."""
_MOST: Final = 50


def kept(before: str, new: Sequence[str], now: datetime) -> str:
    """What is to be said from `now` on (aware UTC), as one text; `before` is what was, "" for nothing."""
    found = {words: at for words, at in _read(before) if not _is_over(at, now)}
    found |= {words: now for words in new if words not in found}
    lines = sorted(found.items(), key=lambda each: (each[1], each[0]))[-_MOST:]
    return json.dumps([[words, at.isoformat()] for words, at in lines], ensure_ascii=False)


def said(text: str, now: datetime, timezone: str) -> tuple[str, ...]:
    """The sentences that still hold at `now`, each with the moment of its pass in the sheet's `timezone`."""
    return tuple(
        f"{moment_words(scalar_to_local(at, timezone))}: {words}"
        for words, at in _read(text)
        if not _is_over(at, now)
    )


def _read(text: str) -> list[tuple[str, datetime]]:
    lines = json.loads(text or "[]")
    return [(words, datetime.fromisoformat(at)) for words, at in lines]


def _is_over(at: datetime, now: datetime) -> bool:
    return now - at >= SAID_FOR
