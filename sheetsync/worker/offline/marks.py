"""The mark by which a copy is known again: kept in three places, so that one survives every program.

A workbook-wide name, a document property, and a line on the tab About this copy that people can read.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sheetsync.trackers.excel import markup
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.rowreader import read_rows_slow
from sheetsync.trackers.excel.strings import read_strings
from sheetsync.trackers.excel.values import Values

NAME: Final = "_sheetsync_copy"
PROPERTY: Final = "sheetsync copy"
TAB: Final = "About this copy"
LABEL: Final = "Copy"
_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_ID: Final = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")
_ROWS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Which copy this is; `tracker` and `made` are "" where only the line for people was left."""

    id: str
    tracker: str = ""
    made: str = ""

    @property
    def text(self) -> str:
        """As it stands in a file."""
        return f"{self.id} {self.tracker} {self.made}"


def new_id() -> str:
    """A new copy's id, which can be read out over the telephone."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def find_mark(package: Package) -> Mark | None:
    """The mark of a workbook; None where it carries none."""
    for text in (package.workbook().constant(NAME), *_properties(package, PROPERTY)):
        words = text.split()
        if len(words) == 3 and _ID.fullmatch(words[0]):
            return Mark(id=words[0], tracker=words[1], made=words[2])
    found = _on_the_tab(package)
    return Mark(id=found) if found else None


def is_copy_id(text: str) -> bool:
    """Whether this is the id of a copy, as people write it."""
    return _ID.fullmatch(text.strip().upper()) is not None


def saved_at(package: Package) -> datetime | None:
    """When the workbook says that it was saved last; None where it does not say."""
    for part in package.related("", "core-properties"):
        for element in markup.tree(package.read(part), part).children:
            if element.name == "modified":
                try:
                    moment = datetime.fromisoformat(element.text.strip())
                except ValueError:
                    return None
                return moment if moment.tzinfo else None
    return None


def _properties(package: Package, wanted: str) -> Iterator[str]:
    kinds = ("custom-properties", "customProperties")  # the second in Strict workbooks
    for part in (part for kind in kinds for part in package.related("", kind)):
        for element in markup.tree(package.read(part), part).children:
            if element.attributes.get("name") == wanted:
                yield "".join(child.text for child in element.children)


def _on_the_tab(package: Package) -> str:
    facts = package.workbook()
    tab = facts.sheet(TAB)
    if tab is None or tab.kind != "worksheet":
        return ""
    values = Values(read_strings(package), facts.date_system, tab.name)
    for row in read_rows_slow(package, tab.part, values, until=_ROWS).rows:
        texts = [cell.strip() for cell in row if isinstance(cell, str)]
        if len(texts) > 1 and texts[0] == LABEL and _ID.fullmatch(texts[1]):
            return texts[1]
    return ""
