"""The styles part, extended by splices: looks are appended, never changed, and never twice.

Staff's own styles keep their bytes and their numbers; what is already there word for word is used
again, so that a tab written every day does not let the part grow.
"""

from __future__ import annotations

import re
from typing import Final

from sheetsync.trackers.excel.markup import STRICT, TRANSITIONAL, Element
from sheetsync.trackers.excel.splices import (
    Splice,
    append_child,
    apply,
    escape_attribute,
    prefix_of,
    with_attribute,
    writable_tree,
)

MOMENT_FORMAT: Final = "yyyy-mm-dd hh:mm"
_SECTIONS: Final = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs",
)  # fmt: skip
_FIRST_OWN_FORMAT: Final = 164
_UNDATED: Final = frozenset({"0", "49"})
"""General and Text: a serial number would show as a bare number there."""
_TAG: Final = re.compile(rb"<(/?)(?=[A-Za-z])")
_EMPTY: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{uri}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    "</styleSheet>"
)


def empty_styles(*, strict: bool) -> bytes:
    """A styles part for a workbook that has none."""
    return _EMPTY.format(uri=STRICT if strict else TRANSITIONAL).encode()


class Stylesheet:
    """One styles part and what is to be appended to it. Raises TrackerRefused when it is damaged."""

    def __init__(self, data: bytes, part: str = "styles") -> None:
        self.data = data
        self.root = writable_tree(data, part)
        self.prefix = prefix_of(data, self.root)
        self._sections: dict[str, Element | None] = {n: self.root.first(n) for n in _SECTIONS}
        self._known: dict[str, dict[bytes, int]] = {}
        self._added: dict[str, list[bytes]] = {}
        self._formats = {
            e.attributes.get("formatCode", ""): e.attributes.get("numFmtId", "")
            for e in self._children("numFmts")
        }

    def dated(self, style: int) -> int:
        """The style itself if it has a number format, else one that shows a moment, all else kept."""
        cells = self._children("cellXfs")
        if not cells:
            return self.add("cellXfs", b'<xf numFmtId="%s"/>' % self.number_format().encode())
        xf = cells[style if style < len(cells) else 0]
        if xf.attributes.get("numFmtId", "0") not in _UNDATED:
            return style
        raw = self.data[xf.start : xf.end]
        tag_length = xf.open_end - xf.start
        tag = with_attribute(raw[:tag_length], "numFmtId", self.number_format())
        return self._place(
            "cellXfs", with_attribute(tag, "applyNumberFormat", "1") + raw[tag_length:]
        )

    def number_format(self, code: str = MOMENT_FORMAT) -> str:
        """The id of a number format, appended if it is not there."""
        if code not in self._formats:
            used = [int(i) for i in self._formats.values() if i.isdecimal()]
            self._formats[code] = str(max([_FIRST_OWN_FORMAT - 1, *used]) + 1)
            text = (
                f'<numFmt numFmtId="{self._formats[code]}" formatCode="{escape_attribute(code)}"/>'
            )
            self.add("numFmts", text.encode())
        return self._formats[code]

    def add(self, section: str, element: bytes) -> int:
        """The index of an (unprefixed) element in a section; appended if it is not there."""
        return self._place(section, _TAG.sub(rb"<\1" + self.prefix, element))

    def splices(self) -> list[Splice]:
        """What is to be changed in the part; empty when everything was there."""
        return [s for section in _SECTIONS if section in self._added for s in self._grow(section)]

    def content(self) -> bytes:
        """The part with everything appended."""
        return apply(self.data, self.splices())

    def _children(self, section: str) -> list[Element]:
        parent = self._sections[section]
        return parent.children if parent else []

    def _place(self, section: str, raw: bytes) -> int:
        if section not in self._known:
            children = self._children(section)
            # The first of equal ones counts: that is the one staff see in their program.
            spans = [self.data[c.start : c.end] for c in children]
            self._known[section] = {span: i for i, span in reversed(list(enumerate(spans)))}
        known = self._known[section]
        if raw not in known:
            added = self._added.setdefault(section, [])
            known[raw] = len(self._children(section)) + len(added)
            added.append(raw)
        return known[raw]

    def _grow(self, section: str) -> list[Splice]:
        added, parent = b"".join(self._added[section]), self._sections[section]
        count = str(len(self._children(section)) + len(self._added[section]))
        if parent is not None:
            return append_child(self.data, parent, added, count=count)
        name = self.prefix + section.encode()
        element = b'<%s count="%s">%s</%s>' % (name, count.encode(), added, name)
        before = [e.end for n in _SECTIONS[: _SECTIONS.index(section)] if (e := self._sections[n])]
        place = max([self.root.open_end, *before])
        return [Splice(place, place, element)]
