"""Every kind of bad workbook we know of, as bytes, with the verdict that a reader must give.

`CASES` is the table: its number, a name, how to build the file, and either the refusal (its class and
words that must be in the sentence) or what the sheet read from it must hold. Rows are raw cells:
what they mean (a date, a tick) is decided in the domain, for which these files serve as input too.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from sheetsync.domain.model import CellError, CellValue, Sheet, Uncalculated
from sheetsync.domain.rules import ColumnRule, Source
from sheetsync.errors import TrackerBusy, TrackerError, TrackerRefused
from tests.support.raw_xlsx import (
    MACRO_MAIN,
    STRICT,
    TRANSITIONAL,
    Raw,
    RawSheet,
    parts,
    rows_xml,
    xlsx,
    zipped,
)

HEADINGS = (
    "Order ID", "Order Date", "Customer Name", "Picked", "Packed", "Dispatched Date", "Status", "Notes",
)  # fmt: skip
KEYS = (
    "order_id",
    "ordered_at",
    "customer",
    "picked",
    "packed",
    "dispatched_at",
    "status",
    "notes",
)

COLUMNS = {
    key: ColumnRule(key=key, title=title, source=Source("columns.yaml", 1))
    for key, title in zip(KEYS, HEADINGS, strict=True)
}

CONTROL: list[list[object]] = [
    [*HEADINGS],
    ["#SP-1", 46001.375, "Ann", True, True, 46002.5, "Shipped", "fragile"],
    ["#SP-2", 46001.5, "Ben", True, False, None, "Packing", None],
    ["#SP-3", 46001.625, "Cleo", False, False, None, "Pending", None],
    ["#SP-4", 46002.25, "Dai", True, True, 46003.75, "Shipped", None],
    ["#SP-5", 46002.5, "Eve", False, False, None, "Pending", "call first"],
]

TEXT_DATES = (
    "2026-03-01", "2026-03-01T09:30:00", "2026-03-01T09:30:00Z", "2026-03-01 09:30+02:00", "01/03/2026",
    "03/01/2026", "1.3.26", "20260301", "31/02/2026", "2026-13-01", "1 March 2026", "yesterday", "tbc",
    "２０２６-０３-０１", "01-Mar-2026",
)  # fmt: skip
TICKS = (
    True, False, "TRUE", "true", "Yes", "yes", "Y", "y", "x", "X", "✅", "☑", "☑️", "✔", "✔️", "✓", 1, 1.0,
    "1", "done", "WAHR", "Ja", "no", "N", "☐", "0", 0, "pending", "N/A", "-", " ",
)  # fmt: skip
ERRORS = (
    "#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!",
)  # fmt: skip
INVISIBLE = (
    "#SP-1",
    "#SP-1\u00a0",
    "\u200b#SP-1",
    "#SP-1\ufeff",
    "#SP\u00ad-1",
    "\u200f#SP-1",
    "#SP-1\t",
)
SCRIPTS = ("👩‍👩‍👧 🇿🇦", "مرحبا", "שלום", "é", "e\u0301", "\u202egnp.exe")
FORMULA_TEXTS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|'/c calc'!A1", "<b>x</b>", 'a"b')


@dataclass(frozen=True)
class BadWorkbook:
    """One bad input: `number` groups it by kind, `error` and `words` are the refusal it must get."""

    number: int
    name: str
    build: Callable[[], bytes]
    error: type[TrackerError] | None = None
    words: tuple[str, ...] = ()
    check: Callable[[Sheet], bool] | None = None
    tab: str | None = None
    bomb: bool = False


def column(sheet: Sheet, index: int) -> list[CellValue]:
    """One column of the rows below the header row."""
    return [row[index] if index < len(row) else None for row in sheet.rows[1:]]


def tracker(rows: list[list[object]], **around: object) -> bytes:
    """A workbook of one tab `Orders` with these rows."""
    return xlsx(RawSheet(rows=rows, **around))  # type: ignore[arg-type]


def in_column(key: str, values: tuple[object, ...]) -> bytes:
    """The control, with one order per value, which stands in the column `key`."""
    rows: list[list[object]] = [[*HEADINGS]]
    for place, value in enumerate(values):
        row: list[object] = [f"#SP-{place}", 46001.5, "Ann", True, False, None, "Pending", None]
        row[KEYS.index(key)] = value
        rows.append(row)
    return tracker(rows)


def control_values() -> list[tuple[object, ...]]:
    """The control as read: rows without their trailing blanks."""
    out = []
    for row in CONTROL:
        last = max(i for i, value in enumerate(row) if value is not None)
        out.append(tuple(row[: last + 1]))
    return out


def is_control(sheet: Sheet) -> bool:
    return list(sheet.rows) == control_values()


def _formula(value: str = "", kind: str = "") -> Raw:
    typed = f' t="{kind}"' if kind else ""
    return Raw(f'<c r="{{ref}}"{typed}><f>SUM(1,1)</f>{value}</c>')


def _with_part(name: str, data: bytes) -> bytes:
    return zipped({**parts([RawSheet(rows=CONTROL)]), name: data})


def _sheet_replaced(xml: str) -> bytes:
    return xlsx(RawSheet(xml=xml))


def _declared_huge() -> bytes:
    """A part that inflates to 1 GiB, and says so; only its first bytes are really there."""
    return _lie_about_size(
        _with_part("xl/big.xml", b"<a>" + b" " * 2_000_000), b"xl/big.xml", 1 << 30
    )


def _declared_small() -> bytes:
    """A sheet part of 30 MB that claims to have 40,000 bytes."""
    members = parts([RawSheet(rows=CONTROL)])
    members["xl/tabs/t1.xml"] += b" " * 30_000_000
    return _lie_about_size(zipped(members, level=1), b"xl/tabs/t1.xml", 40_000)


def _lie_about_size(data: bytes, part: bytes, size: int) -> bytes:
    out = bytearray(data)
    for signature, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = out.find(part) - name_at
        while out[at : at + 4] != signature:
            at = out.find(part, at + name_at + 1) - name_at
        out[at + size_at : at + size_at + 4] = struct.pack("<I", size)
    return bytes(out)


def _many_strings() -> bytes:
    members = parts([RawSheet(rows=CONTROL)], strings="<si/>" * 3_000_001)
    return zipped(members, method=zipfile.ZIP_STORED)


def _entity_bomb(body: str, dtd: str) -> bytes:
    xml = f'<!DOCTYPE x [{dtd}]><worksheet xmlns="{TRANSITIONAL}"><sheetData>{body}</sheetData></worksheet>'
    return _sheet_replaced(xml)


def _cut() -> bytes:
    data = tracker(CONTROL)
    return data[: len(data) * 2 // 3]


def _flipped() -> bytes:
    """One byte of the deflated sheet stream is different."""
    members = parts([RawSheet(rows=CONTROL)])
    data = bytearray(zipped(members))
    name = data.find(b"xl/tabs/t1.xml")
    data[name + len(b"xl/tabs/t1.xml") + 60] ^= 0x55
    return bytes(data)


def _compound(word: str) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + f"{word}\0".encode("utf-16-le")
        + bytes(512)
    )


def _formatted_rows() -> bytes:
    """Five orders, then a million formatted empty rows."""
    empty = "".join(
        f'<row r="{n}" s="1" customFormat="1"/>'
        if n % 2
        else f'<row r="{n}" s="1"><c r="A{n}" s="1"/><c r="B{n}" s="2"/></row>'
        for n in range(7, 1_048_577)
    )
    xml = f'<worksheet xmlns="{TRANSITIONAL}"><sheetData>{rows_xml(CONTROL)}{empty}</sheetData></worksheet>'
    return zipped(parts([RawSheet(xml=xml)]), level=1)


def _lying_dimension() -> bytes:
    body = rows_xml(CONTROL)
    for number in range(1, 7):
        body = body.replace(f'<row r="{number}">', "<row>")
        for letter in "ABCDEFGH":
            body = body.replace(f' r="{letter}{number}"', "") if letter < "F" else body
    xml = (
        f'<worksheet xmlns="{TRANSITIONAL}"><dimension ref="A1:XFD1048576"/>'
        f"<sheetData>{body}</sheetData></worksheet>"
    )
    return _sheet_replaced(xml)


def _names_with(name: str) -> bytes:
    return _with_part(name, b"evil")


def _doubled() -> bytes:
    return _with_part("XL/BOOK.XML", b"<x/>")


def _copies(*tabs: RawSheet) -> bytes:
    return xlsx(RawSheet(name="Read me", rows=[["Hello"]]), *tabs)


_HUGE = "x" * 32_767
_BANNER: list[list[object]] = [["Orders of the Cape Town team", None, None], *CONTROL]
_SPLIT: list[list[object]] = [
    ["Order", "Order", "Customer", "Picked", "Packed", "Dispatched", "Status", "Notes"],
    ["ID", "Date", "Name", None, None, "Date", None, None],
    *CONTROL[1:],
]
_SERIALS = (0, 1, 59, 60, 61, -1, -0.5, 0.5, 2_958_465, 2_958_466, 1e15)
_REFUSED, _BUSY = TrackerRefused, TrackerBusy

CASES: tuple[BadWorkbook, ...] = (
    BadWorkbook(0, "control", lambda: tracker(CONTROL), check=is_control),
    BadWorkbook(1, "dates as text", lambda: in_column("ordered_at", TEXT_DATES),
                check=lambda s: column(s, 1) == list(TEXT_DATES)),
    BadWorkbook(2, "odd serial numbers", lambda: in_column("ordered_at", _SERIALS),
                check=lambda s: column(s, 1) == list(_SERIALS)),
    BadWorkbook(3, "date system of 1904",
                lambda: xlsx(RawSheet(rows=CONTROL), properties=' date1904="true"'),
                check=lambda s: s.date_system == 1904 and is_control(s)),
    BadWorkbook(4, "ticks in many spellings", lambda: in_column("picked", TICKS),
                check=lambda s: column(s, 3) == list(TICKS)),
    BadWorkbook(5, "order ids as numbers",
                lambda: in_column("order_id", ("000123", 123.0, 12345678901234567890.0, 1e15, "1.23E+20", 7)),
                check=lambda s: column(s, 0) == ["000123", 123, 12345678901234567890.0, 1e15, "1.23E+20", 7]),
    BadWorkbook(6, "merged banner above the header",
                lambda: tracker(_BANNER, after='<mergeCells><mergeCell ref="A1:C1"/></mergeCells>'),
                check=lambda s: set(s.unwritable) == {(1, 1), (1, 2)} and s.rows[1][0] == "Order ID"),
    BadWorkbook(6, "header over two rows", lambda: tracker(_SPLIT),
                check=lambda s: s.rows[1] == ("ID", "Date", "Name", None, None, "Date")),
    BadWorkbook(7, "hidden and filtered rows",
                lambda: tracker(CONTROL, before='<cols><col min="2" max="2" hidden="1"/></cols>',
                                row_attributes={3: ' hidden="1"', 4: ' outlineLevel="1" hidden="true"'},
                                after='<autoFilter ref="A1:H6"/>'),
                check=is_control),
    BadWorkbook(8, "formulas never calculated",
                lambda: in_column("status", (_formula(), _formula("<v/>"), _formula("<v></v>"))),
                check=lambda s: column(s, 6) == [Uncalculated()] * 3 and (2, 6) in s.formulas),
    BadWorkbook(9, "error values",
                lambda: in_column("status", tuple(Raw(f'<c r="{{ref}}" t="e"><v>{e}</v></c>') for e in ERRORS)),
                check=lambda s: column(s, 6) == [CellError(e) for e in ERRORS]),
    BadWorkbook(10, "a heading twice", lambda: tracker([[*HEADINGS, "Status"], *CONTROL[1:]]),
                check=lambda s: s.rows[0].count("Status") == 2),
    BadWorkbook(11, "columns in another order, one of the staff's own",
                lambda: tracker([[*reversed(r), "mine"] for r in CONTROL]),
                check=lambda s: s.rows[0][-2:] == ("Order ID", "mine")),
    BadWorkbook(12, "headings spelled oddly",
                lambda: tracker([["ORDER  ID", "Order\u00a0Date", "Customer\nName:", "picked", "\ufeffPacked",
                                  "dispatched date", "STATUS", "notes"], *CONTROL[1:]]),
                check=lambda s: len(s.rows) == 6 and s.rows[0][2] == "Customer\nName:"),
    BadWorkbook(13, "order ids with invisible characters", lambda: in_column("order_id", INVISIBLE),
                check=lambda s: column(s, 0) == list(INVISIBLE)),
    BadWorkbook(14, "one order id three times, one blank",
                lambda: in_column("order_id", ("#SP-1", "#SP-1", None, "#SP-1")),
                check=lambda s: column(s, 0) == ["#SP-1", "#SP-1", None, "#SP-1"]),
    BadWorkbook(15, "scripts, emoji, bidirectional text", lambda: in_column("notes", SCRIPTS),
                check=lambda s: column(s, 7) == list(SCRIPTS)),
    BadWorkbook(16, "the longest note", lambda: in_column("notes", (_HUGE,)),
                check=lambda s: column(s, 7) == [_HUGE]),
    BadWorkbook(16, "a note beyond the longest", lambda: in_column("notes", (_HUGE + "x",)),
                error=_REFUSED, words=("32,767", "H2")),
    BadWorkbook(17, "text that looks like a formula", lambda: in_column("notes", FORMULA_TEXTS),
                check=lambda s: column(s, 7) == list(FORMULA_TEXTS) and not s.formulas),
    BadWorkbook(18, "live formulas in order ids",
                lambda: in_column("order_id", (_formula("<v>#SP-1</v>", "str"), _formula("<v>7</v>"))),
                check=lambda s: column(s, 0) == ["#SP-1", 7] and s.formulas == {(2, 0), (3, 0)}),
    BadWorkbook(19, "a part that declares 1 GiB", _declared_huge, _REFUSED, ("200 MB",), bomb=True),
    BadWorkbook(19, "a part that unpacks to a thousand times its size",
                lambda: _with_part("xl/media/x.bin", bytes(9_000_000)), _REFUSED, ("100 times",), bomb=True),
    BadWorkbook(19, "a part that lies about its size", _declared_small, _REFUSED, ("damaged",), bomb=True),
    BadWorkbook(19, "millions of shared strings", _many_strings, _REFUSED, ("3,000,00", "texts"), bomb=True),
    BadWorkbook(20, "entity expansion",
                lambda: _entity_bomb("&b;", '<!ENTITY a "lollol"><!ENTITY b "&a;&a;&a;&a;">'),
                _REFUSED, ("document type",)),
    BadWorkbook(20, "external entity",
                lambda: _entity_bomb("&f;", '<!ENTITY f SYSTEM "file:///etc/hostname">'),
                _REFUSED, ("document type",)),
    BadWorkbook(20, "document type in the workbook part",
                lambda: zipped({**parts([RawSheet(rows=CONTROL)]), "xl/book.xml": b"<!DOCTYPE w><w/>"}),
                _REFUSED, ("document type",)),
    BadWorkbook(21, "cut at two thirds", _cut, _BUSY, ("cut off", "next pass")),
    BadWorkbook(21, "nothing in it", lambda: b"", _BUSY, ("0 bytes", "next pass")),
    BadWorkbook(22, "one flipped byte", _flipped, _REFUSED, ("damaged", "earlier version")),
    BadWorkbook(23, "encrypted", lambda: _compound("EncryptedPackage"), _REFUSED, ("password",)),
    BadWorkbook(23, "old .xls", lambda: _compound("Workbook"), _REFUSED, ("old .xls",)),
    BadWorkbook(23, "some other old document", lambda: _compound("WordDocument"), _REFUSED, ("1997",)),
    BadWorkbook(23, "csv", lambda: b"Order ID,Status\n1,Pending\n", _REFUSED, ("CSV",)),
    BadWorkbook(23, "web page", lambda: b"<html><table></table></html>", _REFUSED, ("web page",)),
    BadWorkbook(24, "a million formatted rows", _formatted_rows, check=is_control, bomb=True),
    BadWorkbook(25, "a dimension that lies, no references", _lying_dimension, check=is_control),
    BadWorkbook(26, "not the first tab", lambda: _copies(RawSheet(rows=CONTROL)),
                check=lambda s: s.tab == "Orders" and is_control(s)),
    BadWorkbook(26, "a copy of the tracker",
                lambda: _copies(RawSheet(rows=CONTROL), RawSheet(name="Orders (2)", rows=CONTROL)),
                _REFUSED, ("'Orders'", "'Orders (2)'", "configuration")),
    BadWorkbook(26, "a copy, and a configured title",
                lambda: _copies(RawSheet(rows=CONTROL), RawSheet(name="Orders (2)", rows=CONTROL[:2])),
                tab="orders", check=is_control),
    BadWorkbook(26, "a very hidden copy",
                lambda: _copies(RawSheet(rows=CONTROL), RawSheet(name="old", rows=CONTROL, state="veryHidden")),
                check=lambda s: is_control(s) and "'old'" in s.remarks[0]),
    BadWorkbook(26, "a configured title that is not there", lambda: tracker(CONTROL),
                _REFUSED, ("'Bestellungen'", "'Orders'"), tab="Bestellungen"),
    BadWorkbook(27, "no headings in any tab",
                lambda: _copies(RawSheet(name="A", rows=[["x", 1]]), RawSheet(name="B")),
                _REFUSED, ("headings", "'A'", "'B'")),
    BadWorkbook(27, "one empty tab", lambda: tracker([]), check=lambda s: not s.rows),
    BadWorkbook(27, "header and no rows", lambda: tracker(CONTROL[:1]),
                check=lambda s: list(s.row_numbers) == [1]),
    BadWorkbook(28, "blank rows, a total, a second table",
                lambda: tracker([*CONTROL, [], [], ["TOTAL", 5], [], ["SKU", "Stock"], ["A", 3]]),
                check=lambda s: list(s.row_numbers) == [1, 2, 3, 4, 5, 6, 9, 11, 12]),
    BadWorkbook(29, "durations and amounts", lambda: in_column("ordered_at", (1.25, 0.375, 0.15, 1999.99)),
                check=lambda s: column(s, 1) == [1.25, 0.375, 0.15, 1999.99]),
    BadWorkbook(30, "a part outside the file", lambda: _names_with("../../evil.txt"), _REFUSED, ("unsafe",)),
    BadWorkbook(30, "an absolute part", lambda: _names_with("/etc/evil.txt"), _REFUSED, ("unsafe",)),
    BadWorkbook(30, "a backslash in a part", lambda: _names_with("xl\\evil.txt"), _REFUSED, ("unsafe",)),
    BadWorkbook(30, "two parts of one name", _doubled, _REFUSED, ("twice",)),
    BadWorkbook(31, "protected sheet",
                lambda: tracker(CONTROL, after='<sheetProtection sheet="1" password="CC1A"/>'),
                check=is_control),
    BadWorkbook(32, "dates out of order", lambda: in_column("dispatched_at", (1, 40000.5, 111_900)),
                check=lambda s: column(s, 5) == [1, 40000.5, 111_900]),
    BadWorkbook(33, "Strict Open XML", lambda: xlsx(RawSheet(rows=CONTROL), strict=True), check=is_control),
    BadWorkbook(34, "macros", lambda: xlsx(RawSheet(rows=CONTROL), main_type=MACRO_MAIN),
                _REFUSED, ("macros", "configuration")),
    BadWorkbook(34, "a binary workbook",
                lambda: xlsx(RawSheet(rows=CONTROL),
                             main_type="application/vnd.ms-excel.sheet.binary.macroEnabled.main"),
                _REFUSED, (".xlsb",)),
    BadWorkbook(34, "a Word document",
                lambda: xlsx(RawSheet(rows=CONTROL), main_type="application/vnd.openxmlformats-officedocument"
                             ".wordprocessingml.document.main+xml"),
                _REFUSED, ("another kind",)),
    BadWorkbook(34, "a plain zip", lambda: zipped({"a.txt": b"x"}), _REFUSED, ("zip file of another kind",)),
    BadWorkbook(34, "OpenDocument", lambda: zipped({"mimetype": b"x", "content.xml": b"<x/>"}),
                _REFUSED, (".ods",)),
    BadWorkbook(35, "too many parts", lambda: zipped({f"p{n}": b"" for n in range(2_001)}),
                _REFUSED, ("2,001",)),
    BadWorkbook(36, "a shared string that is not there",
                lambda: in_column("status", (Raw('<c r="{ref}" t="s"><v>99</v></c>'),)),
                _REFUSED, ("damaged", "G2")),
    BadWorkbook(36, "a number that is none", lambda: in_column("status", (Raw('<c r="{ref}"><v>nan</v></c>'),)),
                _REFUSED, ("damaged", "G2", "'nan'")),
    BadWorkbook(37, "rows in the wrong order",
                lambda: _sheet_replaced(f'<worksheet xmlns="{TRANSITIONAL}"><sheetData><row r="2"/><row r="1"/>'
                                        "</sheetData></worksheet>"),
                _REFUSED, ("not in order",)),
    BadWorkbook(37, "a cell in another row",
                lambda: _sheet_replaced(f'<worksheet xmlns="{STRICT}"><sheetData><row r="2"><c r="A3"><v>1</v></c>'
                                        "</row></sheetData></worksheet>"),
                _REFUSED, ("row 2", "'A3'")),
    BadWorkbook(38, "UTF-16", lambda: xlsx(RawSheet(rows=CONTROL), encoding="utf-16"),
                check=lambda s: is_control(s) and "UTF-16" in s.remarks[0]),
)  # fmt: skip
