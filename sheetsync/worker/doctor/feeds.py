"""The feeds: their settings, their folders, and that no file is meant by two of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sheetsync.domain.rules import Rulebook
from sheetsync.domain.texts import both
from sheetsync.errors import UsageError
from sheetsync.feeds.way import Way, ways
from sheetsync.worker.doctor.diagnosis import Diagnosis, Patient, bad, ok, warn


def feed_checks(patient: Patient, rules: Rulebook) -> Iterator[Diagnosis]:
    """Each feed that the configuration names."""
    folders: dict[tuple[Path, str], list[str]] = {}
    for name, way in ways(patient.config, rules).items():
        if isinstance(way, UsageError):
            yield bad("feed", str(way), "Correct it in config.yaml.")
            continue
        yield _folder(way)
        if way.settings.folder is not None:
            place = way.settings.folder.resolve(), way.settings.files
            folders.setdefault(place, []).append(name)
    for (folder, _), names in folders.items():
        if len(names) > 1:
            yield warn(
                "feed", f"The feeds {both(sorted(names))} take the same files of {folder}: whichever looks first.",
                "Give each a folder of its own, or tell the files apart under files:.",
            )  # fmt: skip


def _folder(way: Way) -> Diagnosis:
    folder, name = way.settings.folder, way.name
    if folder is None:
        return ok("feed", f"The feed {name} ({way.kind}) takes what sheetsync feed hands it.")
    if not folder.is_dir():
        return bad(
            "feed", f"There is no folder {folder}, in which the feed {name} looks.", "Make it."
        )
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return bad(
            "feed", f"The folder {folder} of the feed {name} may not be read and written by this account.",
            "Give this account the right to: taken files are moved, reports are put beside them.",
        )  # fmt: skip
    return ok("feed", f"The feed {name} ({way.kind}) looks into {folder}.")
