"""Changing a few bytes of a part that staff's program wrote, instead of serialising it anew."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sheetsync.errors import TrackerRefused
from sheetsync.trackers.excel.markup import Element, is_utf8, tree

_ATTRIBUTE: Final = re.compile(rb"([^\s=<>\"'/]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_NAME: Final = re.compile(rb"<([^\s/>]+)")
_DECLARED: Final = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")


@dataclass(frozen=True, slots=True)
class Splice:
    """Replace the bytes from `start` up to `end` by `new`; equal bounds insert."""

    start: int
    end: int
    new: bytes


def require_utf8(data: bytes, part: str) -> None:
    """Raise TrackerRefused unless the part is UTF-8, so that byte places and splices agree."""
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))
    if not is_utf8(data) or (
        declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")
    ):
        raise TrackerRefused(
            f"The part {part} is not stored as UTF-8, so nothing can be written safely. "
            "Open the workbook in Excel, save it as an Excel workbook and try again."
        )


def writable_tree(data: bytes, part: str) -> Element:
    """The element tree of a small part that may be spliced. Raises TrackerRefused."""
    require_utf8(data, part)
    return tree(data, part)


def ordered(splices: Iterable[Splice]) -> list[Splice]:
    """Splices by place; several insertions at one place keep the order they were given in."""
    return sorted(splices, key=lambda s: (s.start, s.end))


def pieces(data: bytes, splices: Iterable[Splice]) -> Iterator[bytes | memoryview]:
    """The part with all splices made, in pieces: views of the old bytes, and the new ones.

    Raises ValueError where two splices overlap.
    """
    view, place = memoryview(data), 0
    for splice in ordered(splices):
        if splice.start < place:
            raise ValueError("two changes of one part overlap")
        yield view[place : splice.start]
        yield splice.new
        place = splice.end
    yield view[place:]


def apply(data: bytes, splices: Iterable[Splice]) -> bytes:
    """The part with all splices made."""
    return b"".join(pieces(data, splices))


def prefix_of(data: bytes, element: Element) -> bytes:
    """The prefix with its colon (`x:`) that the element is written with, or nothing."""
    before, colon, _ = tag_name(data[element.start : element.open_end]).partition(b":")
    return before + colon if colon else b""


def tag_name(tag: bytes) -> bytes:
    """The qualified name in a start tag."""
    found = _NAME.match(tag)
    return found[1] if found else b""


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """The start tag `tag` with an attribute (named as written) set to `value`."""
    text = f'{name}="{escape_attribute(value)}"'.encode()
    for match in _ATTRIBUTE.finditer(tag):
        if match[1] == name.encode():
            return tag[: match.start()] + text + tag[match.end() :]
    closing = b"/>" if tag.endswith(b"/>") else b">"
    return tag[: -len(closing)].rstrip() + b" " + text + closing


def without_attribute(tag: bytes, name: str) -> bytes:
    """The start tag `tag` without an attribute (named as written)."""
    for match in _ATTRIBUTE.finditer(tag):
        if match[1] == name.encode():
            return tag[: match.start()].rstrip() + tag[match.end() :]
    return tag


def set_attributes(data: bytes, element: Element, **values: str) -> Splice:
    """The splice that gives an element's start tag some (unprefixed) attributes."""
    tag = data[element.start : element.open_end]
    for name, value in values.items():
        tag = with_attribute(tag, name, value)
    return Splice(element.start, element.open_end, tag)


def append_child(data: bytes, parent: Element, child: bytes, **values: str) -> list[Splice]:
    """The splices that add `child` as the last one of `parent`, and set attributes of `parent`."""
    tag = set_attributes(data, parent, **values).new
    if parent.self_closing:
        opened = tag[:-2].rstrip() + b">"
        return [Splice(parent.start, parent.end, opened + child + b"</" + tag_name(tag) + b">")]
    inserted = Splice(parent.close_start, parent.close_start, child)
    return [Splice(parent.start, parent.open_end, tag), inserted] if values else [inserted]


def replace_text(element: Element, text: str) -> Splice:
    """The splice that gives an element without children another text."""
    return Splice(element.open_end, element.close_start, escape_text(text).encode())


def escape_text(text: str) -> str:
    """Text as element content."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_attribute(text: str) -> str:
    """Text as the value of a double-quoted attribute."""
    return escape_text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
