"""The audit as one file with a checksum per line, the manifest beside it, and the check of both."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from sheetsync import __version__
from sheetsync.domain.audit import FILE_FIELDS, FIRST, Entry, checksum, texts_of
from sheetsync.domain.csv_cells import inert
from sheetsync.errors import SheetsyncError, UsageError

_CHECKSUM: Final = "checksum"
_ENDINGS: Final = (".csv", ".jsonl")
_HOW: Final = (
    "Each line's checksum is SHA-256, in hexadecimal, over the checksum of the line before (64 "
    "noughts for the first), a line feed, and the line's other fields as one JSON array of texts "
    "without spaces, in UTF-8. The seal is known only to the store that wrote the file."
)
_LONGEST_FIELD: Final = 16 * 1024 * 1024


class AuditBroken(SheetsyncError):
    """An audit file is not what its manifest says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an audit file must be. `checksum` is that of its last line; `seal` "" where there is none."""

    file: str
    tracker: str
    uuid: str
    since: str
    written_at: str
    by: str
    lines: int
    first: str
    last: str
    checksum: str
    sha256: str
    seal: str = ""
    sheetsync: str = __version__
    how: str = _HOW


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Of which tracker an audit is, from when on ("" for all), when it was written and for whom."""

    tracker: str
    uuid: str
    since: str
    written_at: datetime
    by: str


def manifest_of(path: Path) -> Path:
    """Where the manifest of an audit file stands."""
    return path.with_name(f"{path.name}.manifest.json")


def write_audit(path: Path, entries: Iterable[Entry], about: About, secret: bytes) -> Manifest:
    """Write the entries and the manifest, whole or not at all; only the owner may read them.

    Raises UsageError for a file that is neither .csv nor .jsonl.
    """
    _style(path)
    before, count, first, last = FIRST, 0, "", ""
    with _appearing(path) as file:
        writer = _writer(path, file)
        for entry in entries:
            texts = _as_written(path, texts_of(entry))
            before = checksum(before, texts)
            writer([*texts, before])
            count, first, last = count + 1, first or entry.at, entry.at
    digest = _sha256(path)
    manifest = Manifest(
        file=path.name, tracker=about.tracker, uuid=about.uuid, since=about.since,
        written_at=about.written_at.isoformat(), by=about.by, lines=count, first=first, last=last,
        checksum=before, sha256=digest, seal=_seal(secret, before, digest),
    )  # fmt: skip
    with _appearing(manifest_of(path)) as file:
        file.write(json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n")
    return manifest


def verify_audit(path: Path, secret: bytes | None) -> Manifest:
    """Check the chain, the manifest and (with the store's secret) the seal; raises AuditBroken."""
    manifest = _read_manifest(path)
    before, count = FIRST, 0
    for number, line in enumerate(_lines(path), start=1):
        *texts, told = line
        before = checksum(before, texts)
        if told != before:
            raise AuditBroken(
                f"{path.name} is broken at line {number}: this line or one before it was changed, "
                "left out or put in. Use an untouched copy of the file."
            )
        count = number
    _as_the_manifest_says(path, manifest, count, before)
    if secret is not None and not hmac.compare_digest(
        manifest.seal, _seal(secret, before, manifest.sha256)
    ):
        raise AuditBroken(
            f"{path.name} is whole in itself, but its seal is not of this store: it was written by "
            "another store, or made anew by somebody. Export the audit again and compare."
        )
    return manifest


def _as_the_manifest_says(path: Path, manifest: Manifest, count: int, last: str) -> None:
    if count != manifest.lines or last != manifest.checksum:
        raise AuditBroken(
            f"{path.name} has {count:,} lines that hold together, but its manifest says "
            f"{manifest.lines:,} with another last checksum: lines are missing at the end, or the "
            "manifest is of another file. Use an untouched copy of both."
        )
    if _sha256(path) != manifest.sha256:
        raise AuditBroken(
            f"{path.name} was saved anew by some program: its lines hold together, its bytes do not "
            "match the manifest. Use an untouched copy of the file."
        )


def _style(path: Path) -> str:
    if path.suffix.lower() not in _ENDINGS:
        raise UsageError(f"The file {path.name} must end in .csv or .jsonl, which says its form.")
    return path.suffix.lower()


def _as_written(path: Path, texts: list[str]) -> list[str]:
    return [inert(text) for text in texts] if _style(path) == ".csv" else texts


def _writer(path: Path, file: IO[str]) -> Any:
    if _style(path) == ".csv":
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([*FILE_FIELDS, _CHECKSUM])
        return writer.writerow
    names = (*FILE_FIELDS, _CHECKSUM)

    def write(texts: Sequence[str]) -> None:
        line = dict(zip(names, texts, strict=True))
        file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")

    return write


def _lines(path: Path) -> Iterator[list[str]]:
    """The fields of each line with its checksum at the end; raises AuditBroken for what is none."""
    names = [*FILE_FIELDS, _CHECKSUM]
    reader = _csv_lines if _style(path) == ".csv" else _json_lines
    number = 0
    try:
        with path.open(encoding="utf-8", errors="surrogatepass", newline="") as file:
            for line in reader(file, names):
                number += 1
                yield line
    except (ValueError, csv.Error) as error:
        raise AuditBroken(
            f"{path.name} has no line {number + 1} that can be read ({error}). "
            "Use an untouched copy of the file."
        ) from error


def _csv_lines(file: IO[str], names: list[str]) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(file, strict=True)
    if next(reader, None) != names:
        raise ValueError("the headings are not those of an audit")
    for row in reader:
        if len(row) != len(names):
            raise ValueError("it has another number of columns")
        yield row


def _json_lines(file: IO[str], names: list[str]) -> Iterator[list[str]]:
    for text in file:
        line: Mapping[str, Any] = json.loads(text)
        if not isinstance(line, dict) or list(line) != names:
            raise ValueError("its fields are not those of an audit")
        yield [str(value) for value in line.values()]


def _read_manifest(path: Path) -> Manifest:
    place = manifest_of(path)
    try:
        told = json.loads(place.read_text(encoding="utf-8"))
        return Manifest(**told)
    except FileNotFoundError as error:
        raise AuditBroken(
            f"The manifest {place.name} is not beside {path.name}, so nothing can be checked. "
            "Put it there: it was written together with the file."
        ) from error
    except (ValueError, TypeError) as error:
        raise AuditBroken(
            f"{place.name} is no manifest ({error}). Use an untouched copy."
        ) from error


def _seal(secret: bytes, last: str, digest: str) -> str:
    return hmac.new(secret, f"{last}\n{digest}".encode(), hashlib.sha256).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _appearing(path: Path) -> Iterator[IO[str]]:
    """A file that appears under its name when it is complete, readable by its owner only."""
    unfinished = path.with_name(f".{path.name}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
