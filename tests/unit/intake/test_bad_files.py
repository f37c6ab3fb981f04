"""Whatever file is handed in: read with its ways said, or refused in one sentence that helps."""

from __future__ import annotations

import pytest

from sheetsync.cli.main import run
from sheetsync.errors import SheetsyncError, UsageError
from sheetsync.intake.adding import preview
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from tests.support.new_orders import HEAD, NOW, ROW, desk


@pytest.fixture(scope="module")
def rules():
    return load_rules(rules_folder())


@pytest.fixture
def shop(tmp_path, rules):
    return desk(tmp_path, rules)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"  \n\n", "is empty"),
        (b"Name,Size\nAnn,3\n", "no row of headings that we know"),
        (b"Order Nr.,Status,Priority\n1,Pending,Bulk\n", 'no column Order ID.*Is it "Order Nr."'),
        (b"Order ID,Order No,Status\n1,2,Pending\n", "2 headings mean Order ID"),
        (b'Order ID,Notes\n1,"never closed\n2,x\n', "line 2: a quote"),
        (b'Order ID,Notes\n1,"5" pipe"\n', "line 2: a quote"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old"),
        (b"PK\x03\x04 but no zip", "damaged"),
        (b"\xff\xfeO\x00r", "holds bytes that are not"),
        (b"\x81\x8d\x8f\xff\xfe,\x90\n", "no text in UTF-8"),
        (b"\xef\xbb\xbfOrder ID\n\xff\xff\n", "holds bytes that are not"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_words(shop, content, words):
    with pytest.raises(SheetsyncError, match=words):
        shop.look(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"Order ID": "1"}\n{broken\n', "line 2 is no JSON"),
        (b'{"Order ID": "1"}\n[1, 2]\n', "line 2 is JSON but no order"),
        (b'{"Order ID": {"a": 1}}\n', "holds a list or a group"),
        (b'{"Nr": "1"}\n', "no row of headings"),
        (b"[" * 100_000, "line 1 is no JSON"),
        (b'{"Order ID": "\xff"}', "not stored as UTF-8|no row of headings|cp1252"),
    ],
)
def test_json_that_cannot_be_used_is_refused_with_its_line(shop, content, words):
    name = "orders.jsonl"
    if b"\xff" in content:
        assert list(shop.look(content, name).reading.new) == ["ÿ"]
        return
    with pytest.raises(UsageError, match=words):
        shop.look(content, name)


def test_headings_without_orders_add_nothing(shop):
    found, done = shop.take(f"{HEAD}\n")
    assert (found.reading.rows, done.orders) == (0, 0)


@pytest.mark.parametrize(("mark", "words"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs"),
                                             ("|", "bars")])  # fmt: skip
def test_the_separator_is_found_and_said(shop, mark, words):
    found = shop.look(f"{HEAD}\n{ROW}\n".replace(",", mark))
    assert f"separated by {words}" in found.reading.source.remarks
    assert list(found.reading.new) == ["SP-1"]


def test_a_wrong_configured_separator_is_refused_with_the_way_out(tmp_path, rules):
    shop = desk(tmp_path, rules, ["delimiter: ';'"])
    with pytest.raises(UsageError, match="intake: delimiter:"):
        shop.look(f"{HEAD}\n{ROW}\n")


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows western European (cp1252)"),
    ],
)
def test_letters_arrive_whatever_the_encoding_and_it_is_said(shop, encoding, said):
    found = shop.look(f"{HEAD}\n{ROW.replace('Thandi', 'Jürgen Müßig €')}\n".encode(encoding))
    assert found.reading.new["SP-1"]["customer"] == "Jürgen Müßig €"
    assert found.reading.source.remarks[0] == said


def test_a_line_break_inside_a_cell_stays_there_and_lines_count_on(shop):
    found = shop.look(f'{HEAD}\nSP-1,2026-03-02,"Ann\r\nLee",A x1\n\nSP-2,soon,B,C x1\n')
    assert found.reading.new["SP-1"]["customer"] == "Ann\nLee"
    assert found.reading.refusals[0].line == 5


def test_too_many_cells_are_refused_and_too_few_are_named(shop):
    found = shop.look(f"{HEAD}\n{ROW}, extra\nSP-2,2026-03-02\nSP-3,2026-03-02,A,B x1,,,\n")
    assert list(found.reading.new) == ["SP-2", "SP-3"]
    assert "5 cells but there are 4 headings" in found.reading.refusals[0].expected
    assert any("fewer cells" in odd.sentence for odd in found.reading.warnings.values())


def test_nul_characters_do_no_harm(shop):
    found = shop.look(f"{HEAD}\nSP\0-1,2026-03-02,An\0n,B x1\n")
    assert list(found.reading.new) == ["SP-1"]
    assert found.reading.new["SP-1"]["order_id"] == "SP-1"
    assert found.reading.new["SP-1"]["customer"] == "Ann"


def test_a_cell_of_a_megabyte_is_refused_in_its_row_only(shop):
    found = shop.look(f"{HEAD}\nSP-1,2026-03-02,{'x' * 1_000_000},A x1\nSP-2,2026-03-02,B,C x1\n")
    assert list(found.reading.new) == ["SP-2"]
    assert "1,000,000 characters" in found.reading.refusals[0].expected
    assert len(found.reading.refusals[0].found) <= 200


def test_a_line_without_end_is_no_list_of_orders(shop):
    with pytest.raises(UsageError, match="line 2 has more than"):
        shop.look(f"{HEAD}\nSP-1,{'x' * 17_000_000}")


def test_a_missing_file_and_a_folder_are_told(shop):
    with pytest.raises(UsageError, match="There is no file"):
        preview(shop.folder / "none.csv", shop.config, shop.rules, shop.tracker, NOW)
    with pytest.raises(UsageError, match="is a folder"):
        preview(shop.folder, shop.config, shop.rules, shop.tracker, NOW)


def command(folder, *arguments):
    (folder / "config.yaml").write_text(
        "version: 1\ntracker:\n  path: tracker.xlsx\n  timezone: UTC\n  stable_seconds: 0\n"
    )
    return run(["intake", *arguments, "--config", str(folder / "config.yaml")])


def test_the_verb_adds_reports_and_tells_by_its_exit_code(shop, capsys):
    file = shop.file(f"{HEAD}\n{ROW}\nSP-2,soon,B,C x1\n")
    assert command(shop.folder, str(file), "--dry-run") == 1
    assert "Nothing was written" in capsys.readouterr().out
    assert not (shop.folder / "orders.refused.csv").exists()
    assert command(shop.folder, str(file)) == 1
    said = capsys.readouterr()
    assert "Added 1 order to tracker.xlsx" in said.out
    assert "Line 3, order SP-2" in said.err
    assert (shop.folder / "orders.refused.csv").exists()
    assert command(shop.folder, str(shop.file(f"{HEAD}\n{ROW}\n")), "--format", "json") == 0
    assert '"already_there": 1' in capsys.readouterr().out


def test_the_verb_leaves_with_75_while_the_workbook_is_open(shop, capsys):
    (shop.folder / ".~lock.tracker.xlsx#").write_text(",ann,pc,04.03.2026 08:00,;")
    assert command(shop.folder, str(shop.file(f"{HEAD}\n{ROW}\n"))) == 75
    assert "Nothing was added" in capsys.readouterr().err
    assert shop.rows() == []
