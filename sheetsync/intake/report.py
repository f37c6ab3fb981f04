"""The rows that were refused, as a file that staff open beside the original and mend from."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sheetsync.domain.csv_cells import inert
from sheetsync.intake.reading import Refusal

HEADINGS: Final = ("Line", "Order ID", "Column", "What is there", "What to do")


def report_place(file: Path) -> Path:
    """Where the report of `file` goes unless another place is named: beside it."""
    return file.with_name(f"{file.stem}.refused.csv")


def write_report(place: Path, refusals: Sequence[Refusal]) -> None:
    """Write the refused rows; text that a spreadsheet would take for a formula gets an apostrophe."""
    with place.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for refusal in refusals:
            texts = (refusal.order, refusal.column, refusal.found, refusal.expected)
            writer.writerow([refusal.line, *map(inert, texts)])
