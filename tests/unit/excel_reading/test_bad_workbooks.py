"""Every bad workbook gets its verdict: read as it stands, or refused in words; never a traceback."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.reader import read_sheet
from tests.support.bad_workbooks import CASES, COLUMNS, BadWorkbook

SMALL = [case for case in CASES if not case.bomb]
BOMBS = [case for case in CASES if case.bomb]

CHILD = """
import json, sys, time
from sheetsync.errors import TrackerError
from sheetsync.trackers.excel.reader import read_sheet
from tests.support.bad_workbooks import COLUMNS

def peak_mb():
    # Not ru_maxrss: that one is inherited from the parent across fork and exec.
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))

verdicts, before = [], peak_mb()
for path in sys.argv[1:]:
    start = time.process_time()
    try:
        said = ["read", len(read_sheet(path, rules_columns=COLUMNS, timezone="UTC").rows)]
    except TrackerError as error:
        said = [type(error).__name__, str(error)]
    verdicts.append([*said, time.process_time() - start, peak_mb() - before])
print(json.dumps(verdicts))
"""


def name_of(case: BadWorkbook) -> str:
    return f"{case.number}-{case.name}".replace(" ", "-")


@pytest.mark.parametrize("case", SMALL, ids=name_of)
def test_a_bad_workbook_gets_its_verdict(case: BadWorkbook):
    source = io.BytesIO(case.build())
    if case.error is None:
        sheet = read_sheet(source, rules_columns=COLUMNS, tab=case.tab, timezone="UTC")
        assert case.check is not None
        assert case.check(sheet), sheet.rows
        return
    with pytest.raises(case.error) as refused:
        read_sheet(source, rules_columns=COLUMNS, tab=case.tab, timezone="UTC")
    for word in case.words:
        assert word in str(refused.value)


def test_every_refusal_has_a_sentence_of_its_own_that_ends_with_the_next_step():
    sentences = []
    for case in SMALL:
        if case.error is None:
            continue
        with pytest.raises(case.error) as refused:
            read_sheet(
                io.BytesIO(case.build()), rules_columns=COLUMNS, tab=case.tab, timezone="UTC"
            )
        sentences.append(str(refused.value))
    assert all(text.endswith(".") and text.count(". ") for text in sentences), sentences
    assert not any(
        word in text for text in sentences for word in ("None", "null", "Error", "Exception")
    )


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_bombs_cost_bounded_time_and_memory(tmp_path: Path):
    paths = []
    for number, case in enumerate(BOMBS):
        path = tmp_path / f"bomb{number}.xlsx"
        path.write_bytes(case.build())
        paths.append(str(path))
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *paths],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    for case, (kind, said, seconds, grown_mb) in zip(BOMBS, json.loads(done.stdout), strict=True):
        assert kind == (case.error.__name__ if case.error else "read"), (case.name, said)
        assert all(word in str(said) for word in case.words), (case.name, said)
        assert grown_mb < 150, (case.name, grown_mb)
        assert seconds < 15, (case.name, seconds)


def test_macros_are_read_where_the_configuration_allows_them():
    case = next(case for case in CASES if case.name == "macros")
    sheet = read_sheet(
        io.BytesIO(case.build()), rules_columns=COLUMNS, timezone="UTC", allow_macros=True
    )
    assert len(sheet.rows) == 6


def test_an_absent_file_is_looked_for_again_and_a_folder_is_refused(tmp_path: Path):
    with pytest.raises(Exception, match="next pass") as absent:
        Package.open(tmp_path / "tracker.xlsx")
    assert type(absent.value).__name__ == "TrackerBusy"
    with pytest.raises(Exception, match="folder") as folder:
        Package.open(tmp_path)
    assert type(folder.value).__name__ == "TrackerRefused"
