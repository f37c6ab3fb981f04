"""Whatever lies in a feed's folder: one clear verdict, nothing half-applied, the file kept, no other feed stopped."""

from __future__ import annotations

import os
import re
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from rich.console import Console
from rich.table import Table

from sheetsync.config import parse_config
from sheetsync.errors import UsageError
from sheetsync.feeds.beside import Beside
from sheetsync.feeds.taking import take_file
from sheetsync.feeds.watching import Memory, watch
from sheetsync.feeds.way import ways
from sheetsync.worker.doctor.diagnosis import Patient
from sheetsync.worker.doctor.feeds import feed_checks
from tests.support.bad_feeds import CARRIER, FILES, GOOD, PAID, BadFeed
from tests.support.feed_desk import CONFIG, NOW, Desk, rules

SLOWEST = 5.0
KINDS = {"dhl": "carrier", "pay": "payments", "wms": "stock", "web": "orders"}


def with_settings(case: BadFeed) -> str:
    more = "".join(f", {key}: {value}" for key, value in case.more.items()).replace("'", '"')
    return (
        "version: 1\ntracker: {path: tracker.xlsx, timezone: Africa/Johannesburg}\n"
        f"feeds:\n  {case.feed}: {{kind: {KINDS[case.feed]}{more}}}\n"
    )


def what_came_of(case: BadFeed, folder, store) -> tuple[str, int, int, str, float]:
    desk = Desk(
        folder, store, ({"order_id": "#SP-1", "tracking": "1234567890"},), with_settings(case)
    )
    if case.before:
        desk.give(case.feed, case.before)
        desk.settle()
    before = desk.tracker.fingerprint()
    data = case.data()
    started = time.process_time()
    outcome = desk.give(case.feed, data, f"{desk.number}-{case.file}")
    spent = time.process_time() - started
    kept = folder / f"{desk.number}-{case.file}"
    assert kept.read_bytes() == data, "the file was changed"
    if outcome.verdict == "refused":
        assert desk.settle() == 0, "something of a refused file was applied"
        assert desk.tracker.fingerprint() == before
        assert "\n" not in outcome.sentence
    reading = outcome.reading
    taken = 0 if outcome.verdict == "refused" or reading is None else len(reading.said)
    refused = 0 if reading is None else reading.refused
    report = kept.with_name(f"{kept.stem}.refused.csv")
    assert report.exists() == bool(refused or outcome.verdict == "refused")
    most = desk.settings.feeds[case.feed].most_refused
    assert not report.exists() or len(report.read_bytes().splitlines()) <= most + 2
    return outcome.verdict, taken, refused, outcome.sentence, spent


def test_every_bad_file_gets_its_verdict(tmp_path, feed_store):
    table = Table(
        "File", "Verdict", "Taken", "Refused", "What is said", title=f"{len(FILES)} bad feed files"
    )
    wrong = []
    for case in FILES:
        verdict, taken, refused, said, spent = what_came_of(case, tmp_path, feed_store)
        table.add_row(case.name, verdict, str(taken), str(refused), said[:90])
        fits = (verdict, taken, refused) == (case.verdict, case.taken, case.refused)
        if not fits or not re.search(case.words, said) or spent > SLOWEST:
            wrong.append((case.name, verdict, taken, refused, said, round(spent, 1)))
    Console(width=160).print(table)
    assert len(FILES) >= 25
    assert not wrong


@pytest.fixture
def watched(tmp_path, feed_store):
    """A desk, and a function that looks into the folder of its feed at a moment."""
    folder = tmp_path / "in"
    folder.mkdir()
    desk = Desk(tmp_path, feed_store, ({"order_id": "#SP-1", "tracking": "1234567890"},))
    config = parse_config(
        "version: 1\ntracker: {path: tracker.xlsx, timezone: Africa/Johannesburg}\n"
        "feeds:\n  dhl: {kind: carrier, folder: in, files: '*.csv'}\n  gone: {kind: stock, folder: nowhere}\n"
        "  bad: {kind: stock, columns: {X: no_such}}\n",
        tmp_path / "config.yaml",
    )
    kept = {"": ""}
    memory = Memory(load=lambda: kept[""], keep=lambda text: kept.update({"": text}))

    def look(seconds: float = 0.0):
        found = watch(
            ways(config, rules()), desk.feeds, memory, lambda: NOW + timedelta(seconds=seconds)
        )
        look.last = found
        return {outcome.name: outcome for outcome in found.outcomes}, dict(found.troubles)

    def leave(name: str = "a.csv", text: str = CARRIER + GOOD, *, age: float = 60):
        place = folder / name
        place.write_text(text)
        os.utime(place, (NOW.timestamp() - age,) * 2)
        return place

    return desk, folder, look, leave


def test_what_is_still_written_to_is_waited_for(watched):
    _, folder, look, leave = watched
    leave(age=4)
    leave("b.csv.part")
    leave("~$c.csv")
    assert look()[0] == {}
    leave(text=CARRIER + GOOD * 2, age=1)
    assert look(5)[0] == {}
    assert look(10)[0]["a.csv"].verdict == "taken"
    assert sorted(p.name for p in folder.iterdir()) == ["b.csv.part", "done", "~$c.csv"]


def test_a_file_dated_in_the_future_is_taken_once_two_looks_saw_it_stand_still(watched):
    _, _, look, leave = watched
    leave(age=-7200)
    assert look()[0] == {}
    assert look(5)[0] == {}
    assert look(11)[0]["a.csv"].verdict == "taken"


def test_a_refused_file_is_kept_told_once_and_looked_at_again_when_it_changes(watched):
    desk, folder, look, leave = watched
    leave(text=PAID + "#SP-1,Paid\n")
    assert look()[0]["a.csv"].verdict == "refused"
    assert look(60)[0] == {}
    assert desk.feeds.logs()[0].trouble.startswith("a.csv is no file of kind carrier")
    assert "no file of kind carrier" in (folder / "a.refused.csv").read_text()
    leave(text=CARRIER + GOOD, age=50)
    assert look(60)[0]["a.csv"].verdict == "taken"
    assert not (folder / "a.refused.csv").exists()
    assert not desk.feeds.logs()[0].trouble


def test_a_folder_or_settings_that_are_wrong_stop_no_other_feed(watched):
    _, _, look, leave = watched
    leave()
    outcomes, troubles = look()
    assert outcomes["a.csv"].verdict == "taken"
    assert troubles["gone"].startswith("There is no folder")
    assert "no_such" in troubles["bad"]


def test_a_link_out_of_the_folder_is_not_followed(watched, tmp_path):
    _, folder, look, leave = watched
    secret = tmp_path / "secret.csv"
    secret.write_text(CARRIER + GOOD)
    for name, target in (("link.csv", secret), ("inner.csv", leave())):
        (folder / name).symlink_to(target)
        os.utime(folder / name, (NOW.timestamp() - 60,) * 2, follow_symlinks=False)
    found, _ = look()
    assert {name: outcome.verdict for name, outcome in found.items()} == {
        "link.csv": "refused",
        "a.csv": "taken",
    }
    assert "is a link to a place outside" in found["link.csv"].sentence
    assert secret.exists()
    assert look(60)[0] == {}


def test_pipes_and_folders_never_block_a_look(watched):
    _, folder, look, _ = watched
    os.mkfifo(folder / "pipe.csv")
    os.utime(folder / "pipe.csv", (NOW.timestamp() - 60,) * 2)
    (folder / "sub.csv").mkdir()
    found, _ = look()
    assert [(name, outcome.verdict) for name, outcome in found.items()] == [("pipe.csv", "refused")]
    assert "no file but a pipe" in found["pipe.csv"].sentence


def test_a_file_without_rights_is_told_and_taken_once_it_has_them(desk):
    with TemporaryDirectory() as open_to_all:
        Path(open_to_all).chmod(0o755)
        place = Path(open_to_all) / "a.csv"
        place.write_text(CARRIER + GOOD)
        place.chmod(0)
        with another_account_than_root():
            refused = desk.take("dhl", place)
        assert refused.verdict == "refused"
        assert "may not be read by the worker's account" in refused.sentence
        place.chmod(0o644)
        assert desk.take("dhl", place).verdict == "taken"


def test_a_file_that_vanishes_before_it_is_read_is_told(watched):
    desk, folder, _, _ = watched
    gone = desk.take("dhl", folder / "gone.csv")
    assert (gone.verdict, "was taken away" in gone.sentence) == ("waiting", True)


def test_a_taken_file_never_overwrites_an_earlier_one(watched):
    _, folder, look, leave = watched
    for number in range(3):
        leave(text=f"{CARRIER}1234567890,Stop {number},2026-03-09 06:0{number}\n")
        look(number)
    assert sorted(p.name for p in (folder / "done").iterdir()) == [
        "a (2).csv",
        "a (3).csv",
        "a.csv",
    ]


def test_a_done_folder_that_cannot_be_made_is_told_and_the_file_is_not_taken_twice(watched):
    desk, folder, look, leave = watched
    (folder / "done").write_text("a file where the folder should be")
    leave()
    found, _ = look()
    assert found["a.csv"].verdict == "taken"
    assert "cannot be moved" in found["a.csv"].sentence
    assert look(60)[0] == {}
    assert desk.feeds.logs()[0].files == 1


def test_an_unknown_column_in_values_is_a_mistake_of_the_settings(desk):
    config = parse_config(
        "version: 1\ntracker: {path: t.xlsx, timezone: UTC}\n"
        "feeds:\n  dhl: {kind: carrier, values: {carier_status: {A: B}}}\n", "config.yaml",
    )  # fmt: skip
    problem = ways(config, rules())["dhl"]
    assert isinstance(problem, UsageError)
    assert "Did you mean carrier_status?" in str(problem)


def test_a_watched_file_with_very_many_orders_is_left_to_be_taken_by_hand(desk, tmp_path):
    desk.settings = parse_config(
        CONFIG.replace("kind: orders", "kind: orders, most_new: 3"), tmp_path / "c.yaml"
    )
    place = tmp_path / "many.csv"
    place.write_text("Order ID,Notes\n" + "".join(f"NEW-{n},x\n" for n in range(4)))
    found = take_file(place, desk.way("web"), desk.feeds, desk.now, watched=True)
    assert (found.verdict, "more than the 3 that most_new allows" in found.sentence) == (
        "refused",
        True,
    )
    assert desk.settle() == 0
    assert take_file(place, desk.way("web"), desk.feeds, desk.now).verdict == "taken"
    assert desk.settle() == 4


def test_rows_whose_report_cannot_be_written_cost_the_others_nothing(desk, tmp_path):
    (tmp_path / "a.refused.csv").mkdir()
    taken = desk.give("dhl", CARRIER + GOOD + "2,Lost,soon\n", "a.csv")
    assert (taken.verdict, taken.counts.changed) == ("taken", 1)
    assert "1 refused rows could not be listed beside it" in taken.sentence
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".tmp")]


def test_a_refused_file_is_a_trouble_for_as_long_as_it_lies_there(watched):
    _, folder, look, leave = watched
    leave("bad.csv", PAID + "#SP-1,Paid\n")
    leave("good.csv", CARRIER + GOOD, age=30)
    for second in (0, 60):
        look(second)
        assert [text.partition(" ")[0] for text in look.last.refused["dhl"]] == ["bad.csv"]
    (folder / "bad.csv").unlink()
    look(120)
    assert not look.last.refused.get("dhl")


def test_doctor_tells_of_settings_folders_and_files_meant_twice(tmp_path):
    config = parse_config(
        "version: 1\ntracker: {path: t.xlsx, timezone: UTC}\nfeeds:\n  one: {kind: carrier, folder: .}\n"
        "  two: {kind: orders, folder: .}\n  gone: {kind: stock, folder: nowhere}\n  hand: {kind: answers}\n"
        "  bad: {kind: payments, columns: {X: no_such}}\n", tmp_path / "config.yaml",
    )  # fmt: skip
    patient = Patient(config=config, now=NOW, environment={})
    told = " ".join(f"{each.level}: {each.sentence}" for each in feed_checks(patient, rules()))
    assert "The feeds one and two take the same files" in told
    assert "There is no folder" in told
    assert "takes what sheetsync feed hands it" in told
    assert "feeds.bad.columns" in told


class another_account_than_root:  # noqa: N801 - reads as a sentence
    """Within, files are opened by an account that has no rights of its own, where the tests run as root."""

    def __enter__(self):
        self.root = os.geteuid() == 0
        if self.root:
            os.seteuid(65534)

    def __exit__(self, *_):
        if self.root:
            os.seteuid(0)


def test_a_long_file_is_read_beside_the_passes_and_no_feed_waits_for_it(desk, tmp_path):
    jobs = []
    beside = Beside(long=100, start=jobs.append)
    long = tmp_path / "long.csv"
    long.write_text(CARRIER + "".join(f"{n},In transit,2026-03-09 06:00\n" for n in range(20)))
    take = lambda: take_file(long, desk.way("dhl"), desk.feeds, desk.now, beside=beside)  # noqa: E731
    assert (take().verdict, take().verdict, len(jobs)) == ("waiting", "waiting", 1)
    assert desk.give("pay", PAID + "#SP-1,Paid\n").verdict == "taken"
    jobs.pop()()
    assert take().counts.changed == 20
    assert (take().verdict, len(jobs)) == ("waiting", 1)
    jobs.pop()()
    assert take().verdict == "known"


def test_a_long_file_that_is_bad_or_changes_while_it_is_read_is_told_as_any_other(desk, tmp_path):
    beside = Beside(long=1, start=lambda work: work())
    place = tmp_path / "long.csv"
    place.write_text(PAID + "#SP-1,Paid\n")
    refused = take_file(place, desk.way("dhl"), desk.feeds, desk.now, beside=beside)
    assert "no file of kind carrier" in refused.sentence

    def meanwhile(work):
        work()
        place.write_text(CARRIER + GOOD * 3)

    place.write_text(CARRIER + GOOD)
    told = take_file(
        place, desk.way("dhl"), desk.feeds, desk.now, beside=Beside(long=1, start=meanwhile)
    )
    assert (told.verdict, "was written to while it was read" in told.sentence) == ("waiting", True)
    assert not desk.feeds.everything()
