"""A selftest while people go on editing the sheet: their work stands, and nothing of theirs is touched."""

from __future__ import annotations

import itertools
import random

import pytest

from tests.support.workbooks import HEADINGS
from tests.unit.google_selftest.owner import SCRATCH, Owner


class People:
    """Edit the tab Orders between any two requests, and keep how it must look: they alone change it."""

    def __init__(self, owner, seed):
        self.owner, self.dice, self.acts = owner, random.Random(seed), 0
        self.expected = self.picture()
        self.foreign: list[int] = []
        owner.service.before.append(self.act)

    def picture(self):
        """The people's tabs, and what hangs on the spreadsheet itself."""
        book = self.owner.book
        scratch = {s.id for s in self.owner.book.sheets if s.title.startswith(SCRATCH)}
        return repr([
            [(s.id, s.title, s.rows, s.properties, s.merges, s.filter_views) for s in book.sheets
             if not s.title.startswith(SCRATCH)],
            [m for m in book.metadata
             if not str(m).count("sheetsync.selftest") and m.sheet_id not in scratch],
            book.named_ranges,
        ])  # fmt: skip

    def act(self, call):
        """What stands now is as they left it; then one of them does something."""
        if self.picture() != self.expected:
            self.foreign.append(call.number)
        person, dice = self.owner.person, self.dice
        self.acts += 1
        match dice.randrange(6):
            case 0:
                person.sort_orders(reverse=dice.random() < 0.5)
            case 1:
                person.insert_row(dice.randrange(1, 4))
            case 2:
                person.add([f"N-{self.acts}", "new", "Pending"])
            case 3:
                person.put(dice.randrange(1, 5), 1, f"typed {self.acts}")
            case 4:
                person.delete_rows(dice.randrange(1, 5), 1)
            case 5:
                person.put(dice.randrange(1, 5), len(HEADINGS) + 1, "beside")
        self.expected = self.picture()


@pytest.mark.parametrize("seed", range(4))
def test_people_edit_between_any_two_requests_and_find_only_their_own_work(seed):
    owner = Owner()
    people = People(owner, seed)
    report = owner.run()
    assert people.foreign == []
    assert people.picture() == people.expected
    assert people.acts > 250
    assert report.holds
    assert set(report.changed) <= {"Tab 1 of 1: its title, size, looks or place changed."}
    assert owner.scratch_tabs() == []


def test_what_people_change_of_the_sheet_s_looks_meanwhile_is_told_as_theirs():
    owner = Owner()
    turn = itertools.count()

    def rename(_call):
        if next(turn) == 50:
            owner.person.ask("addSheet", properties={"sheetId": 5, "title": "Meanwhile"})

    owner.service.before.append(rename)
    report = owner.run()
    assert report.changed == ("A tab was added.",)
    assert report.holds
    assert [sheet.title for sheet in owner.book.sheets] == ["Orders", "Meanwhile"]
