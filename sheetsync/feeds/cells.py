"""A feed's own words and numbers made the tracker's before they are read: codes, and decimal commas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sheetsync.domain.model import CellValue
from sheetsync.domain.texts import either, fold, nearest, number_text, quoted
from sheetsync.feeds.way import Way
from sheetsync.intake.mapping import FileColumns

Wrong = tuple[str, CellValue, str]
"""Heading, the cell as it stands, and what is expected."""

_COMMA: Final = re.compile(r"[+-]?(?:\d{1,3}(?:[. ]\d{3})+|\d+)(?:,\d+)?", re.ASCII)
_LISTED: Final = 6


@dataclass(frozen=True, slots=True)
class Mending:
    """What is done to the cells of a row, by place."""

    words: Mapping[int, tuple[str, Mapping[str, str], Sequence[str]]]
    numbers: Mapping[int, str]

    @classmethod
    def of(cls, columns: FileColumns, way: Way) -> Mending:
        """For the columns of one file."""
        places, headings = columns.header.columns, columns.header.headings
        numbers = {
            places[key]: headings[key]
            for key, rule in columns.columns.items()
            if rule.type == "number" and key in places and way.settings.decimal == "comma"
        }
        words = {
            places[key]: (headings[key], table, way.known[key])
            for key, table in way.words.items()
            if key in places
        }
        return cls(words=words, numbers=numbers)

    def __bool__(self) -> bool:
        return bool(self.words or self.numbers)

    def mend(self, cells: Sequence[CellValue]) -> tuple[Sequence[CellValue], Wrong | None]:
        """The row as the tracker would have it, or as it is and what is wrong in it."""
        mended = list(cells)
        for place, (heading, table, known) in self.words.items():
            cell = cells[place] if place < len(cells) else None
            if cell is None or cell == "":
                continue
            meaning = table.get(fold(cell if isinstance(cell, str) else _digits(cell)))
            if meaning is None:
                return cells, (heading, cell, _expected(heading, cell, known))
            mended[place] = meaning
        for place, heading in self.numbers.items():
            cell = cells[place] if place < len(cells) else None
            if not isinstance(cell, str) or not cell.strip():
                continue
            text = cell.strip().replace("\u00a0", " ")
            if not _COMMA.fullmatch(text):
                return cells, (
                    heading,
                    cell,
                    f"{heading} says {quoted(cell)}. A number like 1.234,5 is expected.",
                )
            mended[place] = text.replace(".", "").replace(" ", "").replace(",", ".")
        return mended, None


def _digits(cell: CellValue) -> str:
    return (
        number_text(cell)
        if isinstance(cell, int | float) and not isinstance(cell, bool)
        else str(cell)
    )


def _expected(heading: str, cell: CellValue, known: Sequence[str]) -> str:
    """What the cell says, and which words it may say; `known` are those of the settings, as written there."""
    listed = f"Use {either(known)}, or name" if len(known) <= _LISTED else "Name"
    lookup = {fold(word): word for word in known}
    near = lookup.get(nearest(str(cell), lookup), "")
    guess = f" Did you mean {near}?" if near else ""
    return f"{heading} says {quoted(str(cell))}. {listed} the word under values: in config.yaml.{guess}"
