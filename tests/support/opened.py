"""Opens a workbook with openpyxl for somebody who edits the tab Orders, and loses nothing of the other tabs.

openpyxl works out the borders of every merged area as it loads, most of the time that it takes for a
workbook with a KPI tab. Here the merged areas of the other tabs are set aside, and put back as they were.
"""

from __future__ import annotations

import io
import posixpath
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
from openpyxl.worksheet.cell_range import CellRange

_MERGED = re.compile(rb"<mergeCells[ >].*?</mergeCells>", re.DOTALL)
_REF = re.compile(rb'ref="([^"]+)"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def opened(path: Path, edited: str = "Orders") -> openpyxl.Workbook:
    """The workbook at `path`, with merged cells for openpyxl's sense in the tab `edited` only."""
    content, aside = _without_merges(path.read_bytes(), edited)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(content))
    for title, areas in aside.items():
        book[title].merged_cells.ranges = {CellRange(area) for area in areas}
    return book


def _without_merges(content: bytes, edited: str) -> tuple[bytes, dict[str, list[str]]]:
    """The workbook without the merged areas of the other tabs; title -> areas that were taken out."""
    aside: dict[str, list[str]] = {}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        titles = {part: title for title, part in _parts(old) if title != edited}
        for name in old.namelist():
            data = old.read(name)
            if name in titles and (found := _MERGED.search(data)):
                aside[titles[name]] = [ref.decode() for ref in _REF.findall(found[0])]
                data = data[: found.start()] + data[found.end() :]
            new.writestr(name, data)
    return (out.getvalue(), aside) if aside else (content, {})


def _parts(book: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Title and part of every tab."""
    relations = ET.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    for element in ET.fromstring(book.read("xl/workbook.xml")).iter():
        if element.tag.endswith("}sheet"):
            target = targets[element.get(_RELATION)]
            yield element.get("name", ""), posixpath.normpath(posixpath.join("/xl", target))[1:]
