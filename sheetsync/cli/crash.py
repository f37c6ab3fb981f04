"""A defect of ours: keep the traceback in a file, tell the person where it is, leave with 70."""

from __future__ import annotations

import os
import tempfile
import traceback
from datetime import UTC, datetime

from sheetsync import __version__
from sheetsync.cli.output import print_error

EXIT_DEFECT = 70


def report_defect(defect: Exception) -> int:
    """Write the traceback into a new file that only this account can read, and name it; returns 70."""
    moment = datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%SZ")
    text = f"sheetsync {__version__}, {moment}\n{''.join(traceback.format_exception(defect))}"
    try:
        handle, place = tempfile.mkstemp(".log", f"sheetsync-defect-{moment}-")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        where = f"The details are in {place}; please send us that file."
    except OSError:
        where = f"The details:\n{text}"
    print_error(
        f"This is a defect of sheetsync, not of your tracker ({type(defect).__name__}). {where}"
    )
    return EXIT_DEFECT
