"""A tracker as a lively team would have it: everything that a load and save would lose."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import xlsxwriter

from tests.support.workbooks import HEADINGS, members, with_parts

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MS = "http://schemas.microsoft.com/office"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def tiny_png() -> bytes:
    """A picture of one dot."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))
        )

    head = struct.pack(">2L5B", 1, 1, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0\x1f\x6f\x78")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def rich_workbook(path: Path) -> Path:
    """Tab Orders with three orders, surrounded by every feature; further tabs beside it."""
    picture = path.parent / "picture.png"
    picture.write_bytes(tiny_png())
    book = xlsxwriter.Workbook(str(path), {"strings_to_urls": False})
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "#FF0000"})
    boxed = book.add_format({"border": 1, "bg_color": "#FFF2CC"})
    date = book.add_format({"num_format": "dd/mm/yyyy hh:mm", "border": 1})
    free = book.add_format({"locked": False})
    sheet = book.add_worksheet("Orders")
    sheet.write_row(0, 0, HEADINGS, bold)
    for row, order in enumerate(("#SP-1", "#SP-2", "#SP-3"), start=1):
        sheet.write_string(row, 0, order)
        sheet.write_rich_string(row, 1, "Ann ", bold, "Lee", red, " Ltd")
        sheet.write_string(row, 2, "Pending", boxed)
        sheet.insert_checkbox(row, 3, False)
        sheet.write_blank(row, 4, None, date if row == 1 else None)
        sheet.write_string(row, 5, "ok", free)
        sheet.write_formula(row, 6, f"=LEN(A{row + 1})", None, 5)
        sheet.add_sparkline(row, 8, {"range": "Orders!G2:G4"})
    sheet.write(0, 6, "Length")
    sheet.write_dynamic_array_formula("K2:K4", "=_xlfn.SORT(A2:A4)", None, "#SP-1")
    sheet.write_array_formula("L2:L4", "{=LEN(A2:A4)}", None, 5)
    sheet.merge_range("A8:C8", "A remark below, merged", bold)
    sheet.autofilter("A1:F4")
    sheet.set_column("A:A", 14)
    sheet.set_row(2, 30, None, {"hidden": True})
    sheet.data_validation("C2:C4", {"validate": "list", "source": ["Pending", "Shipped"]})
    text = {"type": "text", "criteria": "containing", "value": "x", "format": red}
    sheet.conditional_format("F2:F4", text)
    sheet.conditional_format("G2:G4", {"type": "data_bar", "data_bar_2010": True})
    sheet.write_comment("B2", "please call first", {"author": "Mia"})
    sheet.insert_image("N2", str(picture))
    sheet.embed_image("N8", str(picture))
    sheet.insert_textbox("N12", "A note for the team")
    sheet.protect("", {"format_cells": True})
    sheet.unprotect_range("F2:F4", "Team")
    sheet.set_header("&C&G", {"image_center": str(picture)})
    sheet.freeze_panes(1, 1)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Orders!$G$2:$G$4"})
    sheet.insert_chart("N20", chart)
    other = book.add_worksheet("Stock")
    other.add_table("A1:B3", {"columns": [{"header": "SKU"}, {"header": "Left"}]})
    chart_sheet = book.add_chartsheet("Overview")
    whole = book.add_chart({"type": "line"})
    whole.add_series({"values": "=Orders!$G$2:$G$4"})
    chart_sheet.set_chart(whole)
    book.define_name("Team", "=Orders!$A$2:$A$4")
    book.close()
    return _with_hand_made_parts(path)


def _with_hand_made_parts(path: Path) -> Path:
    """Threads, persons, a slicer, a pivot table and a macro part, which XlsxWriter cannot make."""
    parts = members(path)
    sheet_rels = "xl/worksheets/_rels/sheet1.xml.rels"
    thread, person = "xl/threadedComments/threadedComment1.xml", "xl/persons/person.xml"
    more = {
        thread: f'<ThreadedComments xmlns="{_MS}/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="C3" dT="2026-11-21T10:00:00.00" personId="{1}" id="{2}">'
        "<text>who packs this?</text></threadedComment></ThreadedComments>",
        person: f'<personList xmlns="{_MS}/spreadsheetml/2018/threadedcomments">'
        '<person displayName="Mia" id="{1}"/></personList>',
        "xl/slicers/slicer1.xml": f'<slicers xmlns="{_MS}/spreadsheetml/2009/9/main">'
        '<slicer name="SKU" cache="Slicer_SKU" rowHeight="241300"/></slicers>',
        "xl/slicerCaches/slicerCache1.xml": '<slicerCacheDefinition name="Slicer_SKU" '
        f'xmlns="{_MS}/spreadsheetml/2009/9/main" sourceName="SKU"/>',
        "xl/pivotTables/pivotTable1.xml": f'<pivotTableDefinition xmlns="{_MAIN}" name="P1" '
        'cacheId="1" dataCaption="Values"><location ref="E1:F4" firstHeaderRow="1" '
        'firstDataRow="1" firstDataCol="1"/></pivotTableDefinition>',
        "xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition xmlns="{_MAIN}" '
        'recordCount="0"><cacheSource type="worksheet"/><cacheFields count="0"/>'
        "</pivotCacheDefinition>",
    }
    added = {name: (_XML + text).encode() for name, text in more.items()}
    added["xl/vbaProject.bin"] = bytes(range(256)) * 40
    added[sheet_rels] = _related(
        parts[sheet_rels],
        ("http://schemas.microsoft.com/office/2017/10/relationships/threadedComment",
         "../threadedComments/threadedComment1.xml"),
        ("http://schemas.microsoft.com/office/2007/relationships/slicer",
         "../slicers/slicer1.xml"),
        (f"{_OFFICE}/pivotTable", "../pivotTables/pivotTable1.xml"),
    )  # fmt: skip
    added["xl/_rels/workbook.xml.rels"] = _related(
        parts["xl/_rels/workbook.xml.rels"],
        ("http://schemas.microsoft.com/office/2017/10/relationships/person", "persons/person.xml"),
        ("http://schemas.microsoft.com/office/2007/relationships/slicerCache",
         "slicerCaches/slicerCache1.xml"),
        (f"{_OFFICE}/pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"),
        ("http://schemas.microsoft.com/office/2006/relationships/vbaProject", "vbaProject.bin"),
    )  # fmt: skip
    types = parts["[Content_Types].xml"].replace(
        b"spreadsheetml.sheet.main+xml", b"spreadsheetml.sheet.main+xml"
    )
    macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    old = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    added["[Content_Types].xml"] = types.replace(old, macro).replace(
        b"<Override", b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
        b"<Override", 1
    )  # fmt: skip
    added["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        b' fullCalcOnLoad="1"', b' calcMode="auto"'
    )
    return with_parts(path, added)


def _related(data: bytes, *relations: tuple[str, str]) -> bytes:
    elements = "".join(
        f'<Relationship Id="rIdX{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(relations)
    )
    return data.replace(b"</Relationships>", elements.encode() + b"</Relationships>")
