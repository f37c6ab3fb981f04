"""A copy has what the template has: drop-downs, formats, widths, colours, Guide; and warns in the worker's columns."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import column_index_from_string

from sheetsync.domain.grid import object_array
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.worker.offline import drawing, marks
from tests.support.shop import ROOT

RULES = load_rules(rules_folder())
COLUMNS = [column for column in RULES.columns.values() if column.template != "no"]
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def books(tmp_path_factory) -> tuple[Any, Any]:
    """The template, and a copy without orders."""
    path = tmp_path_factory.mktemp("looks") / "copy.xlsx"
    drawn = drawing.Drawing(
        tab="Orders", columns=COLUMNS, cells={column.key: object_array([]) for column in COLUMNS},
        mark=marks.Mark(id="AAAA-AAAA", tracker="x", made="y"), facts=[], orders=0, made=NOW,
    )  # fmt: skip
    drawing.draw(path, drawn, RULES)
    template: Path = ROOT / "templates" / "tracker_template.xlsx"
    return openpyxl.load_workbook(template), openpyxl.load_workbook(path)


def columns_of(book: Any) -> dict[str, str]:
    return {cell.value: cell.column_letter for cell in book["Orders"][1] if cell.value}


def offers(book: Any, letter: str) -> list[tuple[Any, ...]]:
    """The drop-downs and checks of a column."""
    at = column_index_from_string(letter)
    return [
        (rule.type, rule.formula1, rule.errorStyle)
        for rule in book["Orders"].data_validations.dataValidation
        if any(area.min_col <= at <= area.max_col for area in rule.sqref.ranges)
    ]


def test_every_column_offers_and_shows_what_it_does_in_the_template(books):
    template, copy = books
    theirs, ours = columns_of(template), columns_of(copy)
    assert list(theirs) == list(ours)
    worker = {column.title for column in COLUMNS if column.owner == "worker"}
    for heading, letter in theirs.items():
        expected = offers(template, letter)
        expected += [("custom", "FALSE", "warning")] if heading in worker else []
        assert offers(copy, ours[heading]) == expected, heading
        one, other = template["Orders"], copy["Orders"]
        assert one.column_dimensions[letter].width == other.column_dimensions[ours[heading]].width
        assert one[f"{letter}2"].number_format == other[f"{ours[heading]}2"].number_format
        assert one[f"{letter}1"].fill.fgColor.rgb == other[f"{ours[heading]}1"].fill.fgColor.rgb


def test_the_colours_are_those_of_the_template(books):
    def rules(book: Any) -> set[tuple[str, ...]]:
        return {
            (str(area.sqref).partition(":")[0], *rule.formula, rule.dxf.fill.bgColor.rgb)
            for area in book["Orders"].conditional_formatting
            for rule in area.rules
            if rule.dxf is not None and rule.dxf.fill is not None
        }

    template, copy = books
    assert len(rules(template)) > 20
    assert rules(copy) == rules(template)


def test_it_has_the_guide_and_a_page_about_itself_and_the_lists_are_hidden(books):
    _, copy = books
    states = {sheet.title: sheet.sheet_state for sheet in copy.worksheets}
    assert states == {"Orders": "visible", "Guide": "visible", marks.TAB: "visible", "Staff": "hidden", "Vendors": "hidden"}  # fmt: skip
    assert copy["Orders"].freeze_panes == books[0]["Orders"].freeze_panes
