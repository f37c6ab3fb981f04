"""Owner files name who has the workbook open; they are read tolerantly and never deleted."""

from __future__ import annotations

import multiprocessing
import os
from datetime import timedelta

import pytest

from sheetsync.errors import AlreadyRunning
from sheetsync.trackers.excel.locks import being_saved, conflict_copies, exclusive, holders
from tests.support.workbooks import NOW


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "tracker.xlsx"
    path.write_bytes(b"PK")
    return path


def dated(path, content, age=timedelta(0)):
    path.write_bytes(content)
    moment = (NOW - age).timestamp()
    os.utime(path, (moment, moment))
    return path


def excel_file(name, wide=""):
    narrow = name.encode("cp1252", "replace")
    head = bytes([len(narrow)]) + narrow
    tail = len(wide).to_bytes(2, "little") + wide.encode("utf-16-le")
    return (head.ljust(55, b" ") + tail).ljust(165, b"\0")


def test_libreoffice_tells_person_computer_and_moment(workbook):
    content = b"Mia Berg,mia,office-pc,21.11.2026 17:02,file:///home/mia;"
    dated(workbook.parent / ".~lock.tracker.xlsx#", content)
    (holder,) = holders(workbook, NOW)
    assert str(holder) == "open in LibreOffice by Mia Berg on office-pc since 21.11.2026 17:02"


@pytest.mark.parametrize("content", [b"", b",,,,;", b"\xff\xfe\x00", b"\x00" * 165, b"\x05ab"])
@pytest.mark.parametrize("name", ["~$tracker.xlsx", ".~lock.tracker.xlsx#"])
def test_an_owner_file_that_tells_nothing_still_counts(workbook, name, content):
    dated(workbook.parent / name, content)
    (holder,) = holders(workbook, NOW)
    assert "open in" in str(holder)


def test_excel_tells_the_person(workbook):
    dated(workbook.parent / "~$tracker.xlsx", excel_file("Mia Berg", "Mia Berg"))
    assert str(holders(workbook, NOW)[0]) == "open in Excel by Mia Berg"
    dated(workbook.parent / "~$tracker.xlsx", excel_file("?????", "Ольга"))
    assert holders(workbook, NOW)[0].person == "Ольга"


def test_an_old_owner_file_is_called_stale_and_left(workbook):
    file = dated(workbook.parent / "~$tracker.xlsx", excel_file("Mia"), timedelta(days=2))
    (holder,) = holders(workbook, NOW)
    assert holder.stale
    assert "delete that file" in str(holder)
    assert file.exists()


def test_owner_files_of_other_workbooks_do_not_matter(workbook):
    dated(workbook.parent / "~$other.xlsx", excel_file("Mia"))
    assert holders(workbook, NOW) == ()


def test_a_file_that_excel_is_writing_now_is_seen(workbook):
    dated(workbook.parent / "1A2B3C4D", b"")
    assert being_saved(workbook, NOW) == "1A2B3C4D"
    dated(workbook.parent / "1A2B3C4D", b"", timedelta(hours=1))
    assert being_saved(workbook, NOW) == ""


@pytest.mark.parametrize(
    ("name", "conflict"),
    [
        ("tracker (Mia's conflicted copy 2026-11-21).xlsx", True),
        ("tracker (conflicted copy 2026-11-21 101112).xlsx", True),
        ("tracker.sync-conflict-20261121-101112-ABCDEF.xlsx", True),
        ("tracker-DESKTOP-4F7K2.xlsx", True),
        ("tracker-DESKTOP-4F7K2-2.xlsx", True),
        ("tracker-MIA-PC.xlsx", True),
        ("tracker-2017.xlsx", False),
        ("tracker-old.xlsx", False),
        ("tracker (2).xlsx", False),
        ("tracker-DESKTOP-4F7K2.docx", False),
        ("other (conflicted copy).xlsx", False),
    ],
)
def test_conflict_copies_are_told_from_staffs_own_copies(workbook, name, conflict):
    (workbook.parent / name).write_bytes(b"PK")
    assert conflict_copies(workbook) == ((name,) if conflict else ())


def hold(path, ready, release):
    with exclusive(path):
        ready.set()
        release.wait(20)


def test_a_second_worker_is_told_that_one_is_running_and_a_killed_one_lets_go(tmp_path):
    path = tmp_path / "state" / "lock"
    spawn = multiprocessing.get_context("fork")
    ready, release = spawn.Event(), spawn.Event()
    other = spawn.Process(target=hold, args=(path, ready, release))
    other.start()
    try:
        assert ready.wait(20)
        with pytest.raises(AlreadyRunning, match=str(other.pid)), exclusive(path):
            pass
    finally:
        other.kill()
        other.join()
    with exclusive(path):
        assert path.read_text() == str(os.getpid())
