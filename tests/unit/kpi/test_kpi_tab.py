"""The tab says what the figures say, the same bytes each time, with nothing cut off or overlapping."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sheetsync.domain.kpi.compute import compute
from sheetsync.domain.kpi.layout import layout, tab_title, values_of
from sheetsync.domain.kpi.periods import parse_period
from sheetsync.domain.kpi.present import (
    CSV_HEADINGS,
    TABLE_HEADINGS,
    as_json,
    csv_rows,
    list_rows,
    table_rows,
)
from sheetsync.domain.kpi.restatement import compare, restatement_lines
from sheetsync.domain.kpi.tab_top import TILES, spark
from sheetsync.domain.tabs import STYLES, Tab
from tests.support.kpi_orders import NOW, ZONE, sample

DATA = sample()
NOVEMBER = parse_period("2017-11", ZONE)
REPORT = compute(DATA, NOVEMBER, NOW)
HISTORY = {
    NOVEMBER.shifted(-back).id: values_of(compute(DATA, NOVEMBER.shifted(-back), NOW))
    for back in (1, 2)
}
TAB = layout(REPORT, title="KPI 2017-11", history=HISTORY, restated=("2017-12-03: one line.",))
EMPTY = layout(
    compute(replace(DATA, facts=DATA.facts.iloc[:0]), NOVEMBER, NOW), title="KPI 2017-11"
)


@pytest.mark.parametrize("tab", [TAB, EMPTY])
def test_no_box_covers_another_or_leaves_the_twelve_columns(tab: Tab):
    taken: set[tuple[int, int]] = set()
    for box in tab.boxes:
        cells = {(box.row + r, box.column + c) for r in range(box.height) for c in range(box.width)}
        assert box.column + box.width <= len(tab.column_widths) == 12
        assert not taken & cells
        taken |= cells
    assert len(set(tab.column_widths)) == 1
    for chart in tab.charts:
        area = {
            (chart.row + r, chart.column + c)
            for r in range(chart.height)
            for c in range(chart.width)
        }
        assert not taken & area
        taken |= area


@pytest.mark.parametrize("tab", [TAB, EMPTY])
def test_every_style_is_known_and_no_programmers_word_reaches_a_reader(tab: Tab):
    assert {box.style for box in tab.boxes} <= set(STYLES)
    texts = [str(box.value) for box in tab.boxes if isinstance(box.value, str)]
    texts += [box.note for box in tab.boxes]
    for text in texts:
        assert not {"None", "nan", "NaT", "null", "NaN"} & set(text.replace(".", " ").split())


def test_every_tile_is_a_figure_of_the_report_or_the_length_of_a_list():
    for id_, name in TILES:
        (head,) = [b for b in TAB.boxes if b.style == "tile-name" and b.value == name]
        (value,) = [b for b in TAB.boxes if (b.row, b.column) == (head.row + 1, head.column)]
        figure = REPORT.figure(id_)
        assert value.value == ("not measured" if figure.value is None else figure.value)
    assert REPORT.figure("overdue_now").value == len(REPORT.listing("overdue_now").entries)
    assert REPORT.figure("backlog").value == REPORT.table("backlog").rows[-1][-1]


def test_numbers_and_their_lists_agree():
    missing = REPORT.figure("tracking_coverage")
    listed = {entry.order_id for entry in REPORT.listing("missing_tracking").entries}
    assert set(missing.orders) <= listed
    untracked = {entry.order_id for entry in REPORT.listing("untracked").entries}
    assert set(REPORT.figure("orders_tracked").orders) == untracked
    packing = [e for e in REPORT.listing("breached").entries if e.reason.startswith("Packing")]
    assert REPORT.figure("packing_breach_rate").numerator == len(packing)


def test_the_same_rows_give_the_same_bytes():
    again = compute(sample(), NOVEMBER, NOW)
    assert json.dumps(as_json(again)) == json.dumps(as_json(REPORT))
    second = layout(
        again, title="KPI 2017-11", history=HISTORY, restated=("2017-12-03: one line.",)
    )
    assert repr(second) == repr(TAB)


def test_charts_draw_cells_that_hold_numbers():
    cells = {(b.row, b.column): b.value for b in TAB.boxes}
    assert len(TAB.charts) == 4
    for chart in TAB.charts:
        for series in chart.series:
            top, column, bottom, _ = series.values
            values = [cells[row, column] for row in range(top, bottom + 1)]
            assert any(isinstance(value, int | float) for value in values)
            assert all(value is None or isinstance(value, int | float) for value in values)


def test_the_json_is_exactly_what_was_agreed():
    told = json.loads(json.dumps(as_json(REPORT), allow_nan=False))
    assert list(told) == ["period", "as_of", "rules", "kpis"]
    assert (told["period"], told["rules"]) == ("2017-11", DATA.rules.hash)
    keys = ["id", "value", "unit", "numerator", "n", "excluded", "not_measurable", "note"]
    assert all(list(kpi) == keys for kpi in told["kpis"])
    ids = [kpi["id"] for kpi in told["kpis"]]
    assert len(ids) == len(set(ids))
    assert set(DATA.rules.kpi.targets) <= set(ids)


def test_tables_and_csv_tell_every_figure():
    assert all(len(row) == len(TABLE_HEADINGS) for row in table_rows(REPORT))
    rows = csv_rows(REPORT)
    assert len(rows) == len(REPORT.figures) == len(table_rows(REPORT, variants=True))
    assert all(len(row) == len(CSV_HEADINGS) for row in rows)
    value = dict(zip(CSV_HEADINGS, rows[0], strict=True))["value"]
    assert float(value) == REPORT.figures[0].value
    assert len(list_rows(REPORT)) == sum(len(x.entries) for x in REPORT.listings)


def test_a_late_fact_is_told_as_a_restatement_with_its_order():
    facts = DATA.facts.copy()
    done = set(REPORT.figure("on_time_delivery_rate").parts)
    order = min(done)
    facts.loc[order, "promised_at"] = (
        facts.loc[order, "promised_at"] - DATA.facts["ordered_at"].diff().max() * 30
    )
    new = compute(replace(DATA, facts=facts), NOVEMBER, NOW)
    told = {item.id: item for item in compare(REPORT, new)}
    assert told["on_time_delivery_rate"].orders == (order,)
    assert told["on_time_delivery_rate"].line.startswith("On-time delivery: ")
    assert order in restatement_lines([told["on_time_delivery_rate"]])[0]
    assert "cycle_time_median" not in told
    assert compare(REPORT, compute(sample(), NOVEMBER, NOW)) == ()


def test_two_different_months_are_not_compared():
    other = compute(DATA, parse_period("2017-10", ZONE), NOW)
    with pytest.raises(ValueError, match="not the same period"):
        compare(other, REPORT)


def test_tabs_are_named_by_kpi_yaml():
    assert tab_title(NOVEMBER, "KPI {yyyy}-{mm}") == "KPI 2017-11"
    assert tab_title(parse_period("2017-W48", ZONE), "KPI {yyyy}-{mm}") == "KPI 2017-W48"


def test_a_sparkline_shows_gaps_as_gaps():
    assert spark([None, 1.0, 2.0, None, 3.0]) == "·▁▅·█"
    assert spark([None, 5.0]) == ""
    assert spark([2.0, 2.0]) == "▄▄"
