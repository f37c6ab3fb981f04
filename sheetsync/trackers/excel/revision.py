"""A workbook as it shall be: which parts change, come and go, told apart from those that stay.

Small parts are kept as whole new bytes. The tracker's own sheet part, which may be large, is kept as
splices, so that it is never held twice.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Final

from sheetsync.trackers.excel import zipcopy
from sheetsync.trackers.excel.package import Package, Relationship
from sheetsync.trackers.excel.splices import (
    Splice,
    append_child,
    apply,
    escape_attribute,
    pieces,
    prefix_of,
    writable_tree,
)

CONTENT_TYPES: Final = "[Content_Types].xml"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_NO_RELATIONS: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<Relationships xmlns="{_RELATIONS}"></Relationships>'
).encode()


@dataclass(slots=True, eq=False)
class SplicedPart:
    """A large part and its splices; `sha256` is that of the new content, known once written."""

    data: bytes
    splices: list[Splice]
    sha256: str = ""

    def pieces(self) -> Iterator[bytes | memoryview]:
        """The new content in pieces, noting its hash on the way."""
        digest = hashlib.sha256()
        for piece in pieces(self.data, self.splices):
            digest.update(piece)
            yield piece
        self.sha256 = digest.hexdigest()


class Revision:
    """The parts of `package` as they shall be written."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.parts: dict[str, bytes] = {}
        self.spliced: dict[str, SplicedPart] = {}
        self.removed: set[str] = set()
        self._actual = {name.lower(): name for name in package.names}

    @property
    def empty(self) -> bool:
        """Whether nothing at all would change."""
        return not (self.parts or self.spliced or self.removed)

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of parts that exist and get other bytes."""
        return tuple(sorted(n for n in (*self.parts, *self.spliced) if n in self.package.names))

    @property
    def added(self) -> tuple[str, ...]:
        """Names of new parts."""
        return tuple(n for n in self.parts if n not in self.package.names)

    def has(self, part: str) -> bool:
        """Whether the part will be there."""
        name = self._name(part)
        return name in self.parts or (self.package.has(part) and name not in self.removed)

    def read(self, part: str) -> bytes:
        """A small part as it shall be. Raises TrackerRefused when it is absent."""
        name = self._name(part)
        return self.parts[name] if name in self.parts else self.package.read(name)

    def put(self, part: str, content: bytes) -> None:
        """Give a part new content; the same bytes as before are no change."""
        name = self._name(part)
        if name in self.package.names and self.package.read(name) == content:
            self.parts.pop(name, None)
        else:
            self.parts[name] = content
        self.removed.discard(name)

    def splice(self, part: str, data: bytes, splices: list[Splice]) -> None:
        """Give the large part, read as `data`, some splices."""
        if splices:
            self.spliced[self._name(part)] = SplicedPart(data, splices)

    def remove(self, part: str) -> None:
        """Take a part out, with its relationships and its content type."""
        for name in (self._name(part), self._name(relations_part(part))):
            self.parts.pop(name, None)
            if name in self.package.names:
                self.removed.add(name)
        data = self.read(CONTENT_TYPES)
        root = writable_tree(data, CONTENT_TYPES)
        wanted = "/" + part.lower()
        doomed = [e for e in root.all("Override") if e.attributes["PartName"].lower() == wanted]
        self.put(CONTENT_TYPES, apply(data, [Splice(e.start, e.end, b"") for e in doomed]))

    def unused(self, pattern: str) -> str:
        """The first part name of `pattern` (with `{}` for the number) that nobody has."""
        number = 1
        while (
            self.has(pattern.format(number)) or self._name(pattern.format(number)) in self.removed
        ):
            number += 1
        return pattern.format(number)

    def declare(self, part: str, content_type: str) -> None:
        """Write the content type of a part into the package's list, unless it is there."""
        data = self.read(CONTENT_TYPES)
        root = writable_tree(data, CONTENT_TYPES)
        if any(
            e.attributes["PartName"].lower() == f"/{part}".lower() for e in root.all("Override")
        ):
            return
        p = prefix_of(data, root).decode()
        element = (
            f'<{p}Override PartName="/{escape_attribute(part)}" ContentType="{content_type}"/>'
        )
        self.put(CONTENT_TYPES, apply(data, append_child(data, root, element.encode())))

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relationship (`kind` is the full type) from `part` to another part; gives its id."""
        name = relations_part(part)
        data = self.read(name) if self.has(name) else _NO_RELATIONS
        root = writable_tree(data, name)
        used = {e.attributes.get("Id", "") for e in root.all("Relationship")}
        number = len(used) + 1
        while f"rId{number}" in used:
            number += 1
        p = prefix_of(data, root).decode()
        path = posixpath.relpath(target, posixpath.dirname(part) or ".")
        element = (
            f'<{p}Relationship Id="rId{number}" Type="{kind}" Target="{escape_attribute(path)}"/>'
        )
        self.put(name, apply(data, append_child(data, root, element.encode())))
        return f"rId{number}"

    def relations(self, part: str) -> tuple[Relationship, ...]:
        """The relationships of a part as they shall be, targets resolved."""
        name = self._name(relations_part(part))
        if name in self.removed:
            return ()
        if name not in self.parts:
            return self.package.relationships(part)
        root = writable_tree(self.read(name), name)
        return tuple(
            _relationship(e.attributes, posixpath.dirname(part)) for e in root.all("Relationship")
        )

    def write(self, target: IO[bytes]) -> None:
        """Write the new package; every part that is not ours is copied raw."""
        present = set(self.package.names)
        changed: dict[str, zipcopy.Body] = {n: b for n, b in self.parts.items() if n in present}
        changed |= {name: part.pieces() for name, part in self.spliced.items()}
        zipcopy.rewrite(
            self.package.data,
            target,
            changed=changed,
            added={n: b for n, b in self.parts.items() if n not in present},
            removed=self.removed,
        )

    def _name(self, part: str) -> str:
        """The name as the package spells it."""
        return self._actual.get(part.lower(), part)


def _relationship(attributes: Mapping[str, str], folder: str) -> Relationship:
    """One relationship of a part that we wrote ourselves, whose paths are plain."""
    kind, target = attributes["Type"], attributes["Target"]
    external = attributes.get("TargetMode") == "External"
    path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    return Relationship(
        id=attributes["Id"],
        type=kind,
        kind=kind.rpartition("/")[2],
        target=target if external else path,
        external=external,
    )


def relations_part(part: str) -> str:
    """The name of the part that holds the relationships of `part`."""
    folder, file = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{file}.rels")
