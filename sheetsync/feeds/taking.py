"""One file of a feed: looked at, kept with all its rows in one transaction, or refused as a whole.

A file is known by the digest of its bytes, so giving it again under any name changes nothing. Only stock is a
picture of a moment: there a file counts as known while it is the last one, since the same picture can come back.
"""

from __future__ import annotations

import gc
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from sheetsync.errors import AlreadyRunning, SheetsyncError, StoreError, UsageError
from sheetsync.feeds.beside import Beside
from sheetsync.feeds.reading import FeedReading, read_feed
from sheetsync.feeds.report import drop_report, write_feed_report
from sheetsync.feeds.way import Way
from sheetsync.intake.reading import Refusal
from sheetsync.intake.report import report_place
from sheetsync.store.feed_rows import Compared
from sheetsync.store.feeds import Feeds, FileLine

Verdict = Literal["taken", "known", "refused", "waiting"]
_BLOCK: Final = 1024 * 1024
_MB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """A file as it was found: `stamp` is its size and time, `digest` that of its bytes."""

    path: Path
    size: int
    regular: bool
    written_at: datetime
    stamp: str
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What came of one file. `sentence` says why it was refused or waits, or what else is amiss."""

    source: str
    name: str
    verdict: Verdict
    sentence: str = ""
    reading: FeedReading | None = None
    counts: Compared = field(default_factory=Compared)
    report: Path | None = None
    told_before: bool = False


def look_at(path: Path) -> Look:
    """The file at `path` by its outside; raises OSError."""
    found = path.stat()
    return Look(
        path=path, size=found.st_size, regular=stat.S_ISREG(found.st_mode), stamp=stamp_of(found),
        written_at=datetime.fromtimestamp(int(found.st_mtime), tz=UTC),
    )  # fmt: skip


def stamp_of(found: os.stat_result) -> str:
    """Size and times: what tells a file from a later one of its name, or from itself with other rights."""
    return f"{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}"


def take_file(
    path: Path,
    way: Way,
    feeds: Feeds,
    now: datetime,
    *,
    dry_run: bool = False,
    watched: bool = False,
    beside: Beside | None = None,
) -> Outcome:
    """Take the file at `path`, or say why not; with `dry_run` nothing is kept or written.

    One that was found in a `watched` folder is also refused where it brings very many orders at once.

    A long file may be read `beside` the passes: it waits, without a sentence, until that is done. Whatever is wrong with the file is an outcome, not an exception; StoreError is raised.
    """
    look = Look(path=path, size=0, regular=True, written_at=now, stamp="")
    try:
        look = look_at(path)
        _refuse_unreadable(look, way)
        found = _read(look, way, feeds, now, beside)
        if found is None:
            return Outcome(source=way.name, name=path.name, verdict="waiting")
        digest, reading = found
        if reading is None or _is_known(feeds, way, digest):
            return Outcome(source=way.name, name=path.name, verdict="known")
        look = replace(look, digest=digest)
        return _take(look, way, feeds, now, reading, dry_run=dry_run, watched=watched)
    except (StoreError, AlreadyRunning):
        raise
    except FileNotFoundError:
        words = f"{path.name} was taken away before it could be read. Put it back to have it taken."
        return Outcome(source=way.name, name=path.name, verdict="waiting", sentence=words)
    except (SheetsyncError, OSError, MemoryError) as problem:
        sentence = _in_words(path, problem)
    except Exception as defect:  # noqa: BLE001 - one bad file must stop no pass and no other feed; it is told
        sentence = (
            f"{path.name} could not be read, by a defect of sheetsync ({type(defect).__name__}: {defect}). It is kept "
            "where it is; please report it with the headings and one row of the file."
        )
    return _refused(look, way, feeds, now, sentence, dry_run=dry_run)


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Rows make no cycles, and to search all that lives for some costs a fifth of the time of a long file."""
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()


def _read(
    look: Look, way: Way, feeds: Feeds, now: datetime, beside: Beside | None
) -> tuple[str, FeedReading | None] | None:
    """The digest and the rows of a file; no rows where it is known; None while it is read beside the passes."""
    last = feeds.last_taken(way.name)
    before = last.headings if last is not None and last.settings == way.digest else ()

    def read() -> FeedReading:
        with _no_search_for_cycles():
            return read_feed(look.path, way, now, before=before)

    if beside is None or not beside.is_long(look.size):
        digest = _digest(look.path)
        return digest, None if _is_known(feeds, way, digest) else read()
    key = str(look.path), look.stamp, way.digest
    return beside.get(key, lambda: (_digest(look.path), read()))


def _take(
    look: Look,
    way: Way,
    feeds: Feeds,
    now: datetime,
    reading: FeedReading,
    *,
    dry_run: bool,
    watched: bool,
) -> Outcome:
    path = look.path
    if stamp_of(path.stat()) != look.stamp:
        words = f"{path.name} was written to while it was read. It is looked at again."
        return Outcome(source=way.name, name=path.name, verdict="waiting", sentence=words)
    if reading.rows and not reading.said:
        return _nothing_usable(look, way, feeds, now, reading, dry_run=dry_run)
    if watched:
        _refuse_very_many(path, way, feeds, reading)
    line = _line(look, way, now, reading)
    if dry_run:
        counts = feeds.compare(way.name, reading.said_rows())
        return Outcome(
            source=way.name, name=path.name, verdict="taken", reading=reading, counts=counts
        )
    report, unlisted = _report(path, reading)
    with _no_search_for_cycles():
        counts = feeds.take(line, reading.said_rows())
    return Outcome(
        source=way.name, name=path.name, verdict="taken", reading=reading, counts=counts, report=report,
        sentence=unlisted,
    )  # fmt: skip


def _refuse_very_many(path: Path, way: Way, feeds: Feeds, reading: FeedReading) -> None:
    """Raise UsageError for a watched file that would add very many rows at once: perhaps it is another one."""
    most = way.settings.most_new
    if way.kind != "orders" or len(reading.said) <= most:
        return
    new = feeds.compare(way.name, reading.said_rows()).changed
    if new > most:
        raise UsageError(
            f"{path.name} brings news of {new:,} orders at once, more than the {most:,} that most_new allows. Is it the "
            f"right file, take it by hand: sheetsync feed {path.name} --feed {way.name}"
        )


def _report(path: Path, reading: FeedReading) -> tuple[Path | None, str]:
    """The refused rows beside the file, or why they could not be listed there.

    A report of an earlier look is taken away where no row is refused.
    """
    if not reading.refused:
        drop_report(path)
        return None, ""
    try:
        return write_feed_report(path, reading.refusals, reading.refused), ""
    except OSError as problem:
        words = (
            f"{path.name} was taken, but its {reading.refused:,} refused rows could not be listed beside it "
            f"({problem.strerror or problem}). Make room or give the right to write there, and mend the file."
        )
        return None, words


def _nothing_usable(
    look: Look, way: Way, feeds: Feeds, now: datetime, reading: FeedReading, *, dry_run: bool
) -> Outcome:
    # What the cells say stands in the report only: this sentence goes to the log, too.
    first = reading.refusals[0]
    where = f"line {first.line}" + (f", {first.column}" if first.column else "")
    sentence = (
        f"{look.path.name}: none of its {reading.rows:,} rows can be used, beginning with {where}. Each one and why "
        f"stands in {report_place(look.path).name} beside it."
    )
    if dry_run:
        return Outcome(
            source=way.name,
            name=look.path.name,
            verdict="refused",
            sentence=sentence,
            reading=reading,
        )
    report, _ = _report(look.path, reading)
    feeds.refuse(_line(look, way, now, reading, verdict="refused", sentence=sentence))
    return Outcome(
        source=way.name, name=look.path.name, verdict="refused", sentence=sentence, reading=reading, report=report
    )  # fmt: skip


def _refused(
    look: Look, way: Way, feeds: Feeds, now: datetime, sentence: str, *, dry_run: bool
) -> Outcome:
    """A file that cannot be used as a whole: kept where it is, with the reason beside it."""
    outcome = Outcome(source=way.name, name=look.path.name, verdict="refused", sentence=sentence)
    if dry_run:
        return outcome
    feeds.refuse(_line(look, way, now, None, verdict="refused", sentence=sentence))
    whole = Refusal(line=0, order="", column="", found="", expected=sentence)
    try:
        write_feed_report(look.path, [whole], 1)
    except OSError:
        return outcome  # the reason stands on Sync Status all the same
    return outcome


def _line(
    look: Look, way: Way, now: datetime, reading: FeedReading | None, *, verdict: str = "taken", sentence: str = ""
) -> FileLine:  # fmt: skip
    return FileLine(
        source=way.name, kind=way.kind, name=look.path.name, digest=look.digest, stamp=look.stamp,
        settings=way.digest, headings=reading.headings if reading is not None else (),
        written_at=look.written_at, taken_at=now, verdict=verdict, sentence=sentence,
        rows=reading.rows if reading is not None else 0,
        refused=reading.refused if reading is not None else 0,
    )  # fmt: skip


def _is_known(feeds: Feeds, way: Way, digest: str) -> bool:
    if way.kind != "stock":
        return feeds.taken(way.name, digest) is not None
    last = feeds.last_taken(way.name)
    return last is not None and last.digest == digest


def _refuse_unreadable(look: Look, way: Way) -> None:
    """Raise UsageError for what is no file, or is larger than any file of this feed should be."""
    name, megabytes = look.path.name, look.size / _MB
    if look.path.is_dir():
        raise UsageError(f"{name} is a folder. Name a file.")
    if not look.regular:
        raise UsageError(f"{name} is no file but a pipe or a device. Put a file there.")
    if megabytes > way.settings.largest_mb:
        raise UsageError(
            f"{name} has {megabytes:,.0f} MB, more than the {way.settings.largest_mb:,} MB allowed. Split it, or "
            f"raise largest_mb under feeds: {way.name}: in config.yaml."
        )


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _in_words(path: Path, problem: BaseException) -> str:
    if isinstance(problem, PermissionError):
        return (
            f"{path.name} may not be read by the worker's account ({problem.strerror}). Give that account the right "
            "to read it."
        )
    if isinstance(problem, OSError):
        return f"{path.name} cannot be read ({problem.strerror or problem}). Put it there anew."
    if isinstance(problem, MemoryError):
        return f"{path.name} needs more memory than there is. Split it into several files."
    return str(problem)
