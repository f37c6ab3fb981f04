"""The plain layout in which spreadsheet programs write rows, as patterns; the basis of the fast path.

The argument: expat proves that the part is well-formed and free of comments, CDATA and processing
instructions. Then every `<` begins a tag, so rows and cells can be found by patterns, provided that
the patterns account for every character of a row. Whatever they do not cover raises `NotPlain`, and
the slow path reads the part instead. A wrong guess costs time, never a wrong cell.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

from sheetsync.trackers.excel import markup
from sheetsync.trackers.excel.grid import Scan
from sheetsync.trackers.excel.slowscan import SlowScanner

_ATTRIBUTES: Final = r"""(?:\s+[\w:.-]+="[^"<]*")*"""

ROW: Final = rf'\s*<row r="([0-9]{{1,7}})"({_ATTRIBUTES})\s?(/?)>'

_HEAD: Final = r'\s*<c r="([A-Z]{1,3})([0-9]{1,7})"'
_BODY: Final = (
    rf"(?:/>|>(?:<(f)({_ATTRIBUTES})\s?(?:/>|>[^<]*</f>))?"
    r'(?:<(v|is><t(?: xml:space="preserve")?)(?:>([^<]*)</(?:v|t></is)>| ?/>))?</c>)'
)
_REST: Final = r'(?: vm="[0-9]+")?(?: ph="[01]")?\s?'

CELL: Final = (
    rf'({_HEAD}(?: s="([0-9]{{1,6}})")?(?: t="([A-Za-z]+)")?( cm="[0-9]+")?{_REST}{_BODY})'
)
"""Groups: all of it, letters, row digits, style, type, cm, f, its attributes, v or is, text."""

VALUE: Final = (
    rf'({_HEAD}(?: s="[0-9]{{1,6}}")?(?: t="([A-Za-z]+)")?(?: cm="[0-9]+")?{_REST}{_BODY})'
)
"""The same without style and cm."""

ROW_TEXT: Final = re.compile(ROW)
ROW_BYTES: Final = re.compile(ROW.encode())
VALUE_TEXT: Final = re.compile(VALUE)
CELL_BYTES: Final = re.compile(CELL.encode())
ROW_LIKE: Final = re.compile(rb"<row(?![\w.-])")
SHEET_DATA: Final = re.compile(rb"<sheetData(?:\s[^<>]*)?>")
SHEET_DATA_END: Final = b"</sheetData>"
FORMULA_TAG: Final = re.compile(rf"<f(?:({_ATTRIBUTES})\s?/?>|\s)".encode())
CELL_START: Final = re.compile(_HEAD.encode())
ATTRIBUTE: Final = re.compile(r'([\w:.-]+)="([^"]*)"')
_REFERENCE: Final = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(lt|gt|amp|quot|apos));")
_WHITE: Final = re.compile(r"[\t\n]")
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


class NotPlain(Exception):
    """The layout is legal but unusual: take the slow path."""


def _unusual(*_: object) -> None:
    raise NotPlain


def proof_parser(part: str) -> expat.XMLParserType:
    """A parser that only proves: well-formed, no DTD, no comment, CDATA or instruction."""
    parser = markup.new_parser(part)
    parser.CommentHandler = _unusual
    parser.StartCdataSectionHandler = _unusual
    parser.ProcessingInstructionHandler = _unusual
    return parser


def starts_plain(head: bytes) -> bool:
    """Whether the part opens with an unprefixed `<worksheet` in UTF-8."""
    if not markup.is_utf8(head):
        return False
    body = head[head.find(b"?>") + 2 :] if head[:80].find(b"<?xml") >= 0 else head
    return body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<worksheet")


def outline(scan: Scan, head: bytes, tail: bytes, part: str, *, places: bool) -> Scan:
    """Everything around the rows, read by the slow scanner from the bytes before and behind them.

    With `places` the spans are offsets into `scan.data`, which is the whole part.
    """
    missing = len(scan.data) - len(head) - len(tail)
    scanner = SlowScanner(scan, part, places=places, gap=(len(head), missing))
    markup.feed(scanner.parser, head + tail, part)
    if scan.sheet_data is None:
        raise NotPlain
    return scan


def unescape(text: str) -> str:
    """Character and predefined entity references -> characters; nothing else can occur."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, named = match.groups()
    if named:
        return _NAMED[named]
    return chr(int(hexadecimal, 16) if hexadecimal else int(decimal))


def attributes_of(text: str) -> dict[str, str]:
    """The attributes without a prefix, as expat would give them."""
    found = ATTRIBUTE.findall(text)
    return {name: unescape(_WHITE.sub(" ", value)) for name, value in found if ":" not in name}
