"""The hidden tab of safety copies comes with a set-up, once, and goes with it."""

from __future__ import annotations

from sheetsync.trackers.google.ownership import owned
from sheetsync.trackers.google.safety_copy import SAFETY_MARK, TITLE
from sheetsync.trackers.google.structure import TAB_MARK
from tests.unit.google_setup.book import content, set_up, structure, take_back


def titles(book):
    return [sheet.title for sheet in book.sheets]


def test_a_set_up_adds_it_once_hidden_and_marked_as_ours(book, rules):
    set_up(book, rules)
    assert titles(book) == ["Orders", TITLE]
    assert book.titled(TITLE).properties["hidden"] is True
    assert structure(book).tab(TITLE).mark(TAB_MARK).value == SAFETY_MARK
    assert owned(structure(book), TITLE)
    assert set_up(book, rules) == 0
    assert titles(book) == ["Orders", TITLE]


def test_one_that_was_deleted_comes_back_and_nothing_else_is_asked_for(book, rules):
    set_up(book, rules)
    book.sheets.remove(book.titled(TITLE))
    book.metadata = [mark for mark in book.metadata if mark.value != SAFETY_MARK]
    assert set_up(book, rules) == 3, "the tab, its mark and its warning"
    assert titles(book) == ["Orders", TITLE]


def test_taking_the_set_up_back_takes_it_away_also_where_own_tabs_stay(book, rules):
    before = content(book)
    set_up(book, rules)
    take_back(book, rules)
    assert content(book) == before
    set_up(book, rules)
    take_back(book, rules, own_tabs=True)
    assert content(book) == before
