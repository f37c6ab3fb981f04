"""What a write was about to do, kept before it is sent: so that a killed worker's slip is still put right."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from typing import Any, Final, Protocol

from sheetsync.domain.model import CellError, CellValue


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
    formula: str = ""
    """A formula to be given back instead of `new`."""
    beside: tuple[CellValue, ...] | None = None
    """Of a repair, the whole row as it was read: what tells it where its Order ID does not."""
    alone: bool = False
    """Whether no other row had the Order ID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """A row as it stood just after a write: what it is known by when it is looked for again.

    `write` is the ticket of that write. `cells` are all its cells, None where the answer did not show them;
    `touched` the columns that were written to, `headings` those of its tab. `doubled`: another row of that
    write had the same Order ID.
    """

    write: str
    number: int
    key: str
    cells: tuple[CellValue, ...] | None
    touched: tuple[int, ...]
    headings: tuple[str, ...]
    key_column: int
    doubled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """A cell that holds our value `wrong` and has to hold again what stood there: `right`, or `formula`.

    `order` is whose value that was, "" where it was only put back, `heading` where it was meant for.
    """

    then: Then
    order: str
    heading: str
    column: int
    wrong: CellValue
    right: CellValue
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Under:
    """What cells stand under: the texts of the header row, its number, and the column of Order IDs."""

    headings: tuple[str, ...]
    header_row: int
    key_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is not settled yet.

    `sent` under `ticket` was not heard of, () when it was; its cells were read `under` that. `undos` are
    still to be done; `times` tells how often each Order ID stood in the tab. `told` names cells that people
    have to look at, as long as no receipt has said so.
    """

    under: Under
    times: Mapping[str, int]
    ticket: str = ""
    sent: tuple[Sent, ...] = ()
    undos: tuple[Undo, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether there is anything to be put right, or to be asked for."""
        return bool(self.sent or self.undos)


NOTHING_OPEN: Final = Entry(under=Under((), 0, 0), times={})


def pack(entry: Entry) -> str:
    """An entry as one text."""
    thens = list(dict.fromkeys(undo.then for undo in entry.undos))
    places = {then: place for place, then in enumerate(thens)}
    content = {
        "ticket": entry.ticket,
        "sent": [_fields(sent) for sent in entry.sent],
        "under": astuple(entry.under),
        "thens": [_fields(then) for then in thens],
        "undos": [
            [places[u.then], u.order, u.heading, u.column, u.wrong, u.right, u.formula] for u in entry.undos
        ],
        "times": dict(entry.times),
        "told": list(entry.told),
    }  # fmt: skip
    raw = json.dumps(content, ensure_ascii=False, default=_error).encode("utf-8", "surrogatepass")
    return base64.b64encode(zlib.compress(raw, 1)).decode("ascii")


def unpack(text: str) -> Entry:
    """The entry that was packed."""
    raw = zlib.decompress(base64.b64decode(text)).decode("utf-8", "surrogatepass")
    content = json.loads(raw, object_hook=_from_error)
    headings, header_row, key_column = content["under"]
    thens = [
        Then(
            **{
                **then,
                "cells": _row(then["cells"]),
                "touched": tuple(then["touched"]),
                "headings": tuple(then["headings"]),
            }
        )
        for then in content["thens"]
    ]
    return Entry(
        ticket=content["ticket"],
        sent=tuple(Sent(**{**sent, "beside": _row(sent["beside"])}) for sent in content["sent"]),
        under=Under(tuple(headings), header_row, key_column),
        undos=tuple(
            Undo(
                then=thens[place],
                order=order,
                heading=heading,
                column=column,
                wrong=wrong,
                right=right,
                formula=formula,
            )
            for place, order, heading, column, wrong, right, formula in content["undos"]
        ),
        times=content["times"],
        told=tuple(content.get("told", ())),
    )


def _row(cells: list[CellValue] | None) -> tuple[CellValue, ...] | None:
    return None if cells is None else tuple(cells)


def _fields(value: Sent | Then) -> dict[str, Any]:
    """By name, one level deep: a cell that holds an error stays a cell."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _error(value: object) -> object:
    if isinstance(value, CellError):
        return {"error": value.text}
    raise TypeError(f"not a cell: {value!r}")


def _from_error(found: dict[str, Any]) -> object:
    return CellError(str(found["error"])) if set(found) == {"error"} else found
