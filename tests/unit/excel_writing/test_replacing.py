"""The workbook is replaced whole or not at all, and only when it is still the one that was read."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from sheetsync.domain.model import Marker
from sheetsync.errors import TrackerBusy, TrackerError, TrackerRefused
from sheetsync.trackers.excel.backups import Backups
from sheetsync.trackers.excel.exchange import exchange
from sheetsync.trackers.excel.identity import identify, read_stable
from sheetsync.trackers.excel.replace import (
    STEPS,
    WorkbookChanged,
    Workplace,
    replace_workbook,
)
from tests.support.workbooks import (
    NOW,
    ORDERS,
    batch,
    excel_tracker,
    kpi_tab,
    opened,
    plain_workbook,
)

MARKER = Marker(uuid="u-1", epoch=1, seq=1)
OLD, NEW = b"PK old workbook", b"PK new workbook"


class Killed(BaseException):
    """The process is killed."""


@pytest.fixture
def workbook(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    path = folder / "tracker.xlsx"
    path.write_bytes(OLD)
    return path


def place(workbook, **more):
    backups = Backups(folder=workbook.parent.parent / "backups", kept=2)
    options = {"backups": backups, "now": NOW, "wait": lambda _s: None, **more}
    return Workplace(workbook=workbook, **options)


def replace(workbook, new=NEW, seen=None, verify=lambda _file: None, **more):
    seen = seen or identify(workbook)
    old = workbook.read_bytes()
    return replace_workbook(
        place(workbook, **more), seen, old, lambda file: file.write(new), verify
    )


def no_exchange(_first, _second):
    return False


def temps(workbook):
    return [f.name for f in workbook.parent.iterdir() if f.name.endswith(".tmp")]


@pytest.mark.parametrize("swap", [exchange, no_exchange])
def test_the_new_workbook_stands_and_the_old_is_a_private_backup(workbook, swap):
    workbook.chmod(0o640)
    new = replace(workbook, exchange=swap)
    assert workbook.read_bytes() == NEW
    assert identify(workbook) == new
    assert workbook.stat().st_mode & 0o777 == 0o640
    (backup,) = (workbook.parent.parent / "backups").iterdir()
    assert backup.read_bytes() == OLD
    assert backup.stat().st_mode & 0o777 == 0o600
    assert temps(workbook) == []


def test_only_the_newest_backups_are_kept(workbook):
    for number in range(5):
        replace(workbook, f"PK {number}".encode())
    backups = sorted((workbook.parent.parent / "backups").iterdir())
    assert [b.read_bytes() for b in backups] == [b"PK 2", b"PK 3"]


def test_backups_may_not_lie_beside_the_workbook(workbook):
    with pytest.raises(TrackerError, match="another folder"):
        replace(workbook, backups=Backups(folder=workbook.parent))
    assert workbook.read_bytes() == OLD


@pytest.mark.parametrize("step", STEPS)
def test_an_error_at_any_step_leaves_the_old_or_the_new_workbook_whole(workbook, step):
    def die(reached):
        if reached == step:
            raise Killed

    with pytest.raises(Killed):
        replace(workbook, step=die)
    assert workbook.read_bytes() in (OLD, NEW)
    assert len(temps(workbook)) <= 1
    replace(workbook, b"PK next")
    assert workbook.read_bytes() == b"PK next"
    assert temps(workbook) == []


_KILLED = """
import os, sys
from datetime import datetime, UTC
from pathlib import Path
from sheetsync.trackers.excel.backups import Backups
from sheetsync.trackers.excel.identity import identify
from sheetsync.trackers.excel.replace import Workplace, replace_workbook
path = Path(sys.argv[1])
place = Workplace(workbook=path, backups=Backups(folder=path.parent.parent / "backups"),
    now=datetime(2026, 11, 22, 8, tzinfo=UTC), wait=lambda _: None,
    step=lambda s: os._exit(9) if s == sys.argv[2] else None)
replace_workbook(place, identify(path), path.read_bytes(),
    lambda f: f.write(b"PK new workbook"), lambda f: None)
"""


def test_a_process_killed_after_building_leaves_one_temporary_file_that_the_next_run_removes(
    workbook,
):
    done = subprocess.run([sys.executable, "-c", _KILLED, str(workbook), "verified"])
    assert done.returncode == 9
    assert workbook.read_bytes() == OLD
    assert len(temps(workbook)) == 1
    replace(workbook, now=NOW + timedelta(days=3650))
    assert workbook.read_bytes() == NEW
    assert temps(workbook) == []


def test_a_temporary_file_of_a_living_process_is_left_alone(workbook):
    other = workbook.parent / f"~$sheetsync-{os.getppid()}.tmp"
    other.write_bytes(b"at work")
    replace(workbook)
    assert other.read_bytes() == b"at work"


def test_a_save_between_reading_and_replacing_wins(workbook):
    seen = identify(workbook)
    workbook.write_bytes(b"PK saved by staff")
    with pytest.raises(WorkbookChanged, match="saved by somebody"):
        replace(workbook, seen=seen)
    assert workbook.read_bytes() == b"PK saved by staff"
    assert temps(workbook) == []


def test_a_save_in_the_last_instant_is_noticed_and_put_back(workbook):
    def save(step):
        if step == "compared":
            workbook.write_bytes(b"PK saved by staff")

    with pytest.raises(WorkbookChanged):
        replace(workbook, step=save)
    assert workbook.read_bytes() == b"PK saved by staff"


def test_a_workbook_that_vanishes_in_the_last_instant_is_not_made_anew(workbook):
    def take_away(step):
        if step == "compared":
            workbook.unlink()

    with pytest.raises(WorkbookChanged):
        replace(workbook, step=take_away)
    assert not workbook.exists()


def test_a_file_held_open_is_tried_again_and_then_busy(workbook):
    waits = []

    def held(_first, _second):
        raise PermissionError(errno.EACCES, "in use")

    with pytest.raises(TrackerBusy, match="held open"):
        replace(workbook, exchange=held, wait=waits.append)
    assert waits == [0.5, 1.0, 2.0, 4.0]
    assert workbook.read_bytes() == OLD
    assert temps(workbook) == []


def test_a_file_released_while_we_wait_is_replaced(workbook):
    held = [True, True]

    def sometimes(first, second):
        if held:
            held.pop()
            raise PermissionError(errno.EACCES, "in use")
        return exchange(first, second)

    replace(workbook, exchange=sometimes)
    assert workbook.read_bytes() == NEW


def test_a_full_disk_is_told_plainly_and_nothing_is_half_written(workbook):
    def full(file):
        file.write(b"PK ha")
        raise OSError(errno.ENOSPC, "No space left on device")

    seen = identify(workbook)
    with pytest.raises(TrackerError, match="disk is full"):
        replace_workbook(place(workbook), seen, OLD, full, lambda _file: None)
    assert workbook.read_bytes() == OLD
    assert temps(workbook) == []


def test_a_file_that_fails_its_check_is_thrown_away(workbook):
    def wrong(_file):
        raise TrackerError("not as planned")

    with pytest.raises(TrackerError, match="not as planned"):
        replace(workbook, verify=wrong)
    assert workbook.read_bytes() == OLD
    assert temps(workbook) == []


def test_a_conflict_copy_forbids_writing_until_it_is_gone(workbook):
    copy = workbook.parent / "tracker (conflicted copy 2026-11-21).xlsx"
    copy.write_bytes(OLD)
    with pytest.raises(TrackerRefused, match="conflicted copy"):
        replace(workbook)
    copy.unlink()
    replace(workbook)


def test_a_workbook_that_stands_still_is_read_after_two_looks(workbook):
    waits = []
    content, seen = read_stable(workbook, waits.append)
    assert content == OLD
    assert len(waits) == 1
    assert read_stable(workbook, waits.append, seen.look)[1] == seen
    assert len(waits) == 1


def test_a_workbook_that_is_being_saved_is_waited_for(workbook):
    saves = [b"PK half", b"PK half of", b"PK whole"]

    def save(_seconds):
        if saves:
            workbook.write_bytes(saves.pop(0))

    with pytest.raises(TrackerBusy, match="keeps changing"):
        read_stable(workbook, lambda _s: workbook.write_bytes(os.urandom(9)))
    assert read_stable(workbook, save)[0] == b"PK whole"


def test_a_workbook_absent_for_one_look_is_not_reported_as_gone(workbook):
    away = workbook.with_suffix(".away")
    workbook.rename(away)

    def come_back(_seconds):
        if away.exists():
            away.rename(workbook)

    assert read_stable(workbook, come_back)[0] == OLD


def test_a_workbook_that_stays_away_is_reported_with_its_path(tmp_path):
    with pytest.raises(TrackerError, match="no workbook at"):
        read_stable(Path(tmp_path, "nowhere.xlsx"), lambda _s: None)


@pytest.mark.parametrize("step", STEPS)
def test_a_tracker_killed_at_any_step_has_the_old_or_the_new_workbook_and_the_next_pass_heals(
    tmp_path, step
):
    folder = tmp_path / "shared"
    folder.mkdir()
    path = plain_workbook(folder / "tracker.xlsx")
    wanted = batch(("A-2", "check", None, "late"), tabs=(kpi_tab(),), marker=MARKER)

    def die(reached):
        if reached == step:
            raise Killed

    with pytest.raises(Killed):
        excel_tracker(path, step=die).write(wanted)
    rows = excel_tracker(path).read().rows
    assert rows[2] in (("A-2", "Bob =1+1", "Pending", False), (*ORDERS[1][:5], "late"))
    assert len(temps(path)) <= 1
    excel_tracker(path).write(wanted)
    assert excel_tracker(path).read().rows[2] == (*ORDERS[1][:5], "late")
    assert opened(path).sheetnames == ["Orders", "KPI 2026-11"]
    assert temps(path) == []


def test_a_left_over_that_is_a_whole_workbook_is_kept_as_a_backup(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    path = plain_workbook(folder / "tracker.xlsx")
    saved = plain_workbook(folder / "saved.xlsx", [("B-1", "saved by staff in the last instant")])
    left = folder / f"~$sheetsync-{os.getpid()}.tmp"
    saved.rename(left)
    content = left.read_bytes()
    excel_tracker(path).write(batch(("A-2", "check", None, "late")))
    assert not left.exists()
    backups = (tmp_path / "backups-shared").iterdir()
    assert content in [backup.read_bytes() for backup in backups]
