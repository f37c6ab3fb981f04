"""The one way in which rule texts are folded, so that `Fed  Ex ` in a cell equals `fed ex` in a rule."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Full-width forms, hard spaces, doubled spaces and case made equal; outer spaces removed."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
