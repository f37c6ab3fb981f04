"""The promises of the three-way merge, over generated sides: nothing invented, nothing lost, nothing twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.domain.grid import object_array
from sheetsync.domain.merge.advance import advanced
from sheetsync.domain.merge.copies import Copy
from sheetsync.domain.merge.three_way import CONFLICT, KEPT, REFUSED, SAME, TAKEN, merge
from sheetsync.domain.rules import ColumnRule, Source

PLACE = Source("columns.yaml", 1)
COLUMNS = {
    "notes": ColumnRule(key="notes", title="Notes", source=PLACE),
    "picked": ColumnRule(key="picked", title="Picked", type="checkbox", source=PLACE),
    "status": ColumnRule(key="status", title="Status", owner="shared", source=PLACE),
    "sla": ColumnRule(key="sla", title="SLA", owner="worker", source=PLACE),
}
TEXTS = {"notes": ("", "a", "b", "=c"), "picked": ("", "Yes"), "status": ("", "Packing", "Shipped"), "sla": ("", "OK")}  # fmt: skip
IDS = tuple(f"#{n}" for n in range(6))
PEOPLES = ("notes", "picked", "status")

row = st.fixed_dictionaries({key: st.sampled_from(texts) for key, texts in TEXTS.items()})
table = st.dictionaries(st.sampled_from(IDS), row, max_size=6)


@st.composite
def sides(draw):
    """A base, and two sides that changed, lost and added rows of it."""
    base = draw(table)
    return base, draw(edited(base)), draw(edited(base))


@st.composite
def edited(draw, base):
    side = {order: dict(cells) for order, cells in base.items()}
    for order in draw(st.sets(st.sampled_from(IDS), max_size=2)):
        side.pop(order, None)
    for order in draw(st.sets(st.sampled_from(IDS), max_size=4)):
        cells = side.setdefault(order, dict.fromkeys(TEXTS, ""))
        key = draw(st.sampled_from(tuple(TEXTS)))
        cells[key] = draw(st.sampled_from(TEXTS[key]))
    return side


def copy(side, order=None):
    ids = list(side) if order is None else [list(side)[i] for i in order]
    return Copy(
        ids=pd.Index(ids, dtype=object),
        columns={key: object_array([side[o][key] for o in ids]) for key in TEXTS},
        places=np.arange(len(ids)),
    )


def applied(ours, theirs, merged):
    """The tracker after the import, as `importing` writes it."""
    side = {order: dict(cells) for order, cells in ours.items()}
    taken = merged.of(TAKEN)
    for order, column, text in zip(
        taken["order_id"], taken["column"], taken["theirs"], strict=True
    ):
        side[order][column] = text
    for place in merged.rows.added:
        order = list(theirs)[place]
        side[order] = {k: v if k in PEOPLES else "" for k, v in theirs[order].items()}
    return side


def added(theirs, merged):
    return [list(theirs)[place] for place in merged.rows.added]


def outcomes(merged):
    lines = merged.cells
    return {
        (o, c): w for o, c, w in zip(lines["order_id"], lines["column"], lines["outcome"], strict=True)
    }  # fmt: skip


def refused(merged):
    return {cell for cell, what in outcomes(merged).items() if what == REFUSED}


@given(sides())
def test_a_file_that_nobody_touched_changes_nothing(given_sides):
    base, _, ours = given_sides
    merged = merge(copy(base), copy(base), copy(ours), COLUMNS)
    assert merged.changes_nothing
    assert set(outcomes(merged).values()) <= {KEPT}
    assert not merged.rows.refused


@given(sides())
def test_into_a_tracker_that_nobody_touched_everything_is_taken_as_it_is(given_sides):
    base, theirs, _ = given_sides
    merged = merge(copy(base), copy(theirs), copy(base), COLUMNS)
    found = outcomes(merged)
    assert set(found.values()) <= {TAKEN, REFUSED}
    assert all(column == "sla" for (_, column), what in found.items() if what == REFUSED)
    after = applied(base, theirs, merged)
    left_out = {order for order, _ in merged.rows.refused}
    for order in theirs.keys() - left_out:
        for key in PEOPLES:
            assert after[order][key] == theirs[order][key]


@given(sides(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(given_sides, dice):
    base, theirs, ours = given_sides
    straight = merge(copy(base), copy(theirs), copy(ours), COLUMNS)
    mixed = merge(*(copy(side, dice.sample(range(len(side)), len(side))) for side in (base, theirs, ours)), COLUMNS)  # fmt: skip
    pd.testing.assert_frame_equal(straight.cells, mixed.cells)
    assert straight.rows.deleted == mixed.rows.deleted
    assert straight.rows.refused == mixed.rows.refused
    assert len(straight.rows.added) == len(mixed.rows.added)


@given(sides())
def test_importing_the_same_file_again_is_no_change(given_sides):
    base, theirs, ours = given_sides
    first = merge(copy(base), copy(theirs), copy(ours), COLUMNS)
    after = applied(ours, theirs, first)
    next_base = advanced(copy(base), copy(theirs), first, COLUMNS, added=added(theirs, first))
    again = merge(next_base, copy(theirs), copy(after), COLUMNS)
    assert again.changes_nothing
    assert refused(first) <= refused(again)


@given(sides())
def test_what_a_person_put_back_after_an_import_stays_when_the_file_comes_again(given_sides):
    base, theirs, ours = given_sides
    first = merge(copy(base), copy(theirs), copy(ours), COLUMNS)
    next_base = advanced(copy(base), copy(theirs), first, COLUMNS, added=added(theirs, first))
    put_back = {**applied(ours, theirs, first), **{o: dict(cells) for o, cells in ours.items()}}
    again = merge(next_base, copy(theirs), copy(put_back), COLUMNS)
    assert again.changes_nothing


@given(sides())
def test_no_persons_value_disappears_without_a_line_that_holds_it(given_sides):
    base, theirs, ours = given_sides
    merged = merge(copy(base), copy(theirs), copy(ours), COLUMNS)
    after = applied(ours, theirs, merged)
    lines = merged.cells
    told = {
        (o, c): (t, u, w)
        for o, c, t, u, w in zip(*(lines[n] for n in ("order_id", "column", "theirs", "ours", "outcome")), strict=True)
    }  # fmt: skip
    for order, cells in ours.items():
        for key, text in cells.items():
            if after[order][key] != text:  # written over: the change log holds what stood there
                assert told[order, key] == (theirs[order][key], text, TAKEN)
                assert text == base.get(order, {}).get(key, "")
    refused = {order for order, _ in merged.rows.refused}
    for order, cells in theirs.items():
        for key in PEOPLES:
            before = base.get(order, {}).get(key, "")
            if cells[key] == before or order in refused:
                continue
            stands = after.get(order, {}).get(key)
            assert stands == cells[key] or told[order, key][2] in {CONFLICT, REFUSED}
    assert ours.keys() <= after.keys()


@given(sides())
def test_both_changed_alike_is_no_conflict_and_every_conflict_is_one(given_sides):
    base, theirs, ours = given_sides
    merged = merge(copy(base), copy(theirs), copy(ours), COLUMNS)
    for (order, key), what in outcomes(merged).items():
        was = base.get(order, {}).get(key, "")
        mine, other = ours.get(order, {}).get(key, ""), theirs[order][key]
        if what == SAME:
            assert mine == other != was
        if what == CONFLICT:
            assert len({mine, other}) == 2
            assert was not in {mine, other}


@given(sides())
def test_what_was_not_written_comes_again(given_sides):
    base, theirs, ours = given_sides
    first = merge(copy(base), copy(theirs), copy(ours), COLUMNS)
    taken = first.of(TAKEN)
    cells = set(zip(taken["order_id"], taken["column"], strict=True))
    next_base = advanced(copy(base), copy(theirs), first, COLUMNS, unwritten=cells)
    again = outcomes(merge(next_base, copy(theirs), copy(ours), COLUMNS))
    assert {cell for cell, what in again.items() if what == TAKEN} == cells


def test_forgotten_orders_do_not_come_back_with_a_file():
    side = {"#1": dict.fromkeys(TEXTS, "") | {"notes": "Jane, 12 Elm Street"}}
    base = replace(copy({}), forgotten=frozenset({"#1"}))
    merged = merge(base, copy(side), copy({}), COLUMNS)
    assert merged.changes_nothing
    assert merged.rows.refused == (("#1", "its values were cut from the store at somebody's wish"),)
