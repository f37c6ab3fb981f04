"""A team's own workbook is looked at, mapped and pointed to; it is changed only when that is asked for."""

from __future__ import annotations

import openpyxl
import pytest

from sheetsync.cli.main import run
from sheetsync.config import load_config
from sheetsync.errors import UsageError
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.setup.adopt import confirmed_keys, look_at
from sheetsync.setup.aliases import with_alias
from sheetsync.yamlfiles.document import read_document

HEADINGS = ("Order Nr", "Order Date", "Stauts", "Picking", "Packing", "Shoe size")


@pytest.fixture(scope="module")
def rules():
    return load_rules(rules_folder())


@pytest.fixture
def workbook(tmp_path):
    book = openpyxl.Workbook()
    book.create_sheet("Cover", 0)
    book.remove(book.worksheets[1])
    sheet = book.create_sheet("Lager")
    sheet.append(["ACME"])
    sheet.append([])
    sheet.append(HEADINGS)
    sheet.append(["00123", None, "Pending", True, None, 43])
    sheet.append(["A-2", None, "Pending", None, None, 44])
    path = tmp_path / "Our orders.xlsx"
    book.save(path)
    return path


def test_the_look_maps_headings_and_guesses_at_the_unknown_ones(workbook, rules):
    found = look_at(workbook, rules, {"Order Nr": "order_id"})
    lines = {line.heading: line for line in found.headings}
    assert [line.letter for line in found.headings] == list("ABCDEF")
    assert (found.sheet.tab, found.header.row_number, found.orders) == ("Lager", 3, 2)
    assert lines["Order Date"].title == "Order Date & Time"
    assert (lines["Stauts"].key, lines["Stauts"].guess) == ("", "Status")
    assert (lines["Shoe size"].key, lines["Shoe size"].guess) == ("", "")


def test_what_is_missing_is_told_with_what_it_switches_off(workbook, rules):
    found = look_at(workbook, rules, {"Order Nr": "order_id"})
    told = {line.title: line.means for line in found.missing}
    assert "the time limit of Dispatch" in told["Dispatched Date"]
    assert "the promise to the customer" in told["Promised Date"]
    assert "shipped without tracking" in told["Tracking Number"]
    assert "--add-columns" in told["SLA"]
    assert "every order gets the limit that holds otherwise" in told["Order Priority"]
    assert "nobody is told of late orders by name" in told["Handled By"]
    assert told["Customer Name / ID"] == "nothing else depends on it"
    assert "Picking Completed" not in told


def test_a_workbook_without_order_ids_is_refused_with_the_way_to_map_one(workbook, rules):
    with pytest.raises(UsageError, match='--map "Order Nr=Order ID"'):
        look_at(workbook, rules, {})


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("Order Nr", "Write it like"),
        ("=Order ID", "Write it like"),
        ("Order Nr=Oder ID", "Did you mean Order ID"),
        ("Priority=Status", "already means Order Priority"),
    ],
)
def test_a_wrong_map_is_told(rules, pair, words):
    with pytest.raises(UsageError, match=words):
        confirmed_keys([pair], rules)


def test_adopting_leaves_the_workbook_alone_and_keeps_what_was_confirmed(workbook, rules, tmp_path):
    before = workbook.read_bytes()
    folder = tmp_path / "setup"
    arguments = ["init", "--adopt", str(workbook), str(folder), "--timezone", "UTC",
                 "--map", "Order Nr=Order ID", "--map", "Stauts=Status"]  # fmt: skip
    assert run(arguments) == 0
    assert workbook.read_bytes() == before
    config = load_config(folder / "config.yaml")
    assert config.tracker.path.resolve() == workbook.resolve()
    assert config.tracker.tab == "Lager"
    columns = load_rules(folder / "rules").columns
    assert "Order Nr" in columns["order_id"].aliases
    assert "Stauts" in columns["status"].aliases
    assert not (folder / "tracker.xlsx").exists()
    assert run(arguments) == 2


def test_columns_are_added_when_asked_and_only_once(workbook, tmp_path, capsys):
    folder = tmp_path / "setup"
    first = ["init", "--adopt", str(workbook), str(folder), "--timezone", "UTC",
             "--map", "Order Nr=Order ID", "--add-columns", "--add-stamps"]  # fmt: skip
    assert run(first) == 0
    sheet = openpyxl.load_workbook(workbook)["Lager"]
    assert [cell.value for cell in sheet[3]][:6] == list(HEADINGS)
    assert [cell.value for cell in sheet[3]][6:] == [
        "Allocated At", "Picked At", "Packed At", "SLA", "Check", "Next Action",
    ]  # fmt: skip
    after = workbook.read_bytes()
    assert (
        run(["init", "--adopt", str(workbook), str(folder), "--add-columns", "--add-stamps"]) == 0
    )
    assert "nothing was changed" in capsys.readouterr().out
    assert workbook.read_bytes() == after


def test_options_of_adopting_need_a_workbook(tmp_path):
    assert run(["init", str(tmp_path / "x"), "--add-columns"]) == 2
    assert run(["init", "--adopt", str(tmp_path / "none.xlsx"), str(tmp_path / "x")]) == 2


@pytest.mark.parametrize("heading", ["Packer, name", "No. [x]", "it's", "yes", "# 1", "a: b"])
def test_any_heading_can_become_an_alias_and_the_rest_of_the_file_stays(tmp_path, rules, heading):
    text = (rules_folder() / "columns.yaml").read_text()
    new = with_alias(with_alias(text, "handler", heading), "picked_at", heading)
    old_lines, new_lines = text.splitlines(), new.splitlines()
    assert len(new_lines) == len(old_lines) + 1
    assert len(set(old_lines) - set(new_lines)) == 1
    listed = read_document("columns.yaml", new)
    assert not listed.problems
    columns = {c["key"]: c for c in listed.value["columns"]}
    assert columns["handler"]["aliases"][-1] == heading
    assert columns["picked_at"]["aliases"] == [heading]
