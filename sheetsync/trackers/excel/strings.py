"""The shared strings of a workbook: rich text joined, phonetic guides left out, escapes decoded."""

from __future__ import annotations

import re
from typing import Final

from sheetsync.errors import TrackerRefused
from sheetsync.trackers.excel import markup
from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.plain import NotPlain, proof_parser, unescape
from sheetsync.trackers.excel.values import MAX_TEXT, decode_escapes, too_long

MAX_STRINGS: Final = 3_000_000
_PLAIN: Final = re.compile(r'<si>\s*<t(?: xml:space="preserve")?(?:>([^<]*)</t>| ?/>)\s*</si>')
_ROOT: Final = re.compile(rb"<sst(?:\s[^<>]*)?>")


def read_strings(package: Package) -> list[str]:
    """All shared strings in order; [] when the workbook has none. Raises TrackerRefused."""
    parts = package.related(package.workbook().part, "sharedStrings")
    if not parts:
        return []
    data = package.read(parts[0])
    try:
        strings = _fast(data, parts[0])
    except NotPlain:
        strings = _slow(data, parts[0])
    if max(map(len, strings), default=0) > MAX_TEXT:
        raise too_long("a shared text")
    return strings


def _fast(data: bytes, part: str) -> list[str]:
    """Plain strings by pattern; sound for the reason given in `plain.py`."""
    root = _ROOT.search(data[:2_000])
    if root is None or not markup.is_utf8(data) or b"\r" in data[root.end() :]:
        raise NotPlain
    markup.feed(proof_parser(part), data, part)
    if data.find(b"xmlns", root.end()) >= 0 or not _is_main(root[0]):
        raise NotPlain
    _check_count(data.count(b"<si>") + data.count(b"<si/>"))
    strings: list[str] = []
    body = data[root.end() :].decode()
    found = _PLAIN.findall(body)
    if len(found) * 4 != body.count("<") - 1:
        raise NotPlain
    strings = found
    if "&" in body:
        strings = [unescape(text) if "&" in text else text for text in strings]
    return [decode_escapes(text) for text in strings] if "_x" in body else strings


def _is_main(tag: bytes) -> bool:
    return any(f'xmlns="{uri}"'.encode() in tag for uri in markup.MAIN)


def _check_count(count: int) -> None:
    if count > MAX_STRINGS:
        raise TrackerRefused(
            f"The workbook lists {count:,} texts or more, at most {MAX_STRINGS:,} are accepted. "
            "Copy the tracker tab to a new workbook."
        )


def _slow(data: bytes, part: str) -> list[str]:
    reader = _StringReader(part)
    markup.feed(reader.parser, data, part)
    return reader.strings


class _StringReader:
    """Plain expat over the shared strings: `si/t` and `si/r/t`, by namespace."""

    def __init__(self, part: str) -> None:
        self.strings: list[str] = []
        self.path: list[str] = []
        self.pieces: list[str] | None = None
        self.parser = markup.new_parser(part)
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.taking = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """An element opens (expat handler)."""
        namespace, local = markup.split_name(name)
        self.path.append(local if namespace in markup.MAIN else name)
        if self.path == ["sst", "si"]:
            self.pieces = []
            _check_count(len(self.strings) + 1)
        self.taking = self.path in (["sst", "si", "t"], ["sst", "si", "r", "t"])

    def end(self, _name: str) -> None:
        """An element closes (expat handler)."""
        self.taking = False
        if self.path == ["sst", "si"] and self.pieces is not None:
            self.strings.append(decode_escapes("".join(self.pieces)))
        self.path.pop()

    def text(self, text: str) -> None:
        """Text between tags (expat handler)."""
        if self.taking and self.pieces is not None:
            self.pieces.append(text)
