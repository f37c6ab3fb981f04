"""Bounded opening of an .xlsx file: checked in a fixed order before anything is believed.

The whole file is read into memory once, so that its hash, its parts and a later patch speak of the
same bytes. Nothing is extracted to disk. Parts are inflated in blocks and counted, because declared
sizes may lie; each thing that is wrong has its own sentence.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self
from urllib.parse import unquote

from sheetsync.errors import TrackerRefused
from sheetsync.trackers.excel import firstlook, markup
from sheetsync.trackers.excel.prechecks import (
    MAX_FILE,
    MAX_INFLATED,
    RESTORE,
    ZIP_ERRORS,
    FileStamp,
    check_entries,
    check_sizes,
    open_zip,
    other_zip,
    read_file,
    too_large,
)
from sheetsync.trackers.excel.workbook import WorkbookFacts, read_workbook

__all__ = ["ContentTypes", "FileStamp", "Package", "Relationship"]

_CONTENT_TYPES: Final = "[Content_Types].xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """One relationship of a part: `kind` is the last word of its type, `target` a part name.

    `target` is the address itself when `external`.
    """

    id: str
    type: str
    kind: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True)
class ContentTypes:
    """Content types by part name (lower case) and by extension."""

    overrides: Mapping[str, str]
    defaults: Mapping[str, str]

    def of(self, part: str) -> str:
        """The content type of a part, "" when none is declared."""
        extension = part.rpartition(".")[2].lower()
        return self.overrides.get(part.lower(), self.defaults.get(extension, ""))


class Package:
    """An opened and checked .xlsx; use it as a context manager. All reading is bounded.

    `data` are the bytes of the file, `names` its parts in order, `stamp` its place when it was
    opened by path. Every method may raise TrackerRefused for a damaged part.
    """

    def __init__(self, data: bytes, name: str, *, allow_macros: bool = False) -> None:
        self.data = data
        self.name = name
        self.stamp: FileStamp | None = None
        self._sizes: dict[str, int] = {}
        firstlook.check(data, name)
        self._zip = open_zip(data, name)
        infos = self._zip.infolist()
        check_entries(infos, name)
        check_sizes(infos, name)
        self._infos = {i.filename: i for i in infos if not i.is_dir()}
        self._by_key = {part.lower(): part for part in self._infos}
        self._relationships: dict[str, tuple[Relationship, ...]] = {}
        self._check_kind(allow_macros=allow_macros)

    @classmethod
    def open(cls, path: str | Path | IO[bytes], *, allow_macros: bool = False) -> Package:
        """Open and check a workbook by path or from a binary file.

        Raises TrackerBusy (absent, empty, cut: try later) or TrackerRefused (says why).
        """
        if not isinstance(path, str | Path):
            name = Path(str(getattr(path, "name", "the workbook"))).name
            return cls(path.read(MAX_FILE + 1), name, allow_macros=allow_macros)
        place = Path(path)
        data, stamp = read_file(place)
        package = cls(data, place.name, allow_macros=allow_macros)
        package.stamp = stamp
        return package

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The parts of the package in the order of the file."""
        return tuple(self._infos)

    @cached_property
    def sha256(self) -> str:
        """The fingerprint of the file: changes whenever any byte does."""
        return hashlib.sha256(self.data).hexdigest()

    def has(self, part: str) -> bool:
        """Whether the package holds the part (names are compared without regard to case)."""
        return part.lower() in self._by_key

    def declared_size(self, part: str) -> int:
        """How large the part says that it is, inflated; 0 where it is missing."""
        name = self._by_key.get(part.lower())
        return 0 if name is None else self._infos[name].file_size

    def stream(self, part: str) -> Iterator[bytes]:
        """The part inflated in blocks of 64 KiB, counted against the limit of the whole file."""
        name = self._by_key.get(part.lower())
        if name is None:
            raise TrackerRefused(f"{self.name} is damaged: its part {part} is missing. {RESTORE}")
        allowed = MAX_INFLATED - sum(n for p, n in self._sizes.items() if p != name)
        count = 0
        try:
            with self._zip.open(self._infos[name]) as member:
                while block := member.read(markup.BLOCK):
                    count += len(block)
                    if count > allowed:
                        raise too_large(self.name)
                    yield block
        except ZIP_ERRORS as error:
            raise TrackerRefused(
                f"{self.name} is damaged: its part {name} cannot be unpacked. {RESTORE}"
            ) from error
        self._sizes[name] = count

    def read(self, part: str) -> bytes:
        """The whole part, inflated and counted."""
        return b"".join(self.stream(part))

    def relationships(self, part: str) -> tuple[Relationship, ...]:
        """The relationships of a part ("" for the package itself), targets resolved."""
        key = part.lower()
        if key not in self._relationships:
            self._relationships[key] = self._read_relationships(part)
        return self._relationships[key]

    def related(self, part: str, kind: str) -> tuple[str, ...]:
        """The parts that `part` points to by relationships of that kind (`worksheet`, ...)."""
        found = self.relationships(part)
        return tuple(r.target for r in found if r.kind == kind and not r.external)

    @cached_property
    def content_types(self) -> ContentTypes:
        """What [Content_Types].xml declares."""
        root = markup.tree(self.read(_CONTENT_TYPES), _CONTENT_TYPES)
        overrides = {
            c.attributes.get("PartName", "").lstrip("/").lower(): c.attributes.get(
                "ContentType", ""
            )
            for c in root.all("Override")
        }
        defaults = {
            c.attributes.get("Extension", "").lower(): c.attributes.get("ContentType", "")
            for c in root.all("Default")
        }
        return ContentTypes(overrides, defaults)

    @cached_property
    def main_part(self) -> str:
        """The name of the workbook part, found by relationship."""
        found = self.related("", "officeDocument")
        if len(found) != 1:
            raise TrackerRefused(
                f"{self.name} is damaged: it does not say which of its parts is the workbook. "
                f"{RESTORE}"
            )
        return found[0]

    def workbook(self) -> WorkbookFacts:
        """Sheets in order, date system, defined names; parsed once."""
        return self._workbook

    @cached_property
    def _workbook(self) -> WorkbookFacts:
        part = self.main_part
        targets = {r.id: (r.kind, r.target) for r in self.relationships(part) if not r.external}
        return read_workbook(self.read(part), part, targets)

    def _read_relationships(self, part: str) -> tuple[Relationship, ...]:
        folder, file = posixpath.split(part)
        source = posixpath.join(folder, "_rels", f"{file}.rels")
        if not self.has(source):
            return ()
        root = markup.tree(self.read(source), source)
        return tuple(_relationship(e, folder, source) for e in root.all("Relationship"))

    def _check_kind(self, *, allow_macros: bool) -> None:
        if not self.has(_CONTENT_TYPES):
            raise TrackerRefused(f"{self.name} is no Excel workbook: {other_zip(self.names)}.")
        kind = self.content_types.of(self.main_part).lower()
        if "spreadsheetml" not in kind and "ms-excel" not in kind:
            raise TrackerRefused(
                f"{self.name} is another kind of Office document, not an Excel workbook. "
                "Name the workbook itself."
            )
        if "binary" in kind:
            raise TrackerRefused(
                f"{self.name} is a binary workbook (.xlsb), which is not read. "
                "Save it as .xlsx (Excel Workbook)."
            )
        if "macroenabled" in kind and not allow_macros:
            raise TrackerRefused(
                f"{self.name} is a workbook with macros, which is not used unless the configuration "
                "allows it. Save it as .xlsx, or allow macro workbooks for this tracker."
            )


def _relationship(element: markup.Element, folder: str, source: str) -> Relationship:
    attributes = element.attributes
    kind = attributes.get("Type", "")
    target = attributes.get("Target", "")
    external = attributes.get("TargetMode", "Internal") == "External"
    return Relationship(
        id=attributes.get("Id", ""),
        type=kind,
        kind=kind.rpartition("/")[2],
        target=target if external else _resolve(target, folder, source),
        external=external,
    )


def _resolve(target: str, folder: str, source: str) -> str:
    path = unquote(target.partition("#")[0])
    joined = posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")
    if "\\" in joined or "\0" in joined or ".." in joined.split("/"):
        raise markup.damaged(source, "a relationship points outside the workbook")
    return joined
