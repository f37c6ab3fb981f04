"""Whatever stands in the cells: reading never fails, says the same again, and knows no row order."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetsync.domain.checks import check_rows, check_texts
from sheetsync.domain.columns import clean_id, clean_text, find_header, fold, interpret
from sheetsync.domain.conditions.fields import fields_of
from sheetsync.domain.findings import join_findings
from sheetsync.domain.model import CellError, Uncalculated
from sheetsync.domain.texts import all_plain
from sheetsync.errors import PlanRefused
from tests.support.small_rules import NOW, columns, orders_sheet, rulebook

RULES = rulebook()
KEYS = list(columns())
UNICODE = st.text(st.characters(), max_size=12)
USUAL = st.sampled_from(
    [
        "#SP-1", "#SP-2", "x", "✅", "Shipped", "2026-03-01", "03/04/2026", "MUG x1", "FT239845Z", "UPS",
        True, False, 0, 1, 46000.5, "TOTAL", "Order ID",
    ]
)  # fmt: skip
CELLS = st.one_of(
    st.none(), UNICODE, USUAL, st.booleans(), st.integers(), st.floats(),
    st.builds(CellError, st.sampled_from(["#REF!", "#N/A"])), st.builds(Uncalculated),
)  # fmt: skip
ROWS = st.lists(st.dictionaries(st.sampled_from(KEYS), CELLS), max_size=8)


HALF = settings(max_examples=settings().max_examples // 2)
"""Two whole passes each: as dear as one pass over twice as many examples."""


def decide(sheet):
    orders = interpret(sheet, RULES, NOW)
    fields = fields_of(orders, RULES)
    findings = join_findings([orders.findings, check_rows(orders, fields, RULES, NOW)])
    return orders, findings, check_texts(findings, orders)


@given(rows=ROWS)
def test_no_cell_can_stop_a_pass(rows):
    orders, findings, texts = decide(orders_sheet(rows, timezone="America/New_York"))
    frame = orders.frame
    usable = frame.loc[frame["usable"], "order_id"]
    assert usable.is_unique
    assert (usable != "").all()
    assert (frame.loc[~frame["usable"], "order_id"] == "").all()
    for word in ("null", "nan", "None"):
        told = findings["message"].str.replace(r'"[^"]*"', "", regex=True)
        assert not told.str.contains(rf"\b{word}\b").any()
    assert all(text.split(":")[0] in {"OK", "Error", "Warning", "Note"} for text in texts)
    for key in ("customer", "notes", "order_id"):
        assert all(isinstance(value, str) for value in frame[key])
        frame[key].str.encode("utf-8")


@HALF
@given(rows=ROWS)
def test_the_same_sheet_gives_the_same_answer(rows):
    first, second = decide(orders_sheet(rows)), decide(orders_sheet(rows))
    pd.testing.assert_frame_equal(first[0].frame, second[0].frame)
    pd.testing.assert_frame_equal(first[1], second[1])


@HALF
@given(rows=ROWS, data=st.data())
def test_the_order_of_rows_does_not_matter(rows, data):
    order = data.draw(st.permutations(range(len(rows))))
    before = _by_place(decide(orders_sheet(rows)), list(range(len(rows))))
    after = _by_place(decide(orders_sheet([rows[i] for i in order])), order)
    assert before == after


def _by_place(decided, order):
    """Everything about each row, keyed by the place that it had in the first sheet."""
    orders, _, texts = decided
    frame = orders.frame.astype(object).where(orders.frame.notna(), None)
    found = {}
    for place, text in enumerate(texts):
        values = tuple(frame.drop(columns="row").iloc[place])
        words = "" if "stand" in text else text
        found[order[orders.frame["row"].iloc[place] - 2]] = (values, words)
    return found


@given(text=st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_id(clean_id(text)) == clean_id(text)
    assert fold(fold(text)) == fold(text)


@given(
    texts=st.lists(st.text(st.characters(max_codepoint=160), max_size=4), min_size=1, max_size=4)
)
def test_a_plain_column_needs_no_cleaning(texts):
    if all_plain(texts):
        assert [clean_text(text) for text in texts] == texts


@given(rows=st.lists(st.lists(CELLS, max_size=5), max_size=5))
def test_looking_for_a_header_finds_one_or_refuses_in_words(rows):
    try:
        found = find_header(rows, range(1, len(rows) + 1), columns())
    except PlanRefused as refused:
        words = str(refused)
    else:
        words = f"{found.columns['order_id']}."
    assert words.endswith(".")
