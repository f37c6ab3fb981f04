"""What a write was about to do, kept before it is sent: so that a killed worker's slip is still put right."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from sheetsync.domain.model import CellError, CellValue
from sheetsync.trackers.google.snapshot import Row, Snapshot


class Journal(Protocol):
    """Where the open entry is kept, durably."""

    def load(self) -> str:
        """The open entry, "" when everything is settled."""

    def keep(self, entry: str) -> None:
        """Keep an entry; "" settles it."""


class MemoryJournal:
    """A journal that lives as long as the process."""

    def __init__(self) -> None:
        self.entry = ""

    def load(self) -> str:
        """The open entry."""
        return self.entry

    def keep(self, entry: str) -> None:
        """Keep an entry."""
        self.entry = entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One cell that was sent: `order` at row number `row`, column index `column` under `heading`."""

    order: str
    row: int
    column: int
    heading: str
    old: CellValue
    new: CellValue
    common: bool = False
    """Whether people type the same words by themselves: a Status, a tick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """A cell of `order` under `heading` that holds our `wrong` value and has to hold what stood there.

    `rights` are the values that stood there before: one, or several where the Order ID or the heading
    stood there more than once; () where there was no such row or column. `formula` is the formula that
    stood there.
    """

    order: str
    heading: str
    wrong: CellValue
    rights: tuple[CellValue, ...] = ()
    formula: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An open entry: what was sent, what stood in the sheet just before, what was still to be undone."""

    sent: tuple[Sent, ...]
    undos: tuple[Undo, ...]
    before: Snapshot
    key_column: int
    header_row: int


def pack(entry: Entry) -> str:
    """An entry as one text."""
    content = {
        "sent": [asdict(sent) for sent in entry.sent],
        "undos": [asdict(undo) for undo in entry.undos],
        "before": entry.before.rows,
        "formulas": [[*place, text] for place, text in entry.before.formula_texts.items()],
        "key_column": entry.key_column,
        "header_row": entry.header_row,
    }
    raw = json.dumps(content, ensure_ascii=False, default=_error).encode("utf-8", "surrogatepass")
    return base64.b64encode(zlib.compress(raw, 1)).decode("ascii")


def unpack(text: str) -> Entry:
    """The entry that was packed."""
    raw = zlib.decompress(base64.b64decode(text)).decode("utf-8", "surrogatepass")
    content = json.loads(raw, object_hook=_from_error)
    return Entry(
        sent=tuple(Sent(**sent) for sent in content["sent"]),
        undos=tuple(Undo(**{**undo, "rights": tuple(undo["rights"])}) for undo in content["undos"]),
        before=Snapshot(
            rows=_rows(content["before"]),
            formula_texts={(row, column): text for row, column, text in content["formulas"]},
        ),
        key_column=content["key_column"],
        header_row=content["header_row"],
    )


def _rows(rows: Sequence[Sequence[CellValue]]) -> list[Row]:
    return [tuple(row) for row in rows]


def _error(value: object) -> object:
    if isinstance(value, CellError):
        return {"error": value.text}
    raise TypeError(f"not a cell: {value!r}")


def _from_error(found: dict[str, object]) -> object:
    return CellError(str(found["error"])) if set(found) == {"error"} else found
