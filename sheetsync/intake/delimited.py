"""CSV files as other programs write them: encoding and separator are found out, and said."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from sheetsync.domain.columns.headings import header_score
from sheetsync.domain.csv_cells import as_meant
from sheetsync.domain.rules import ColumnRule
from sheetsync.errors import UsageError

ENCODING_WORDS: Final = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows western European (cp1252)",
}
DELIMITER_WORDS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
LONGEST_LINE: Final = 16 * 1024 * 1024
"""Characters; a longer line is no row of orders."""

_BLOCK: Final = 1024 * 1024
_SAMPLE: Final = 64 * 1024
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def find_encoding(path: Path, head: bytes) -> str:
    """How the text of the file is stored, given its first bytes. Raises UsageError when it is no text."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if len(head) > 1 and head.count(0) * 3 > len(head):
        return "utf-16-le" if head[1] == 0 else "utf-16-be"
    if _decodes(path, "utf-8"):
        return "utf-8"
    if _decodes(path, "cp1252"):
        _refuse_mixed(path)
        return "cp1252"
    raise UsageError(
        f"{path.name} is no text in UTF-8, UTF-16 or Windows western European letters. "
        "Save it as CSV UTF-8 and try again."
    )


def _refuse_mixed(path: Path) -> None:
    """Raise UsageError for a file that was put together from two: half of its letters would be others."""
    utf8 = other = 0
    with path.open("rb") as file:
        for number, line in enumerate(_short(file.readline), start=1):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                other = other or number
            else:
                utf8 = utf8 or number
            if utf8 and other:
                raise UsageError(
                    f"{path.name} stores its letters in two ways: line {utf8} is UTF-8, line {other} is "
                    "Windows western European. Export it anew in one of them."
                )


def _short(readline: Callable[[int], bytes]) -> Iterator[bytes]:
    """The lines of a binary file; one that is far too long in parts."""
    while line := readline(LONGEST_LINE):
        yield line


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def sample(path: Path, encoding: str) -> str:
    """The beginning of the text. Raises UsageError where it cannot be decoded."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            return file.read(_SAMPLE)
    except UnicodeError:
        raise _undecodable(path, encoding) from None


def find_delimiter(
    text: str, columns: Mapping[str, ColumnRule], search_rows: int, configured: str = "auto"
) -> str:
    """What separates the columns: the configured mark, else the one that shows most known headings."""
    if configured != "auto":
        return "\t" if configured == "tab" else configured
    scores = {mark: _score(text, mark, columns, search_rows) for mark in DELIMITER_WORDS}
    return max(scores, key=lambda mark: scores[mark])


def _score(
    text: str, mark: str, columns: Mapping[str, ColumnRule], search_rows: int
) -> tuple[int, int]:
    """Known headings in one row, then how often the mark stands in the first line."""
    best = 0
    try:
        for number, row in enumerate(csv.reader(text.splitlines(keepends=True), delimiter=mark)):
            if number >= search_rows:
                break
            best = max(best, header_score(row, columns))
    except csv.Error:
        return best, 0
    return best, text.partition("\n")[0].count(mark)


def lines(path: Path, encoding: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    """Number of the first line and cells of each row; blank rows are left out.

    Raises UsageError where the text is damaged: an open quote, a line without end, bad letters.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_LINE))
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(_bounded(file.readline, path), delimiter=mark, strict=True)
        began = 1
        try:
            for cells in reader:
                if any(cells):
                    yield began, [as_meant(c) if c[:1] == "'" else c for c in cells]
                began = reader.line_num + 1
        except csv.Error:
            raise UsageError(
                f'{path.name}, line {began}: a quote (") is not closed, or stands in the middle of '
                "a cell. Put the cell in quotes and write each quote inside it twice."
            ) from None
        except UnicodeError:
            raise _undecodable(path, encoding) from None


def _bounded(readline: Callable[[int], str], path: Path) -> Iterator[str]:
    number = 0
    while line := readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise UsageError(
                f"{path.name}, line {number} has more than {LONGEST_LINE:,} characters, so this is no "
                "list of orders. Export it anew with one order per line."
            )
        yield line


def _undecodable(path: Path, encoding: str) -> UsageError:
    return UsageError(
        f"{path.name} begins like {ENCODING_WORDS[encoding]} but holds bytes that are not. "
        "It was damaged on the way, or is cut off; export it anew."
    )
