"""The folders of feeds: which files are ready, in which order, and where they go when they were taken.

Nothing that stands in a folder stops a pass or another feed. What is being written is waited for, what was refused
is left where it is and looked at again when it, or the way it is read, has changed.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from sheetsync.errors import UsageError
from sheetsync.feeds.beside import Beside
from sheetsync.feeds.report import ENDING
from sheetsync.feeds.taking import Outcome, stamp_of, take_file
from sheetsync.feeds.way import Way
from sheetsync.intake.report import report_place
from sheetsync.store.feeds import Feeds, FileLine

LONGEST: Final = timedelta(seconds=20)
"""After so long no further file is begun; the others come with the next pass."""
_UNFINISHED: Final = (
    ".tmp",
    ".part",
    ".partial",
    ".filepart",
    ".crdownload",
    ".download",
    ".swp",
    ENDING,
)
Looks = dict[str, tuple[str, float]]
"""Files that may still be written to: stamp, and since when it has been the same (seconds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a look into all folders came to: files, and what is wrong with folders and settings by feed."""

    outcomes: tuple[Outcome, ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()
    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By feed, why files that lie in its folder are not taken, those refused at an earlier look among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Where the looks at unfinished files are kept between two passes."""

    load: Callable[[], str]
    keep: Callable[[str], None]


def watch(
    found: Mapping[str, Way | UsageError],
    feeds: Feeds,
    memory: Memory,
    clock: Callable[[], datetime],
    beside: Beside | None = None,
) -> Watched:
    """Take every file that is ready, of every feed with a folder; oldest first within a feed.

    Where the next file of a feed is long and still being read `beside` the passes, the feed waits for it, so
    that files keep their order; other feeds go on.
    """
    start = clock()
    before = memory.load()
    looks: Looks = {name: (s, t) for name, (s, t) in json.loads(before or "{}").items()}
    waiting: Looks = {}
    outcomes: list[Outcome] = []
    troubles: list[tuple[str, str]] = []
    refused: dict[str, list[str]] = {}
    for name, way in found.items():
        if isinstance(way, UsageError):
            troubles.append((name, str(way)))
            continue
        if way.settings.folder is None:
            continue
        try:
            ready = list(_ready(way, looks, waiting, clock()))
        except OSError as problem:
            troubles.append((name, _unlisted(way.settings.folder, problem)))
            continue
        for path in ready:
            if clock() - start > LONGEST:
                break
            found_now = _one(path, way, feeds, clock(), beside)
            outcomes += [each for each in found_now if not each.told_before]
            refused.setdefault(name, []).extend(
                each.sentence for each in found_now if each.verdict == "refused"
            )
            if any(each.verdict == "waiting" and not each.sentence for each in found_now):
                break
    after = json.dumps(waiting, sort_keys=True) if waiting else ""
    if after != before:
        memory.keep(after)
    return Watched(
        outcomes=tuple(outcomes), troubles=tuple(troubles),
        refused={name: tuple(sentences) for name, sentences in refused.items()},
    )  # fmt: skip


def _ready(way: Way, looks: Looks, waiting: Looks, now: datetime) -> Iterator[Path]:
    """The files of the feed's folder that stand still, oldest first; raises OSError for the folder."""
    folder = way.settings.folder or Path()
    entries = []
    with os.scandir(folder) as listing:
        for entry in listing:
            if _is_meant(entry.name, way):
                try:
                    entries.append((entry.stat(follow_symlinks=False), Path(entry.path)))
                except FileNotFoundError:
                    continue
    for found, path in sorted(entries, key=lambda each: (each[0].st_mtime_ns, each[1].name)):
        if stat.S_ISDIR(found.st_mode):
            continue
        if _stands_still(path, found, way.settings.stable, looks, waiting, now):
            yield path


def _is_meant(name: str, way: Way) -> bool:
    low = name.lower()
    return (
        not name.startswith((".", "~$"))
        and not low.endswith(_UNFINISHED)
        and fnmatch(low, way.settings.files.lower())
    )


def _stands_still(  # noqa: PLR0917 - one file, and what was seen of it before
    path: Path,
    found: os.stat_result,
    stable: timedelta,
    looks: Looks,
    waiting: Looks,
    now: datetime,
) -> bool:
    """Whether the file was left alone for long enough: by its own time, or by two looks of ours."""
    seconds = now.timestamp()
    if seconds - found.st_mtime >= stable.total_seconds():
        return True
    stamp, name = stamp_of(found), str(path)
    seen, since = looks.get(name, ("", seconds))
    if seen != stamp:
        since = seconds
    if seconds - since >= stable.total_seconds() and seen == stamp:
        return True
    waiting[name] = stamp, since
    return False


def _one(path: Path, way: Way, feeds: Feeds, now: datetime, beside: Beside | None) -> list[Outcome]:
    """Take one file and put it away; nothing to tell where it was refused before and nothing has changed."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return []
    line = feeds.seen(way.name, path.name, stamp_of(found), way.digest)
    if line is not None and line.verdict == "refused":
        return [
            Outcome(
                source=way.name,
                name=path.name,
                verdict="refused",
                sentence=line.sentence,
                told_before=True,
            )
        ]
    if line is not None:
        _put_away(path, way)
        return []
    if path.is_symlink():
        return _link(path, found, way, feeds, now)
    outcome = take_file(path, way, feeds, now, watched=True, beside=beside)
    if outcome.verdict not in {"taken", "known"}:
        return [outcome]
    sentence = " ".join(filter(None, (outcome.sentence, _put_away(path, way))))
    return [replace(outcome, sentence=sentence)]


def _link(
    path: Path, found: os.stat_result, way: Way, feeds: Feeds, now: datetime
) -> list[Outcome]:
    """A link within the folder leads to a file that is listed itself; any other is refused unread."""
    folder = (way.settings.folder or Path()).resolve()
    if path.resolve().parent == folder:
        return []
    sentence = (
        f"{path.name} is a link to a place outside {folder.name}, which is not followed. Copy the file itself into "
        "the folder."
    )
    feeds.refuse(
        FileLine(
            source=way.name, kind=way.kind, name=path.name, digest="", stamp=stamp_of(found), settings=way.digest,
            headings=(), written_at=None, taken_at=now, verdict="refused", sentence=sentence,
        )
    )  # fmt: skip
    return [Outcome(source=way.name, name=path.name, verdict="refused", sentence=sentence)]


def _put_away(path: Path, way: Way) -> str:
    """Move a taken file and its report to the done folder; why that is not possible, "" where it is."""
    done = way.settings.done or path.parent / "done"
    try:
        done.mkdir(parents=True, exist_ok=True)
        place = _free(done / path.name)
        report = report_place(path)
        shutil.move(path, place)
        if report.exists():
            shutil.move(report, report_place(place))
    except OSError as problem:
        return (
            f"{path.name} was taken but cannot be moved to {done} ({problem.strerror or problem}). Move it away; it is "
            "not taken again."
        )
    return ""


def _free(place: Path) -> Path:
    """The place, or one beside it with a number, so that no earlier file is lost."""
    number, free = 1, place
    while free.exists() or report_place(free).exists():
        number += 1
        free = place.with_name(f"{place.stem} ({number}){place.suffix}")
    return free


def _unlisted(folder: Path, problem: OSError) -> str:
    if isinstance(problem, FileNotFoundError):
        return f"There is no folder {folder}. Make it, or correct folder: in config.yaml."
    return f"The folder {folder} cannot be listed ({problem.strerror}). Give the worker's account the right to."
