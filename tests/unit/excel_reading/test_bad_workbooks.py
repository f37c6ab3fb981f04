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
import json, resource, sys
from sheetsync.errors import TrackerError
from sheetsync.trackers.excel.reader import read_sheet
from tests.support.bad_workbooks import COLUMNS
verdicts = []
before = resource.getrusage(resource.RUSAGE_SELF)
for path in sys.argv[1:]:
    try:
        verdicts.append(["read", len(read_sheet(path, rules_columns=COLUMNS, timezone="UTC").rows)])
    except TrackerError as error:
        verdicts.append([type(error).__name__, str(error)])
after = resource.getrusage(resource.RUSAGE_SELF)
grown = (after.ru_maxrss - before.ru_maxrss) // 1024
print(json.dumps([verdicts, grown, after.ru_utime - before.ru_utime]))
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
    verdicts, grown_mb, seconds = json.loads(done.stdout)
    for case, (kind, said) in zip(BOMBS, verdicts, strict=True):
        assert kind == (case.error.__name__ if case.error else "read"), (case.name, said)
        assert all(word in str(said) for word in case.words), (case.name, said)
    assert grown_mb < 250, grown_mb
    assert seconds < 25, seconds


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
