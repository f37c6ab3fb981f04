"""The readers of a cell, one per column type: distinct cells in, typed values and problems out.

A reader never raises for what staff typed and never guesses: what it cannot read becomes a blank
(a tick becomes -1) with a problem that says what is expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from sheetsync.domain.columns.dates import looks_like_date
from sheetsync.domain.columns.reading import Reader, broken
from sheetsync.domain.columns.skus import sku_lines, unusual_spellings
from sheetsync.domain.findings import Problem
from sheetsync.domain.grid import (
    Cells,
    Distinct,
    all_texts,
    as_float,
    object_array,
)
from sheetsync.domain.model import CellValue, Severity
from sheetsync.domain.texts import (
    all_plain,
    clean_id,
    clean_text,
    either,
    fold,
    nearest,
    number_text,
)

Problems: TypeAlias = dict[int, Problem]
Texts: TypeAlias = tuple[Cells, Problems]
Check: TypeAlias = Callable[[str, CellValue, Reader], Problem | None]
"""Cleaned text and the cell it came from -> what is wrong with it."""

LONGEST_ID: Final = 100
"""Characters; a longer Order ID or tracking number is a pasted text, not an identity."""
_SAFE_WHOLE: Final = 1e15
"""A spreadsheet keeps 15 digits: a longer number is already rounded in the file."""
_EMAIL: Final = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
_NUMBER: Final = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_MOST_GUESSES: Final = 200
_LISTED_CHOICES: Final = 6


def read_text(values: Cells, reader: Reader) -> Texts:
    """Text as seen; a number becomes its digits, with a note where it has a fraction."""
    return _each(values, reader, clean_text, _no_suspects, _fraction_note)


def read_notes(values: Cells, reader: Reader) -> Texts:
    """Free text and the worker's own words: nothing in it is wrong but an error value."""
    return _each(values, reader, clean_text, _no_suspects, _accept)


def read_ids(values: Cells, reader: Reader) -> Texts:
    """Identities: text stays byte for byte; whole numbers become digits, with a note."""
    texts, problems = _each(values, reader, clean_id, _too_long, _id_problem)
    broken_ids = [place for place, each in problems.items() if each.severity == "error"]
    if broken_ids:
        texts = texts.copy()
        texts[broken_ids] = ""
    return texts, problems


def read_skus(values: Cells, reader: Reader) -> Texts:
    """SKU lists: the text is kept, each token that cannot be read is named."""

    def check(text: str, _cell: CellValue, of: Reader) -> Problem | None:
        wrong = [line for line in sku_lines(text) if line.problem]
        if not wrong:
            return None
        severity: Severity = of.rule.severity if any(not w.quantity for w in wrong) else "warning"
        words = " ".join(line.problem for line in wrong)
        return Problem("sku_list", severity, f"{of.heading}: {words}")

    return _each(values, reader, clean_text, unusual_spellings, check)


def read_emails(values: Cells, reader: Reader) -> Texts:
    """One address per cell; anything else is kept and flagged."""

    def check(text: str, cell: CellValue, of: Reader) -> Problem | None:
        if not text or _EMAIL.fullmatch(text):
            return None
        return of.wrong(
            "email_shape", of.rule.severity, cell, "Use one address like name@shop.com."
        )

    def suspects(texts: Cells) -> list[int]:
        fits = _EMAIL.fullmatch
        return [place for place, text in enumerate(texts) if not fits(text)]

    return _each(values, reader, clean_id, suspects, check)


def looks_like_email(text: str) -> bool:
    """Whether a cleaned text has the shape of one address; whether it may become a recipient is judged later."""
    return _EMAIL.fullmatch(text) is not None


def read_numbers(cells: Distinct, reader: Reader) -> tuple[npt.NDArray[np.float64], Problems]:
    """Numbers, also typed as text with a decimal point; anything else is a finding."""
    if cells.floats is not None and np.isfinite(cells.floats).all():
        return cells.floats, {}
    values = cells.cells
    numbers = np.full(len(values), np.nan)
    problems: Problems = {}
    for place, cell in enumerate(values):
        problem = broken(cell, reader.heading)
        number = None if problem else _number(cell)
        if number is not None:
            numbers[place] = number
        elif problem or not isinstance(cell, str) or clean_id(cell):
            problems[place] = problem or reader.unreadable(cell, "A number like 12.5 is expected.")
    return numbers, problems


def read_ticks(values: Cells, reader: Reader) -> tuple[npt.NDArray[np.int8], Problems]:
    """Ticks by a closed table; a date counts as a tick, an unknown word is -1 and a finding."""
    ticks = np.zeros(len(values), dtype=np.int8)
    problems: Problems = {}
    for place, cell in enumerate(values):
        problem = broken(cell, reader.heading)
        tick = None if problem else reader.ticks.get(fold(_as_text(cell, clean_text)))
        if tick is None and problem is None and looks_like_date(cell, reader):
            tick = 1
        if tick is None:
            tick = -1
            problems[place] = problem or reader.unreadable(
                cell, "Tick the box or write yes; leave it empty for no."
            )
        ticks[place] = tick
    return ticks, problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a choice column accepts: folded text -> canonical name, and what to say otherwise."""

    lookup: Mapping[str, str]
    names: tuple[str, ...]
    rule: str = "unknown_choice"
    complain: bool = True


def read_choices(values: Cells, reader: Reader, choices: Choices) -> Texts:
    """Canonical names; an unknown text is kept as it is and flagged with the nearest name."""
    read, problems = _each(values, reader, clean_text, _no_suspects, _accept)
    texts = read.copy()
    unknown = []
    for place, text in enumerate(texts):
        name = choices.lookup.get(fold(text)) if text else ""
        if name is None:
            unknown.append(place)
        else:
            texts[place] = name
    if choices.complain and choices.names:
        guessing = len(unknown) <= _MOST_GUESSES
        for place in unknown:
            problems[place] = _unknown_choice(texts[place], reader, choices, guessing=guessing)
    return texts, problems


def _unknown_choice(text: str, reader: Reader, choices: Choices, *, guessing: bool) -> Problem:
    near = choices.lookup.get(nearest(text, choices.lookup), "") if guessing else ""
    listed = f"Use {either(choices.names)}." if len(choices.names) <= _LISTED_CHOICES else ""
    guess = f"Did you mean {near}?" if near else ""
    expected = " ".join(filter(None, (listed, guess))) or "Choose a name from the list."
    return reader.wrong(choices.rule, reader.rule.severity, text, expected)


def _each(
    values: Cells,
    reader: Reader,
    clean: Callable[[str], str],
    suspects: Callable[[Cells], Sequence[int]],
    check: Check,
) -> Texts:
    """Clean every distinct cell and check it; of pure text only the `suspects` need a check."""
    if all_texts(values):
        plain = all_plain(values.tolist())
        texts = values if plain else object_array([clean(value) for value in values])
        found = {place: check(texts[place], values[place], reader) for place in suspects(texts)}
    else:
        texts = object_array([_as_text(value, clean) for value in values])
        found = {
            place: broken(value, reader.heading) or check(texts[place], value, reader)
            for place, value in enumerate(values)
        }
    return texts, {place: problem for place, problem in found.items() if problem is not None}


def _accept(_text: str, _cell: CellValue, _reader: Reader) -> Problem | None:
    return None


def _no_suspects(_texts: Cells) -> Sequence[int]:
    return ()


def _too_long(texts: Cells) -> Sequence[int]:
    if max(map(len, texts), default=0) <= LONGEST_ID:
        return ()
    return [place for place, text in enumerate(texts) if len(text) > LONGEST_ID]


def _as_text(cell: CellValue, clean: Callable[[str], str]) -> str:
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return number_text(cell)
    return ""


def _fraction_note(_text: str, cell: CellValue, reader: Reader) -> Problem | None:
    if isinstance(cell, float) and not cell.is_integer():
        return reader.wrong("number_as_text", "note", cell, "A text is expected here.")
    return None


def _id_problem(text: str, cell: CellValue, reader: Reader) -> Problem | None:
    if isinstance(cell, bool):
        return reader.unreadable(cell, "Type the number as text.")
    if isinstance(cell, int | float):
        return _numeric_id_problem(as_float(cell), reader)
    if len(text) > LONGEST_ID:
        return reader.unreadable(cell, f"At most {LONGEST_ID} characters can be used here.")
    return None


def _numeric_id_problem(number: float, reader: Reader) -> Problem:
    if abs(number) >= _SAFE_WHOLE:
        words = (
            f"{reader.heading} is stored as a number with more than 15 digits, so its last digits "
            "are lost. Format the cell as text and type it again."
        )
        return Problem("unreadable", "error", words)
    if number < 0 or not number.is_integer():
        return reader.unreadable(number, "Format the cell as text and type it again.")
    words = (
        f"{reader.heading} is stored as a number; leading zeros may be lost. Format the cell as "
        "text and type it again."
    )
    return Problem("stored_as_number", "note", words)


def _number(cell: Any) -> float | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        number = as_float(cell)
        return number if np.isfinite(number) else None
    text = fold(cell) if isinstance(cell, str) else ""
    return float(text) if _NUMBER.fullmatch(text) else None
