"""The rows that were refused, beside the file they stand in: at most so many, then how many more."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from sheetsync.domain.csv_cells import inert
from sheetsync.intake.reading import Refusal
from sheetsync.intake.report import HEADINGS, report_place

ENDING: Final = ".refused.csv"


def write_feed_report(file: Path, refusals: Sequence[Refusal], count: int) -> Path:
    """List the refused rows of `file`, `count` in all, beside it; where. Whole or not at all."""
    place = report_place(file)
    unfinished = place.with_name(f".{place.name}.tmp")
    try:
        with unfinished.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(HEADINGS)
            for each in refusals:
                texts = (each.order, each.column, each.found, each.expected)
                writer.writerow([each.line or "", *map(inert, texts)])
            if count > len(refusals):
                words = (
                    f"{count - len(refusals):,} more rows were refused; they are not listed here."
                )
                writer.writerow(["", "", "", "", words])
        os.replace(unfinished, place)  # noqa: PTH105 - one step, also over an older report
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        raise
    return place


def drop_report(file: Path) -> None:
    """Take away the report of an earlier look at `file`, which is taken now; another's file stays."""
    place = report_place(file)
    with suppress(OSError, UnicodeError):
        if place.read_text(encoding="utf-8-sig").startswith(",".join(HEADINGS)):
            place.unlink()
