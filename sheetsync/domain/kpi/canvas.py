"""A tab under construction: boxes put down row by row on twelve equal columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from sheetsync.domain.tabs import Box, Chart, Tab, TabValue

COLUMNS: Final = 12
WIDTH: Final = 11.7
"""Characters of one column: twelve of them fill an A4 page on its side."""
_LINE: Final = 13.5
"""Points of one line of wrapped text."""


class Canvas:
    """Collects the boxes of one tab; `row` is where the next band begins."""

    def __init__(self) -> None:
        self.row = 0
        self._boxes: list[Box] = []
        self._charts: list[Chart] = []
        self._heights: dict[int, float] = {}
        self._breaks: list[int] = []

    def put(
        self, column: int, value: TabValue, style: str, *, width: int = 1, **more: object
    ) -> None:
        """One box in the present row; `more` as in Box (row, height, number_format, note)."""
        row = more.pop("row", self.row)
        self._boxes.append(
            Box(row=row, column=column, value=value, style=style, width=width, **more)  # type: ignore[arg-type]
        )

    def line(self, value: TabValue, style: str, *, height: float = 0.0, note: str = "") -> None:
        """One box across the whole tab, and on to the next row."""
        self.put(0, value, style, width=COLUMNS, note=note)
        self.next(height)

    def next(self, height: float = 0.0) -> None:
        """On to the next row; `height` in points sets that of the present one."""
        if height:
            self.tall(height)
        self.row += 1

    def tall(self, height: float) -> None:
        """The present row is at least `height` points high."""
        self._heights[self.row] = max(self._heights.get(self.row, 0.0), height)

    def chart(self, chart: Chart) -> None:
        """A chart over cells put down before or after it."""
        self._charts.append(chart)

    def new_page(self) -> None:
        """On paper, the present row begins a page."""
        self._breaks.append(self.row)

    def tab(self, title: str) -> Tab:
        """The finished tab."""
        return Tab(
            title=title,
            kind="kpi",
            boxes=tuple(sorted(self._boxes, key=lambda box: (box.row, box.column))),
            column_widths=(WIDTH,) * COLUMNS,
            row_heights=tuple(sorted(self._heights.items())),
            charts=tuple(self._charts),
            page_breaks=tuple(self._breaks),
        )


def lines_needed(text: str, columns: int) -> int:
    """How many lines `text` takes when wrapped over so many columns."""
    room = max(1, int(columns * WIDTH * 1.3))
    return sum(max(1, math.ceil(len(part) / room)) for part in text.split("\n"))


def wrapped_height(texts: Sequence[tuple[str, int]]) -> float:
    """Points that the tallest of the (text, columns) pairs needs."""
    return max((lines_needed(text, columns) for text, columns in texts), default=1) * _LINE + 3
