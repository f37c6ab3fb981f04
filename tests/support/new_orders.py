"""A tracker folder and files with new orders, for tests of intake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from sheetsync.config import Config, parse_config
from sheetsync.domain.rules import Rulebook
from sheetsync.intake.adding import Added, Preview, add, preview
from sheetsync.resources import template_workbook
from sheetsync.trackers.excel.tracker import ExcelTracker

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
HEAD = "Order ID,Order Date & Time,Customer Name / ID,SKU(s) Ordered"
ROW = "SP-1,2026-03-02 09:15,Thandi,MUG-01 x2"


@dataclass(frozen=True)
class Desk:
    """A tracker made from the template, and its settings."""

    folder: Path
    rules: Rulebook
    config: Config

    @property
    def tracker(self) -> ExcelTracker:
        """The tracker, looked at anew."""
        return ExcelTracker(
            self.folder / "tracker.xlsx", columns=self.rules.columns, timezone="Africa/Johannesburg",
            tab="Orders", backup_folder=self.folder / "backups", now=lambda: NOW,
            wait=lambda _seconds: None,
        )  # fmt: skip

    def file(self, content: str | bytes, name: str = "orders.csv") -> Path:
        """A file with that content, text as UTF-8."""
        place = self.folder / name
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return place

    def look(self, content: str | bytes, name: str = "orders.csv") -> Preview:
        """What the content would add."""
        return preview(self.file(content, name), self.config, self.rules, self.tracker, NOW)

    def take(self, content: str | bytes, name: str = "orders.csv") -> tuple[Preview, Added]:
        """Add what the content holds."""
        found = self.look(content, name)
        return found, add(found, self.tracker)

    def rows(self) -> list[Mapping[str, object]]:
        """The rows of the tracker by heading, as openpyxl, an oracle, reads them; blanks left out."""
        sheet = openpyxl.load_workbook(self.folder / "tracker.xlsx")["Orders"]
        lines = list(sheet.iter_rows(values_only=True))
        return [
            {str(h): v for h, v in zip(lines[0], line, strict=True) if v is not None}
            for line in lines[1:]
            if any(v is not None for v in line)
        ]


def desk(folder: Path, rules: Rulebook, intake: Sequence[str] = ()) -> Desk:
    """A fresh desk in `folder`; `intake` are lines of that section of config.yaml."""
    (folder / "tracker.xlsx").write_bytes(template_workbook().read_bytes())
    section = "\n".join(["intake:", *(f"  {line}" for line in intake)]) if intake else ""
    text = "version: 1\ntracker:\n  path: tracker.xlsx\n  timezone: Africa/Johannesburg\n" + section
    return Desk(folder, rules, parse_config(text, folder / "config.yaml"))
