"""Columns are found by heading, never by letter: aliases, any order, banners above, split headers.

What cannot be decided (a heading twice, no Order ID) refuses the whole pass in plain words, because
a guess here would put every later write into the wrong column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sheetsync.domain.model import CellValue, HeaderMap
from sheetsync.domain.rules import ColumnRule
from sheetsync.domain.texts import both, fold, nearest, quoted
from sheetsync.errors import PlanRefused

REQUIRED_HEADINGS: Final = ("order_id",)
"""Without these nothing can be read; any other absent column only switches its own rules off."""

_TIGHT: Final = re.compile(r"\s*([/&()])\s*")


@lru_cache(maxsize=4096)
def normalise_heading(text: str) -> str:
    """A heading as compared: case, width, spaces, line breaks, a trailing colon or dot do not matter."""
    plain = _TIGHT.sub(r"\1", fold(unicodedata.normalize("NFKC", text)).replace("_", " "))
    return " ".join(plain.split()).rstrip(" :.*")


def column_letter(index: int) -> str:
    """The letter over a column, from its index from 0: A, Z, AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def heading_lookup(columns: Mapping[str, ColumnRule]) -> dict[str, str]:
    """Every normalised title and alias -> column key; titles win over aliases."""
    lookup: dict[str, str] = {}
    for key, rule in columns.items():
        lookup.setdefault(normalise_heading(rule.title), key)
    for key, rule in columns.items():
        for alias in rule.aliases:
            lookup.setdefault(normalise_heading(alias), key)
    lookup.pop("", None)
    return lookup


def header_score(cells: Sequence[CellValue], columns: Mapping[str, ColumnRule]) -> int:
    """How many of the known columns stand in this row as headings."""
    return len(_Candidate.of(0, 0, cells, heading_lookup(columns)).places)


def find_header(
    rows: Sequence[Sequence[CellValue]],
    row_numbers: Sequence[int],
    columns: Mapping[str, ColumnRule],
    search_rows: int = 20,
    required: Sequence[str] = REQUIRED_HEADINGS,
) -> HeaderMap:
    """The header among the first `search_rows` rows of the tab: the row with most known headings.

    Two rows that only make sense together (`Order` over `ID`) are read as one. Raises PlanRefused
    when there is no header, a required column is missing, or two headings mean one column.
    """
    lookup = heading_lookup(columns)
    best = _best(_candidates(rows, row_numbers, lookup, search_rows), required)
    if best is None:
        raise PlanRefused(_no_header(bool(len(rows)), columns, search_rows, required))
    _refuse_missing(best, columns, lookup, required)
    _refuse_twice(best, columns)
    return HeaderMap(
        row_number=best.row_number,
        columns={key: best.places[key][0] for key in columns if key in best.places},
        headings={key: best.texts[best.places[key][0]] for key in columns if key in best.places},
        unknown=tuple(best.texts[index] for index in best.unknown),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundHeader:
    """A header row with nothing refused: `header` has the columns that are clear.

    `doubled`: by column key, the headings that all mean it. `near`: by key of a column that is not there,
    the unknown heading that may mean it, in words.
    """

    header: HeaderMap
    doubled: Mapping[str, tuple[str, ...]]
    near: Mapping[str, str]


def look_for_header(
    rows: Sequence[Sequence[CellValue]],
    row_numbers: Sequence[int],
    columns: Mapping[str, ColumnRule],
    search_rows: int,
    required: Sequence[str],
) -> FoundHeader | None:
    """As `find_header` for a tab without which a pass can do: what is wrong is told, not raised."""
    lookup = heading_lookup(columns)
    best = _best(_candidates(rows, row_numbers, lookup, search_rows), required)
    if best is None:
        return None
    clear = {key: places[0] for key, places in best.places.items() if len(places) == 1}
    guesses = {
        key: guess
        for key in columns
        if key not in best.places and (guess := _guess(best, key, lookup)) is not None
    }
    return FoundHeader(
        header=HeaderMap(
            row_number=best.row_number,
            columns={key: clear[key] for key in columns if key in clear},
            headings={key: best.texts[clear[key]] for key in columns if key in clear},
            unknown=tuple(best.texts[index] for index in best.unknown),
        ),
        doubled={
            key: tuple(_place_words(best, index) for index in places)
            for key, places in best.places.items()
            if len(places) > 1
        },
        near={key: _place_words(best, index) for key, index in guesses.items()},
    )


def _place_words(found: _Candidate, index: int) -> str:
    return f"{quoted(found.texts[index])} in column {column_letter(index)}"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One row (or two joined) read as a header: which keys stand where."""

    row_number: int
    parts: int
    texts: Mapping[int, str]
    places: Mapping[str, tuple[int, ...]]
    unknown: tuple[int, ...]

    @classmethod
    def of(
        cls, row_number: int, parts: int, cells: Sequence[CellValue], lookup: Mapping[str, str]
    ) -> _Candidate:
        texts = {i: " ".join(c.split()) for i, c in enumerate(cells) if isinstance(c, str)}
        texts = {i: text for i, text in texts.items() if text}
        places: dict[str, tuple[int, ...]] = {}
        unknown = []
        for index, text in texts.items():
            key = lookup.get(normalise_heading(text))
            if key is None:
                unknown.append(index)
            else:
                places[key] = (*places.get(key, ()), index)
        return cls(row_number, parts, texts, places, tuple(unknown))


def _candidates(
    rows: Sequence[Sequence[CellValue]],
    row_numbers: Sequence[int],
    lookup: Mapping[str, str],
    search_rows: int,
) -> list[_Candidate]:
    found = []
    for place, number in enumerate(row_numbers):
        if number > search_rows:
            break
        found.append(_Candidate.of(number, 1, rows[place], lookup))
        below = place + 1
        if below < len(rows) and row_numbers[below] == number + 1:
            joined = _join(rows[place], rows[below])
            found.append(_Candidate.of(number + 1, 2, joined, lookup))
    return found


def _join(upper: Sequence[CellValue], lower: Sequence[CellValue]) -> list[CellValue]:
    width = max(len(upper), len(lower))
    pairs = [(_text_at(upper, i), _text_at(lower, i)) for i in range(width)]
    return [" ".join(part for part in pair if part) for pair in pairs]


def _text_at(cells: Sequence[CellValue], index: int) -> str:
    cell = cells[index] if index < len(cells) else None
    return cell if isinstance(cell, str) else ""


def _best(candidates: Sequence[_Candidate], required: Sequence[str]) -> _Candidate | None:
    """Most known headings wins; then one with all that is required; then a single row; then the upper.

    A fuller row without a required heading still wins: a misspelt heading must refuse the pass, not
    hand the sheet to some lesser row above it.
    """

    def complete(candidate: _Candidate) -> bool:
        return all(key in candidate.places for key in required)

    usable = [c for c in candidates if len(c.places) > 1 or (c.places and complete(c))]
    return max(
        usable,
        key=lambda c: (len(c.places), complete(c), -c.parts, -c.row_number),
        default=None,
    )


def _no_header(
    any_rows: bool,  # noqa: FBT001 - a private helper's only choice
    columns: Mapping[str, ColumnRule],
    search_rows: int,
    required: Sequence[str],
) -> str:
    if not any_rows:
        return (
            "The tracker tab is empty. Put the headings into its first row, or make a fresh "
            "tracker with `sheetsync init`."
        )
    needed = both([columns[key].title for key in required if key in columns])
    return (
        f"No header row was found in the first {search_rows} rows of the tracker tab: no row has "
        f"the heading {needed}. Check that the right tab is named in config.yaml, and that the "
        "headings are still there."
    )


def _refuse_missing(
    best: _Candidate,
    columns: Mapping[str, ColumnRule],
    lookup: Mapping[str, str],
    required: Sequence[str],
) -> None:
    missing = [key for key in required if key in columns and key not in best.places]
    if not missing:
        return
    titles = both([columns[key].title for key in missing])
    plural = "s" if len(missing) > 1 else ""
    sentences = [f"The heading{plural} {titles} cannot be found in row {best.row_number}."]
    for key in missing:
        guess = _guess(best, key, lookup)
        if guess is not None:
            text, letter = quoted(best.texts[guess]), column_letter(guess)
            sentences.append(f"Did you mean {text} in column {letter}?")
    sentences.append(
        "Nothing is written until the heading is back: rename it in the sheet, or add it to the "
        "aliases in columns.yaml."
    )
    raise PlanRefused(" ".join(sentences))


def _guess(best: _Candidate, key: str, lookup: Mapping[str, str]) -> int | None:
    names = [name for name, of in lookup.items() if of == key]
    for index in best.unknown:
        if nearest(normalise_heading(best.texts[index]), names):
            return index
    return None


def _refuse_twice(best: _Candidate, columns: Mapping[str, ColumnRule]) -> None:
    sentences = []
    for key, places in best.places.items():
        if len(places) < 2:
            continue
        named = both([f"{quoted(best.texts[i])} in column {column_letter(i)}" for i in places])
        sentences.append(f"{len(places)} headings mean {columns[key].title}: {named}.")
    if sentences:
        sentences.append("Rename all but one, so that it is clear which column counts.")
        raise PlanRefused(" ".join(sentences))
