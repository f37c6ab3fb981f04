"""A workbook that a real LibreOffice saved reads like the original, and by the fast path."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.reader import read_sheet
from sheetsync.trackers.excel.scanner import scan_fast
from tests.support.bad_workbooks import COLUMNS, CONTROL
from tests.support.raw_xlsx import RawSheet, xlsx


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_file_saved_by_libreoffice_reads_the_same(tmp_path: Path):
    before, saved = tmp_path / "tracker.xlsx", tmp_path / "saved"
    before.write_bytes(xlsx(RawSheet(rows=CONTROL)))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(saved),
        str(before),
    ]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    with Package.open(saved / "tracker.xlsx") as package:
        after = read_sheet(package, rules_columns=COLUMNS, timezone="UTC")
        scan_fast(package.read(package.workbook().sheets[0].part), spans=True)
    assert list(after.rows) == list(read_sheet(before, rules_columns=COLUMNS, timezone="UTC").rows)
