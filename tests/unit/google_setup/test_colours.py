"""Colours are installed once, known again without an id, and never over a person's."""

from __future__ import annotations

import dataclasses

from sheetsync.trackers.google.setup.colours import begins_with
from sheetsync.trackers.looks import CHECK_LOOKS, SLA_LOOKS, STATUS_LOOKS
from tests.unit.google_setup.book import applied, header_of, set_up


def colours(book):
    out = {}
    for rule in book.sheets[0].conditional_formats:
        condition = rule["booleanRule"]["condition"]
        place = rule["ranges"][0].get("startColumnIndex", 0)
        out[place, condition["values"][0]["userEnteredValue"]] = rule["booleanRule"]["format"]
    return out


def test_every_word_of_sla_check_and_status_has_its_colour(book, rules):
    set_up(book, rules)
    places = header_of(book, rules).columns
    found = colours(book)
    assert len(found) == len(SLA_LOOKS) + len(CHECK_LOOKS) + len(STATUS_LOOKS) + 1
    breached = found[places["sla"], "Breached"]
    assert breached["textFormat"]["bold"]
    assert round(255 * breached["backgroundColorStyle"]["rgbColor"]["red"]) == 0xC0


def test_the_tint_of_a_late_row_comes_last_and_needs_no_separator(book, rules):
    set_up(book, rules)
    tint = book.sheets[0].conditional_formats[-1]
    formula = tint["booleanRule"]["condition"]["values"][0]["userEnteredValue"]
    assert formula == '=($O2>="Breached")*($O2<"Breachee")'
    assert tint["ranges"][0]["endColumnIndex"] == 16


def test_the_words_of_a_text_that_begins_with_it_lie_between_the_two():
    for text, inside in (
        ("Breached: since Tue", True),
        ("At risk", False),
        ("Breach", False),
        ("", False),
    ):
        assert ("Breached" <= text < "Breachee") == inside
    assert begins_with("$A1", "Error") == '=($A1>="Error")*($A1<"Erros")'


def test_a_colour_that_is_wanted_no_more_goes_and_a_new_one_comes_before_the_tint(book, rules):
    set_up(book, rules)
    few = {n: s for n, s in rules.statuses.statuses.items() if n not in {"Returned", "Delayed"}}
    fewer = dataclasses.replace(rules, statuses=dataclasses.replace(rules.statuses, statuses=few))
    set_up(book, fewer)
    assert not {(11, "Returned"), (11, "Delayed")} & set(colours(book))
    assert set_up(book, fewer) == 0
    set_up(book, rules)
    assert (11, "Returned") in colours(book)
    last = book.sheets[0].conditional_formats[-1]["booleanRule"]["condition"]
    assert last["type"] == "CUSTOM_FORMULA"
    assert set_up(book, rules) == 0


def test_a_colour_that_a_person_changed_is_theirs(book, rules):
    set_up(book, rules)
    rule = book.sheets[0].conditional_formats[0]
    style = {"backgroundColorStyle": {"rgbColor": {"blue": 1}}}
    theirs = rule | {"booleanRule": rule["booleanRule"] | {"format": style}}
    applied(book, [{"updateConditionalFormatRule": {"index": 0, "rule": theirs}}])
    set_up(book, rules)
    assert book.sheets[0].conditional_formats[0]["booleanRule"]["format"].get("textFormat") is None
    assert set_up(book, rules) == 0


def test_a_second_copy_of_a_colour_of_ours_is_taken_away(book, rules):
    set_up(book, rules)
    rules_now = book.sheets[0].conditional_formats
    count = len(rules_now)
    applied(book, [{"addConditionalFormatRule": {"index": 3, "rule": rules_now[5]}}])
    assert set_up(book, rules) == 1
    assert len(book.sheets[0].conditional_formats) == count


def test_people_s_colours_come_first(book, rules):
    span = {"sheetId": 7, "startRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 3}
    own = {"type": "BLANK"}
    style = {"textFormat": {"italic": True}}
    rule = {"ranges": [span], "booleanRule": {"condition": own, "format": style}}
    applied(book, [{"addConditionalFormatRule": {"rule": rule}}])
    set_up(book, rules)
    assert book.sheets[0].conditional_formats[0]["booleanRule"]["condition"] == own
