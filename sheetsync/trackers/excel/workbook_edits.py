"""Edits of the workbook part: recalculation, hidden defined names, a sheet appended last.

Each takes the part's bytes and gives the new ones, so that several can follow each other.
"""

from __future__ import annotations

import re
from typing import Final

from sheetsync.trackers.excel.markup import RELATIONSHIPS, STRICT, Element
from sheetsync.trackers.excel.splices import (
    Splice,
    append_child,
    apply,
    escape_attribute,
    escape_text,
    prefix_of,
    replace_text,
    set_attributes,
    with_attribute,
    writable_tree,
)

_ORDER: Final = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets",
    "functionGroups", "externalReferences", "definedNames", "calcPr",
)  # fmt: skip
"""Children of the workbook in the schema's order, as far as we insert among them."""


def recalculate_on_load(data: bytes) -> bytes:
    """The workbook part with the flag that makes Excel recalculate when it opens the file."""
    root = writable_tree(data, "workbook")
    properties = root.first("calcPr")
    if properties is None:
        return _insert(data, root, "calcPr", b'calcPr fullCalcOnLoad="1"/>')
    if properties.attributes.get("fullCalcOnLoad") in ("1", "true"):
        return data
    return apply(data, [set_attributes(data, properties, fullCalcOnLoad="1")])


def set_constant(data: bytes, name: str, text: str, position: int | None = None) -> bytes:
    """The workbook part with a hidden defined name that holds a constant.

    `text` is what stands in the name (a quoted text or a number); `position` is that of the tab it
    belongs to, None for the whole workbook.
    """
    root = writable_tree(data, "workbook")
    found = _find_name(root, name, position)
    if found is not None:
        if found.text == text and not found.children:
            return data
        if not found.self_closing:
            return apply(data, [replace_text(found, text)])
        data = apply(data, [Splice(found.start, found.end, b"")])
        root = writable_tree(data, "workbook")
    p = prefix_of(data, root).decode()
    local = "" if position is None else f' localSheetId="{position}"'
    element = (
        f'<{p}definedName name="{escape_attribute(name)}"{local} hidden="1">'
        f"{escape_text(text)}</{p}definedName>"
    ).encode()
    names = root.first("definedNames")
    if names is not None:
        return apply(data, append_child(data, names, element))
    close = f"</{p}definedNames>".encode()
    return _insert(data, root, "definedNames", b"definedNames>" + element + close)


def set_name_text(data: bytes, name: str, position: int, text: str) -> bytes:
    """The workbook part with another text in a defined name of one tab, if there is such a name."""
    found = _find_name(writable_tree(data, "workbook"), name, position)
    return data if found is None else apply(data, [replace_text(found, text)])


def name_text(data: bytes, name: str, position: int | None) -> str:
    """The text of a defined name, "" when there is none."""
    found = _find_name(writable_tree(data, "workbook"), name, position)
    return "" if found is None else found.text


def append_sheet(data: bytes, title: str, relation: str) -> tuple[bytes, int]:
    """The workbook part with one more sheet, last, and the sheet's position (from 0)."""
    root = writable_tree(data, "workbook")
    sheets = root.first("sheets")
    if sheets is None:
        raise ValueError("a workbook without sheets")
    used = [int(e.attributes["sheetId"]) for e in sheets.children]
    p = prefix_of(data, sheets).decode()
    element = (
        f'<{p}sheet name="{escape_attribute(title)}" sheetId="{max([0, *used]) + 1}" '
        f'{_relation_name(data, root, sheets)}="{relation}"/>'
    ).encode()
    return apply(data, append_child(data, sheets, element)), len(used)


def _relation_name(data: bytes, root: Element, sheets: Element) -> str:
    """`r:id` as the sheets of this workbook spell it, declared on the spot where it must be.

    Some programs declare the prefix on each sheet: there it does not hold for a further one.
    """
    uri = RELATIONSHIPS[1 if root.namespace == STRICT else 0]
    spelled = re.search(rb"\s([\w.-]+):id\s*=", data[sheets.open_end : sheets.close_start])
    above = data[root.start : root.open_end] + data[sheets.start : sheets.open_end]
    if spelled and b"xmlns:" + spelled[1] + b"=" in above:
        return f"{spelled[1].decode()}:id"
    return f'xmlns:r="{uri}" r:id'


def _find_name(root: Element, name: str, position: int | None) -> Element | None:
    names = root.first("definedNames")
    local = None if position is None else str(position)
    for element in names.all("definedName") if names else ():
        same_name = element.attributes.get("name", "").casefold() == name.casefold()
        if same_name and element.attributes.get("localSheetId") == local:
            return element
    return None


def _insert(data: bytes, root: Element, name: str, element: bytes) -> bytes:
    """Insert `element` (without `<` and prefix) at its place among the workbook's children."""
    before = _ORDER[: _ORDER.index(name)]
    ends = [child.end for child in root.children if child.name in before]
    place = max([root.open_end, *ends])
    return apply(data, [Splice(place, place, b"<" + prefix_of(data, root) + element)])


def app_titles(data: bytes, title: str, sheets: int) -> bytes:
    """docProps/app.xml with one more sheet title after the `sheets` that were there.

    Where the part counts otherwise than the workbook it is left alone: it is only a description.
    """
    root = writable_tree(data, "app")
    pairs, titles = (_vector(root, name) for name in ("HeadingPairs", "TitlesOfParts"))
    if pairs is None or titles is None or len(pairs.children) < 2:
        return data
    count = next((e for e in pairs.children[1].children if e.name == "i4"), None)
    if count is None or count.text.strip() != str(sheets) or len(titles.children) < sheets:
        return data
    p = prefix_of(data, titles).decode()
    place = titles.children[sheets - 1].end if sheets else titles.open_end
    tag = data[titles.start : titles.open_end]
    return apply(
        data,
        [
            replace_text(count, str(sheets + 1)),
            Splice(
                titles.start,
                titles.open_end,
                with_attribute(tag, "size", str(len(titles.children) + 1)),
            ),
            Splice(place, place, f"<{p}lpstr>{escape_text(title)}</{p}lpstr>".encode()),
        ],
    )


def _vector(root: Element, name: str) -> Element | None:
    holder = next((e for e in root.children if e.name == name), None)
    return next((e for e in holder.children if e.name == "vector"), None) if holder else None
