"""The demo's folder: what `sheetsync init` makes, with the shop's own people in the rules.

A folder is made anew only where it carries the mark of an earlier demo; anything else is refused.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sheetsync.demo.company import ANITA, HANDLERS, SENDER, SIZWE, TIMEZONE
from sheetsync.errors import UsageError
from sheetsync.setup import fresh

MARK: Final = ".sheetsync-demo"
_MARK_TEXT: Final = (
    "This folder was made by `sheetsync demo`. The next demo in this place makes it anew.\n"
)


@dataclass(frozen=True, slots=True)
class DemoSheet:
    """A Google Sheet to play in: its id, and the address of the Sheets server that keeps it."""

    api_url: str
    id: str

    @property
    def page(self) -> str:
        """Where it is seen."""
        return f"{self.api_url}/sheet/{self.id}"


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """Where the demo's files are; `sheet` is the tracker where it is no workbook."""

    root: Path
    sheet: DemoSheet | None = None

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.root / "config.yaml"

    @property
    def workbook(self) -> Path:
        """The tracker where it is a workbook."""
        return self.root / "tracker.xlsx"

    @property
    def mails(self) -> Path:
        """The list of mails."""
        return self.root / "mails" / "index.html"


def make_folder(root: Path, *, keep: bool = False) -> DemoFolder:
    """Make `root` ready for a demo, as `sheetsync init` makes a folder; an earlier demo there is removed, or with `keep` moved aside.

    Raises UsageError where `root` holds anything else.
    """
    make_room(root, keep=keep)
    fresh.make_folder(root, timezone=TIMEZONE, sender=SENDER)
    own_people(root)
    return DemoFolder(root)


def make_room(root: Path, *, keep: bool) -> None:
    """Make `root` an empty folder that carries the mark of a demo. Raises UsageError where it holds anything else."""
    if root.exists():
        _clear(root, keep=keep)
    root.mkdir(parents=True)
    (root / MARK).write_text(_MARK_TEXT)


def _clear(root: Path, *, keep: bool) -> None:
    if not root.is_dir() or (any(root.iterdir()) and not (root / MARK).is_file()):
        raise UsageError(
            f"{root} is already there and was not made by a demo, so it is left alone. "
            "Name another folder: sheetsync demo FOLDER"
        )
    if keep and any(root.iterdir()):
        number = 1
        while (aside := root.with_name(f"{root.name}-{number}")).exists():
            number += 1
        root.rename(aside)
    else:
        shutil.rmtree(root)


def own_people(root: Path) -> None:
    """Put the shop's people into escalation.yaml, the way an operations manager would."""
    file = root / "rules" / "escalation.yaml"
    directory = ", ".join(f"{person.name}: {person.email}" for person in HANDLERS)
    text = file.read_text()
    for shipped, own in (
        ("{Thabo: thabo@example.org, Lerato: lerato@example.org}", f"{{{directory}}}"),
        ("floor_lead: [lead@example.org]", f"floor_lead: [{SIZWE.email}]"),
        ("ops_manager: [ops@example.org]", f"ops_manager: [{ANITA.email}]"),
        ("senior: [director@example.org]", "senior: [owner@karoo.example]"),
    ):
        if shipped not in text:
            raise UsageError(f"The shipped escalation.yaml no longer says: {shipped}")
        text = text.replace(shipped, own)
    file.write_text(text)
