"""Builds .xlsx files by hand, byte for byte, so that a test controls what no library would write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_REL_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
MACRO_MAIN = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


@dataclass(frozen=True)
class Raw:
    """A cell given as XML; `{ref}` becomes its place (`B7`)."""

    xml: str


@dataclass(frozen=True)
class RawSheet:
    """One tab: values (or `xml` for the whole part) plus whatever stands around the rows."""

    name: str = "Orders"
    rows: Sequence[Sequence[object]] = ()
    xml: str = ""
    before: str = ""
    after: str = ""
    row_attributes: Mapping[int, str] = field(default_factory=dict)
    state: str = "visible"
    tables: Sequence[str] = ()


def letters(index: int) -> str:
    text, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def cell(value: object, ref: str) -> str:
    """One cell as a plain program would write it; text is inline."""
    if value is None:
        return ""
    if isinstance(value, Raw):
        return value.xml.replace("{ref}", ref)
    if isinstance(value, bool):
        return f'<c r="{ref}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{ref}"><v>{value!r}</v></c>'
    text = escape(str(value), quote=False)
    return f'<c r="{ref}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def rows_xml(
    rows: Sequence[Sequence[object]], attributes: Mapping[int, str] | None = None, first: int = 1
) -> str:
    """`<row>` elements; an empty sequence leaves the row out."""
    out = []
    for number, row in enumerate(rows, first):
        if row:
            cells = "".join(cell(v, f"{letters(i)}{number}") for i, v in enumerate(row))
            out.append(f'<row r="{number}"{(attributes or {}).get(number, "")}>{cells}</row>')
    return "".join(out)


def sheet_xml(sheet: RawSheet, *, strict: bool = False) -> str:
    if sheet.xml:
        return sheet.xml
    space, relation = (STRICT, _REL_STRICT) if strict else (TRANSITIONAL, _REL)
    tables = "".join(f'<tablePart r:id="rId{i}"/>' for i, _ in enumerate(sheet.tables, 1))
    tables = f"<tableParts>{tables}</tableParts>" if tables else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
        f'<worksheet xmlns="{space}" xmlns:r="{relation}">{sheet.before}'
        f"<sheetData>{rows_xml(sheet.rows, sheet.row_attributes)}</sheetData>"
        f"{sheet.after}{tables}</worksheet>"
    )


def _relationships(items: Sequence[tuple[str, str]], base: str) -> str:
    lines = "".join(
        f'<Relationship Id="rId{i}" Type="{base}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(items, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def parts(
    sheets: Sequence[RawSheet],
    *,
    strict: bool = False,
    properties: str = "",
    names: str = "",
    strings: str | None = None,
    main_type: str = f"{_TYPE}.sheet.main+xml",
    encoding: str = "utf-8",
) -> dict[str, bytes]:
    """The parts of a workbook, in file order; part names are odd on purpose."""
    base = _REL_STRICT if strict else _REL
    space = STRICT if strict else TRANSITIONAL
    listed = "".join(
        f'<sheet name="{escape(s.name)}" sheetId="{i + 4}" r:id="rId{i}"'
        + ("" if s.state == "visible" else f' state="{s.state}"')
        + "/>"
        for i, s in enumerate(sheets, 1)
    )
    links = [("worksheet", f"tabs/t{i}.xml") for i, _ in enumerate(sheets, 1)]
    overrides = [(f"xl/tabs/t{i}.xml", f"{_TYPE}.worksheet+xml") for i, _ in enumerate(sheets, 1)]
    if strings is not None:
        links.append(("sharedStrings", "/xl/words.xml"))
    types = "".join(
        f'<Override PartName="/{part}" ContentType="{kind}"/>'
        for part, kind in [("xl/book.xml", main_type), *overrides]
    )
    out = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>'
        ),
        "_rels/.rels": _relationships([("officeDocument", "xl/book.xml")], base),
        "xl/book.xml": (
            f'<workbook xmlns="{space}" xmlns:r="{base}"><workbookPr{properties}/>'
            f"<sheets>{listed}</sheets>{names}</workbook>"
        ),
        "xl/_rels/book.xml.rels": _relationships(links, base),
    }
    if strings is not None:
        out["xl/words.xml"] = f'<sst xmlns="{space}">{strings}</sst>'
    result = {name: text.encode() for name, text in out.items()}
    for i, sheet in enumerate(sheets, 1):
        text = sheet_xml(sheet, strict=strict)
        if encoding != "utf-8":
            text = text.replace('encoding="UTF-8"', f'encoding="{encoding}"')
        result[f"xl/tabs/t{i}.xml"] = text.encode(encoding)
        if sheet.tables:
            places = [("table", f"table{i}_{j}.xml") for j, _ in enumerate(sheet.tables, 1)]
            result[f"xl/tabs/_rels/t{i}.xml.rels"] = _relationships(places, base).encode()
            for j, table in enumerate(sheet.tables, 1):
                result[f"xl/tabs/table{i}_{j}.xml"] = table.encode()
    return result


def zipped(
    members: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED, level: int = 6
) -> bytes:
    """The members as a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method, compresslevel=level) as out:
        for name, data in members.items():
            out.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return buffer.getvalue()


def xlsx(*sheets: RawSheet, **options: object) -> bytes:
    """A whole workbook; options are those of `parts`."""
    return zipped(parts(sheets, **options))  # type: ignore[arg-type]
