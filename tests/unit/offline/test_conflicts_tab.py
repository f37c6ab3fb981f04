"""The Conflicts tab: what people write there is read whatever became of the tab, and done by the next pass."""

from __future__ import annotations

import openpyxl
import pytest

from sheetsync.domain.conflicts_tab import TITLE, ConflictLine, choices, layout
from sheetsync.errors import TrackerTaken
from sheetsync.store.leases import Taken
from tests.support.google_sheets import SheetPerson, served
from tests.support.google_shop import GoogleShop
from tests.support.offline_copy import Away, bring_back
from tests.support.shop import Shop

LINES = [
    ConflictLine(number=n, order_id=f"#SP-{n}", column="Notes", base="a", theirs="b", ours="c") for n in (1, 2, 3)
]  # fmt: skip


def grid(tab):
    """The tab as rows of cells."""
    rows = [[None] * 8 for _ in range(1 + max(box.row for box in tab.boxes))]
    for box in tab.boxes:
        rows[box.row][box.column] = box.value
    return rows


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("File", "file"),
        (" file ", "file"),
        ("TRACKER", "tracker"),
        ("keep", "tracker"),
        ("both", "unclear"),
    ],
)
def test_a_choice_is_understood_as_people_write_it(typed, meant):
    rows = grid(layout(LINES))
    rows[5][6] = typed
    assert choices(rows) == {1: (meant, typed.strip())}


def test_a_sorted_tab_with_columns_moved_is_read_by_its_numbers():
    rows = grid(layout(LINES))
    rows[6][6] = "File"
    turned = [[*reversed(row)] for row in (*rows[:5], *reversed(rows[5:]))]
    assert choices(turned) == {2: ("file", "File")}


def test_a_tab_without_its_headings_chooses_nothing():
    assert choices([["a", "b"], [1, "File"]]) == {}


def choose(shop: Shop, order: str, text: str) -> None:
    """Somebody writes under Choose."""
    book = openpyxl.load_workbook(shop.workbook)
    row = next(r for r in book[TITLE].iter_rows() if r[1].value == order)
    row[6].value = text
    book.save(shop.workbook)


@pytest.fixture
def disputed(away):
    """Two cells in conflict, at 16:00."""
    away.hands.type_all({"#SP-1": {"notes": "mine"}, "#SP-2": {"notes": "mine too"}})
    away.shop.type_in("#SP-1", notes="theirs")
    away.shop.type_in("#SP-2", notes="theirs too")
    assert away.back().conflicts == 2
    return away.shop


def test_the_next_pass_does_what_was_chosen_and_says_when(disputed):
    choose(disputed, "#SP-1", "File")
    choose(disputed, "#SP-2", "Tracker")
    result = disputed.look(disputed.at("16:02"))
    assert "Conflicts: 1 taken from the file, 1 left as they were." in result.remarks
    assert disputed.cell("#SP-1", "notes") == "mine"
    assert disputed.cell("#SP-2", "notes") == "theirs too"
    shown = " ".join(disputed.tab(TITLE))
    assert "Nothing to decide" in shown
    assert "2026-03-09 16:02: taken from the file" in shown
    assert disputed.look(disputed.at("16:04")).outcome in ("done", "unchanged")
    assert disputed.look(disputed.at("16:06")).outcome == "unchanged"


def test_a_word_that_is_neither_is_told_and_left(disputed):
    choose(disputed, "#SP-1", "the blue one")
    result = disputed.look(disputed.at("16:02"))
    assert any('says "the blue one" under Choose' in remark for remark in result.remarks)
    assert disputed.cell("#SP-1", "notes") == "theirs"


def test_a_cell_that_changed_since_it_was_shown_is_a_conflict_anew(disputed):
    disputed.type_in("#SP-1", notes="newer")
    choose(disputed, "#SP-1", "File")
    disputed.look(disputed.at("16:02"))
    assert disputed.cell("#SP-1", "notes") == "newer"
    assert "newer" in disputed.tab(TITLE)


def test_an_import_waits_for_a_pass_that_is_under_way(away):
    away.hands.type_in("#SP-1", notes="mine")
    away.shop.now = away.shop.at("16:00")
    with away.shop.workshop() as workshop:
        lease = workshop.store.take_lease(
            workshop.state.id, owner="desk/worker", length=workshop.config.worker.lease, clock=lambda: away.shop.now
        )  # fmt: skip
        assert not isinstance(lease, Taken)
        with pytest.raises(TrackerTaken):
            bring_back(away.shop, away.path)
        workshop.store.give_back(lease)
    assert bring_back(away.shop, away.path).cells == 1


def test_on_a_google_sheet_the_tab_is_read_while_conflicts_are_open_and_not_otherwise(tmp_path):
    with served() as server:
        away = Away(tmp_path, GoogleShop(tmp_path / "shop", server))
        shop = away.shop
        away.hands.type_in("#SP-1", notes="mine")
        shop.type_in("#SP-1", notes="theirs")
        assert away.back().conflicts == 1
        shop.look(shop.at("16:01"))
        with_conflicts = reads_of_a_pass(shop, "16:02")

        person = SheetPerson(shop.book, TITLE)
        person.put(5, 6, "file")
        shop.look(shop.at("16:04"))
        assert shop.cell("#SP-1", "notes") == "mine"
        assert "Nothing to decide" in shop.tab(TITLE)
        shop.look(shop.at("16:06"))
        assert reads_of_a_pass(shop, "16:08") == with_conflicts - 1


def reads_of_a_pass(shop: GoogleShop, clock: str) -> int:
    """How many requests a pass over the sheet as it stands takes, which writes nothing."""
    counters = shop.server.service.counters
    counters.reset()
    shop.look(shop.at(clock))
    return counters.reads
