"""References inside formulas: found by their shape, and written again where cells have moved."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from tests.sheets_server.a1 import title
from tests.sheets_server.areas import Area, letters
from tests.sheets_server.spans import Shift, shifted

_CELL: Final = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]*"
_COLUMN: Final = r"\$?[A-Za-z]{1,3}"
_ROW: Final = r"\$?[1-9][0-9]*"
_FOUND: Final = re.compile(
    r'(?P<text>"(?:[^"]|"")*")'
    r"|(?P<tab>(?:'(?:[^']|'')+'|(?<![\w.])[^\W\d]\w*)!)?(?<![\w.$])"
    rf"(?P<first>{_CELL})(?::(?P<last>{_CELL}|{_COLUMN}))?(?![\w(.!])"
    rf"|(?P<tab2>(?:'(?:[^']|'')+'|(?<![\w.])[^\W\d]\w*)!)?(?<![\w.$])"
    rf"(?P<first2>{_COLUMN}|{_ROW}):(?P<last2>{_COLUMN}|{_ROW})(?![\w(.!])"
)
_PART: Final = re.compile(r"(\$?)([A-Za-z]*)(\$?)([0-9]*)")


@dataclass(frozen=True, slots=True)
class Edge:
    """One corner of a reference: indices from 0, None where it names no column or no row."""

    column: int | None
    row: int | None
    column_fixed: bool
    row_fixed: bool

    def text(self) -> str:
        """As it stands in a formula."""
        column = "" if self.column is None else "$" * self.column_fixed + letters(self.column)
        row = "" if self.row is None else f"{'$' * self.row_fixed}{self.row + 1}"
        return column + row


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell (`last` is None) or a range, with the tab it names, if any."""

    tab: str | None
    first: Edge
    last: Edge | None


Rewrite = Callable[[Reference], Reference | None]


def rewritten(formula: str, rewrite: Rewrite) -> str:
    """The formula with every reference rewritten; `#REF!` where there is nothing left to refer to."""

    def one(match: re.Match[str]) -> str:
        if match["text"] is not None:
            return match[0]
        tab = match["tab"] or match["tab2"] or ""
        last = match["last"] or match["last2"]
        found = Reference(
            tab[:-1].strip("'").replace("''", "'") or None,
            _edge(match["first"] or match["first2"]),
            _edge(last) if last else None,
        )
        new = rewrite(found)
        if new is None:
            return "#REF!"
        if new == found:
            return match[0]
        prefix = tab if new.tab == found.tab else f"{title(new.tab or '')}!"
        return prefix + new.first.text() + (f":{new.last.text()}" if new.last else "")

    return _FOUND.sub(one, formula)


def _edge(text: str) -> Edge:
    match = _PART.fullmatch(text)
    assert match is not None
    fixed, name, row_fixed, row = match.groups()
    if not name:
        return Edge(None, int(row) - 1, False, bool(fixed or row_fixed))
    column = 0
    for letter in name.upper():
        column = column * 26 + ord(letter) - 64
    return Edge(column - 1, int(row) - 1 if row else None, bool(fixed), bool(row_fixed))


def offset(formula: str, down: int, right: int) -> str:
    """The formula as copying moves it: what has no dollar goes along."""

    def edge(old: Edge) -> Edge | None:
        row, column = old.row, old.column
        if row is not None and not old.row_fixed:
            row += down
        if column is not None and not old.column_fixed:
            column += right
        return None if min(row or 0, column or 0) < 0 else replace(old, row=row, column=column)

    def one(found: Reference) -> Reference | None:
        first = edge(found.first)
        last = edge(found.last) if found.last else None
        if first is None or (found.last and last is None):
            return None
        return replace(found, first=first, last=last)

    return rewritten(formula, one) if down or right else formula


def after_shift(
    formula: str,
    own: str,
    tab: str,
    dimension: str,
    shift: Shift,
    *,
    anchor: tuple[int, int] | None = None,
) -> str:
    """The formula of a cell on tab `own` after lines of `tab` were shifted.

    `anchor` is for a rule over a range: the line where the range began and where it begins now. What
    the rule refers to on its own line without a dollar stays its own line.
    """
    axis = "row" if dimension == "ROWS" else "column"

    def one(found: Reference) -> Reference | None:
        if (found.tab or own).casefold() != tab.casefold():
            return found
        start = getattr(found.first, axis)
        stop = getattr(found.last or found.first, axis)
        if start is None and stop is None:
            return found
        loose = found.last is None and not getattr(found.first, f"{axis}_fixed")
        if anchor and loose and start == anchor[0]:
            return replace(found, first=replace(found.first, **{axis: anchor[1]}))
        now = shifted(shift, start, None if stop is None else stop + 1)
        if now is None:
            return None
        first = replace(found.first, **{axis: now[0]})
        if found.last is None:
            return replace(found, first=first)
        end = None if now[1] is None else now[1] - 1
        return replace(found, first=first, last=replace(found.last, **{axis: end}))

    return rewritten(formula, one)


def after_cut(formula: str, own: str, area: Area, to: str, by: tuple[int, int]) -> str:
    """The formula after the cells of `area` went to tab `to`, down and right by so many: it follows them."""
    down, right = by

    def one(found: Reference) -> Reference | None:
        tab, last = found.tab or own, found.last or found.first
        first = found.first
        if tab.casefold() != area.sheet.title.casefold():
            return found
        if first.row is None or first.column is None or last.row is None or last.column is None:
            return found
        if not area.holds(first.row, last.row + 1, first.column, last.column + 1):
            return found
        named = found.tab if to == area.sheet.title else to
        return Reference(
            None if named == own else named,
            replace(first, row=first.row + down, column=first.column + right),
            replace(last, row=last.row + down, column=last.column + right) if found.last else None,
        )

    return rewritten(formula, one)


def after_rename(formula: str, old: str, new: str) -> str:
    """The formula after a tab got another title."""

    def one(found: Reference) -> Reference:
        same = found.tab is not None and found.tab.casefold() == old.casefold()
        return replace(found, tab=new) if same else found

    return rewritten(formula, one)


def after_removal(formula: str, tab: str) -> str:
    """The formula after a tab was removed."""

    def one(found: Reference) -> Reference | None:
        return None if found.tab is not None and found.tab.casefold() == tab.casefold() else found

    return rewritten(formula, one)
