"""XML of a workbook, read with our own limits: no DTD, no entity, byte spans of every element.

Every part of a workbook goes through `new_parser` (expat, names as `uri local`). Small parts
(relationships, workbook, tables, styles) become a tree of `Element`, whose spans let a patch splice
bytes in without rewriting anything else. Sheets are too big for that: see `scanner.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from sheetsync.errors import TrackerRefused

BLOCK: Final = 65_536
MAX_ELEMENTS: Final = 1_000_000

TRANSITIONAL: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT: Final = "http://purl.oclc.org/ooxml/spreadsheetml/main"
MAIN: Final = (TRANSITIONAL, STRICT)
RELATIONSHIPS: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
EXCEL_2006: Final = "http://schemas.microsoft.com/office/excel/2006/main"

_TAG: Final = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_ENCODINGS: Final = frozenset({"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii"})


@dataclass(slots=True, eq=False)
class Element:
    """One element with its byte span in the part: `start` at its `<`, `end` behind its last `>`.

    `open_end` stands behind the open tag, `close_start` on the `<` of the close tag (equal to
    `end` when the element is self-closing). All are -1 in a part that is not UTF-8.
    """

    namespace: str
    name: str
    attributes: dict[str, str]
    start: int = -1
    open_end: int = -1
    close_start: int = -1
    end: int = -1
    text: str = ""
    children: list[Element] = field(default_factory=list)

    @property
    def self_closing(self) -> bool:
        """Whether it is written as one tag, `<x/>`."""
        return self.open_end == self.end

    def all(self, name: str) -> Iterator[Element]:
        """The children of that local name in the main namespaces of a workbook or its own."""
        allowed = (*MAIN, self.namespace)
        return (c for c in self.children if c.name == name and c.namespace in allowed)

    def first(self, name: str) -> Element | None:
        """The first such child."""
        return next(self.all(name), None)

    def linked(self, name: str) -> str:
        """The value of a relationship attribute (`r:id`), whatever its prefix; "" when absent."""
        for uri in RELATIONSHIPS:
            if f"{uri} {name}" in self.attributes:
                return self.attributes[f"{uri} {name}"]
        return ""


def is_utf8(data: bytes) -> bool:
    """Whether byte offsets of the part are those of UTF-8 text; UTF-16 is read, never written."""
    head = data[:4]
    return not (head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head)


def split_name(name: str) -> tuple[str, str]:
    """An expat name -> (namespace, local name)."""
    namespace, _, local = name.rpartition(" ")
    return namespace, local


def tag_end(data: bytes, start: int) -> int:
    """The offset behind the tag that begins at `start`; a `>` inside quotes does not end it."""
    match = _TAG.match(data, start)
    return match.end() if match else len(data)


def element_span(data: bytes, start: int, index: int) -> tuple[int, int, int]:
    """(open_end, close_start, end) of an element, told at its end event standing at `index`."""
    open_end = tag_end(data, start)
    if data[open_end - 2 : open_end] == b"/>":
        return open_end, open_end, open_end
    return open_end, index, tag_end(data, index)


def damaged(part: str, why: str = "its text is not well-formed") -> TrackerRefused:
    """The refusal for a part that cannot be read."""
    return TrackerRefused(
        f"The workbook is damaged: {why} (part {part}). "
        "Open it in Excel, let Excel repair it and save, or restore an earlier version."
    )


def new_parser(part: str) -> expat.XMLParserType:
    """An expat parser whose names are `uri local`; a DTD, entity or odd encoding is refused."""

    def refuse(*_: object) -> None:
        raise TrackerRefused(
            f"The workbook holds a document type definition (part {part}), which Excel never "
            "writes and which can be an attack. It was not read; get the file from its author anew."
        )

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in _ENCODINGS:
            raise damaged(part, f"its text is in the encoding {encoding}, expected is UTF-8")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.XmlDeclHandler = declared
    return parser


def feed(parser: expat.XMLParserType, data: bytes, part: str) -> None:
    """Push the whole part through in blocks; anything not well-formed is a refusal."""
    view = memoryview(data)
    try:
        for offset in range(0, len(data), BLOCK):
            parser.Parse(bytes(view[offset : offset + BLOCK]), False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise damaged(part) from error


class _TreeBuilder:
    """Builds the `Element` tree of one small part."""

    def __init__(self, data: bytes, part: str, parser: expat.XMLParserType) -> None:
        self.data, self.part, self.parser = data, part, parser
        self.spans = is_utf8(data)
        self.stack: list[Element] = []
        self.root: Element | None = None
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise damaged(self.part, f"it has more than {MAX_ELEMENTS:,} elements")
        element = Element(*split_name(name), attributes)
        element.start = self.parser.CurrentByteIndex if self.spans else -1
        if self.stack:
            self.stack[-1].children.append(element)
        else:
            self.root = element
        self.stack.append(element)

    def end(self, _name: str) -> None:
        element = self.stack.pop()
        if self.spans:
            element.open_end, element.close_start, element.end = element_span(
                self.data, element.start, self.parser.CurrentByteIndex
            )

    def text(self, text: str) -> None:
        self.stack[-1].text += text


def tree(data: bytes, part: str) -> Element:
    """The element tree of a small part, with byte spans; raises TrackerRefused when damaged."""
    parser = new_parser(part)
    builder = _TreeBuilder(data, part, parser)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    feed(parser, data, part)
    if builder.root is None:
        raise damaged(part)
    return builder.root
