"""The colours of SLA and Check, as conditional formats that key on the first word.

They are installed once, by the template or by `init`; a pass writes values and paints nothing, so a
colour cannot stand in a wrong row. What is there already is known again by range and formula.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Final

from sheetsync.trackers.excel.scanner import MAX_ROW, Scan, cell_name, column_letters, parse_area
from sheetsync.trackers.excel.splices import Splice, escape_attribute, escape_text
from sheetsync.trackers.excel.stylesheet import Stylesheet
from sheetsync.trackers.looks import LOOKS, Look

_BEFORE: Final = frozenset(
    {"sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
     "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate",
     "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting"}
)  # fmt: skip
"""What the schema puts before a further conditional format."""
_FORMULA: Final = re.compile(rb"<(?:[\w.-]+:)?formula>(.*?)</(?:[\w.-]+:)?formula>", re.DOTALL)
_PRIORITY: Final = re.compile(rb"\spriority\s*=\s*[\"'](\d+)")


def first_word_test(column: int, row: int, word: str) -> str:
    """The formula that holds where the cell of `column` (from 0) begins with `word`; seen from `row`."""
    return f'LEFT(${column_letters(column)}{row},{len(word)})="{word}"'


def highlight(found: Scan, styles: Stylesheet, places: Mapping[str, int], row: int) -> list[Splice]:
    """The splices that install the colours of the columns in `places` (key -> column from 0).

    `row` is the first row below the header. Rules that are there already are left as they are, so a
    second time gives no splice.
    """
    known = _known(found)
    priority = max([0, *(int(n) for n in _PRIORITY.findall(_all_formats(found)))])
    blocks = []
    for key, column in places.items():
        rules = []
        for word, look in LOOKS[key].items():
            test = first_word_test(column, row, word)
            if any(test == formula and _holds(sqref, row, column) for sqref, formula in known):
                continue
            priority += 1
            rules.append(_rule(styles.add("dxfs", _dxf(look)), priority, test))
        if rules:
            area = f"{cell_name(row, column)}:{cell_name(MAX_ROW, column)}"
            blocks.append(
                f'<conditionalFormatting sqref="{escape_attribute(area)}">{"".join(rules)}'
                "</conditionalFormatting>"
            )
    if not blocks:
        return []
    place = max(child.end for child in found.children if child.name in _BEFORE)
    return [Splice(place, place, _prefixed("".join(blocks), found.prefix))]


def _known(found: Scan) -> list[tuple[str, str]]:
    """Range and formula of every rule that stands in the sheet."""
    return [
        (element.attributes.get("sqref", ""), html.unescape(formula.decode()))
        for element in found.conditional_formats
        for formula in _FORMULA.findall(found.data, element.start, element.end)
    ]


def _all_formats(found: Scan) -> bytes:
    return b"".join(found.data[e.start : e.end] for e in found.conditional_formats)


def _holds(sqref: str, row: int, column: int) -> bool:
    areas = [parse_area(word) for word in sqref.split()]
    return any(area is not None and area.holds(row, column) for area in areas)


def _dxf(look: Look) -> bytes:
    bold = "<b/>" if look.bold else ""
    return (
        f'<dxf><font>{bold}<color rgb="FF{look.ink}"/></font><fill><patternFill patternType="solid">'
        f'<fgColor rgb="FF{look.fill}"/><bgColor rgb="FF{look.fill}"/></patternFill></fill></dxf>'
    ).encode()


def _rule(dxf: int, priority: int, test: str) -> str:
    return (
        f'<cfRule type="expression" dxfId="{dxf}" priority="{priority}">'
        f"<formula>{escape_text(test)}</formula></cfRule>"
    )


def _prefixed(text: str, prefix: bytes) -> bytes:
    """The elements with the prefix that the part uses."""
    before = prefix if not prefix or prefix.endswith(b":") else prefix + b":"
    return re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1" + before, text.encode())
