"""An audit file shows every line that was changed, left out or put in, and starts no formula."""

from __future__ import annotations

import csv
import json
import stat
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetsync.domain.audit import FIELDS, Entry, checksum
from sheetsync.domain.csv_cells import as_typed, inert
from sheetsync.errors import UsageError
from sheetsync.worker.audit_file import About, AuditBroken, manifest_of, verify_audit, write_audit

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ABOUT = About(tracker="tracker.xlsx", uuid="u", since="", written_at=NOW, by="lerato@desk")
SECRET = b"s" * 32
STYLES = (".csv", ".jsonl")


def entries(count=5, **more):
    return [
        Entry(at=f"2026-03-02T08:0{n}:00Z", kind="cell", number=n, order="#1", what="notes", **more)
        for n in range(count)
    ]


@pytest.fixture(params=STYLES)
def path(request, tmp_path):
    path = tmp_path / f"audit{request.param}"
    write_audit(path, entries(), ABOUT, SECRET)
    return path


def broken(path, words, secret=SECRET):
    with pytest.raises(AuditBroken, match=words):
        verify_audit(path, secret)


def lines_of(path):
    return path.read_bytes().decode().splitlines(keepends=True)


def test_what_was_written_is_found_whole(path):
    found = verify_audit(path, SECRET)
    assert (found.lines, found.first, found.last) == (
        5, "2026-03-02T08:00:00Z", "2026-03-02T08:04:00Z",
    )  # fmt: skip
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert verify_audit(path, None) == found


def test_a_changed_line_is_named(path):
    lines = lines_of(path)
    lines[-2] = lines[-2].replace("#1", "#2")
    path.write_text("".join(lines), newline="")
    broken(path, "broken at line 4")


def test_a_line_left_out_put_in_or_moved_is_noticed(path):
    whole = lines_of(path)
    for lines in (
        whole[:-3] + whole[-2:],
        [*whole[:-2], whole[-1], *whole[-2:]],
        [*whole[:-2], whole[-1], whole[-2]],
    ):
        path.write_text("".join(lines), newline="")
        broken(path, "broken at line")


def test_lines_missing_at_the_end_are_noticed_by_the_manifest(path):
    path.write_text("".join(lines_of(path)[:-1]), newline="")
    broken(path, "missing at the end")


def test_a_file_made_anew_with_its_manifest_is_noticed_by_the_seal(path):
    write_audit(path, entries(new="forged"), ABOUT, b"another secret")
    broken(path, "its seal is not of this store")
    assert verify_audit(path, None).lines == 5


def test_a_missing_or_senseless_manifest_is_said(path):
    manifest_of(path).write_text("{}")
    broken(path, "is no manifest")
    manifest_of(path).unlink()
    broken(path, "is not beside")


def test_a_file_that_is_no_audit_is_said(path):
    path.write_text("a,b\n1,2\n")
    broken(path, "no line 1 that can be read")


def test_a_file_saved_anew_by_a_program_is_said(tmp_path):
    path = tmp_path / "a.csv"
    write_audit(path, entries(), ABOUT, SECRET)
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    broken(path, "saved anew by some program")


def test_the_name_says_the_form(tmp_path):
    with pytest.raises(UsageError, match=r"\.csv or \.jsonl"):
        write_audit(tmp_path / "a.xlsx", entries(), ABOUT, SECRET)


def test_a_file_that_cannot_be_finished_does_not_appear(tmp_path):
    def stops():
        yield entries()[0]
        raise RuntimeError("gone")

    path = tmp_path / "a.csv"
    with pytest.raises(RuntimeError):
        write_audit(path, stops(), ABOUT, SECRET)
    assert list(tmp_path.iterdir()) == []


def test_anybody_can_compute_a_checksum_as_the_manifest_says(path):
    first = lines_of(path)[-5]
    fields = (
        next(csv.reader([first])) if path.suffix == ".csv" else list(json.loads(first).values())
    )
    assert fields[-1] == checksum("0" * 64, fields[:-1])
    assert "SHA-256" in json.loads(manifest_of(path).read_text())["how"]


@pytest.mark.parametrize("style", STYLES)
@settings(deadline=None, max_examples=40)
@given(texts=st.lists(st.tuples(st.text(), st.text()), max_size=4))
def test_any_text_survives_and_holds_together(tmp_path_factory, style, texts):
    path = tmp_path_factory.mktemp("a") / f"a{style}"
    told = [
        Entry(at="2026-03-02T08:00:00Z", kind="cell", number=1, what="notes", old=old, new=new)
        for old, new in texts
    ]
    write_audit(path, told, ABOUT, SECRET)
    assert verify_audit(path, SECRET).lines == len(texts)
    if style == ".csv":
        with path.open(encoding="utf-8", errors="surrogatepass", newline="") as file:
            rows = list(csv.reader(file))[1:]
        place = FIELDS.index("old")
        assert [(as_typed(row[place]), as_typed(row[place + 1])) for row in rows] == texts


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", " ="])  # fmt: skip
def test_no_cell_can_start_a_formula(start):
    text = f"{start}HYPERLINK(1)"
    assert inert(text) == f"'{text}"
    assert as_typed(inert(text)) == text
    assert inert("Lerato = 2") == "Lerato = 2"
