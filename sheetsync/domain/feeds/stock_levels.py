"""The Stock Levels tab: what the stock feeds said last of each article, and since when they say so.

A tab of its own beside the team's Stock tab: what people keep there is theirs and is never written over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sheetsync.domain.feeds.news import News
from sheetsync.domain.moments import scalar_to_local
from sheetsync.domain.tabs import Box, Tab, TabValue

TITLE: Final = "Stock Levels"
MOST_SHOWN: Final = 5_000
_COLUMNS: Final = (
    ("SKU", "", "text", 18.0), ("Product", "product", "text", 30.0), ("On Hand", "on_hand", "number", 12.0),
    ("Reserved", "reserved", "number", 12.0), ("Available", "available", "number", 12.0),
    ("Reorder Point", "reorder_point", "number", 14.0), ("Restock ETA", "restock_at", "date", 14.0),
    ("As Of", "as_of", "moment", 17.0), ("Changed", "", "moment", 17.0), ("Feed", "", "text", 14.0),
)  # fmt: skip


def layout(levels: Sequence[News], timezone: str) -> Tab:
    """The tab of what `levels` say, by article; the first few thousand of very many."""
    boxes = [
        Box(row=0, column=0, value=TITLE, style="title", width=6),
        Box(row=1, column=0, value=_subtitle(len(levels)), style="subtitle", width=len(_COLUMNS)),
    ]
    for column, (heading, _, style, _) in enumerate(_COLUMNS):
        look = "heading-right" if style == "number" else "heading"
        boxes.append(Box(row=3, column=column, value=heading, style=look))
    shown = sorted(levels, key=lambda news: (news.key, news.source))[:MOST_SHOWN]
    for row, news in enumerate(shown, start=4):
        changed, said = scalar_to_local(news.changed_at, timezone), news.cells
        for column, (heading, key, style, _) in enumerate(_COLUMNS):
            own: dict[str, TabValue] = {"SKU": news.key, "Changed": changed, "Feed": news.source}
            value = own.get(heading) if not key else _value(said.get(key, ""), style)
            boxes.append(Box(row=row, column=column, value=value, style=style))
    return Tab(
        title=TITLE, kind="stock-levels", boxes=tuple(boxes), frozen_rows=4,
        column_widths=tuple(width for _, _, _, width in _COLUMNS),
    )  # fmt: skip


def _subtitle(count: int) -> str:
    shown = f"; the first {MOST_SHOWN:,} of {count:,}" if count > MOST_SHOWN else ""
    return f"What the stock feeds said last. This tab belongs to the worker and is written anew{shown}."


def _value(text: str, style: str) -> TabValue:
    if not text:
        return None
    if style == "number":
        number = float(text)
        return int(number) if number.is_integer() else number
    return datetime.fromisoformat(text) if style in {"moment", "date"} else text
