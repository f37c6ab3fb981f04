"""Files in any order, twice, overlapping, with kills and people in between: the same end, and nobody overruled."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.feed_desk import ORDERS, Desk, Killed, store_in
from tests.support.raw_xlsx import RawSheet, xlsx

FEWER = settings(max_examples=max(settings().max_examples // 4, 6))
"""Each example is a whole day of files."""
COLUMN = {"pay": "payment_status", "dhl": "carrier_status"}
HEAD = {"pay": "Order ID,Payment Status\n", "dhl": "Order ID,Carrier Status\n"}
WORDS = st.sampled_from(["Paid", "Pending", "Failed", "Refunded"])
IDS = [f"#SP-{number}" for number in range(1, 5)]
ROWS = st.dictionaries(st.sampled_from(IDS), WORDS, min_size=1, max_size=4)
FILE = st.tuples(st.sampled_from(["pay", "dhl"]), ROWS)
STEPS = st.sampled_from(["", "", "planned", "committed", "written", "added"])
TYPED = st.tuples(st.sampled_from(IDS), st.sampled_from(sorted(COLUMN.values())), WORDS)
NAMES = count(1)


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    folder = tmp_path_factory.mktemp("promises")
    with store_in(folder) as store:
        yield lambda: Desk(
            folder, store, tuple({"order_id": each, "customer": "Ann"} for each in IDS)
        )


def text(feed, rows):
    return HEAD[feed] + "".join(f"{order},{word}\n" for order, word in rows.items())


def live(desk, kill):
    """One turn that may be killed, as a worker's pass may."""
    try:
        desk.turn(kill=kill)
    except Killed:
        return


@FEWER
@given(files=st.lists(FILE, min_size=1, max_size=4), again=st.randoms(use_true_random=False))
def test_every_file_given_again_under_any_name_is_a_no_op(make, files, again):
    desk = make()
    for feed, rows in files:
        desk.give(feed, text(feed, rows))
    desk.settle()
    before = desk.cells()
    for feed, rows in again.sample(files, len(files)):
        told = desk.give(feed, text(feed, rows), f"renamed {next(NAMES)}.csv")
        assert told.verdict == "known"
    assert desk.settle() == 0
    assert desk.cells() == before


@FEWER
@given(files=st.lists(FILE, min_size=1, max_size=4), kills=st.lists(STEPS, min_size=4, max_size=4))
def test_a_kill_anywhere_gives_the_same_end(make, files, kills):
    plain, killed = make(), make()
    for desk, steps in ((plain, [""] * 4), (killed, kills)):
        for (feed, rows), kill in zip(files, steps, strict=False):
            desk.give(feed, text(feed, rows))
            live(desk, kill)
        desk.settle()
    assert killed.cells() == plain.cells()
    assert not killed.feeds.fed().news


@FEWER
@given(rows=ROWS, split=st.randoms(use_true_random=False))
def test_the_order_of_files_does_not_matter_where_they_speak_of_different_orders(make, rows, split):
    one, other = make(), make()
    parts = [{order: word} for order, word in rows.items()]
    for desk, order in ((one, parts), (other, split.sample(parts, len(parts)))):
        for part in order:
            desk.give("pay", text("pay", part))
        desk.settle()
    assert one.cells() == other.cells()


@FEWER
@given(
    acts=st.lists(st.one_of(FILE, TYPED), min_size=2, max_size=7),
    kills=st.lists(STEPS, min_size=7, max_size=7),
)
def test_a_persons_value_never_disappears_and_every_difference_is_listed(make, acts, kills):
    """An oracle of each cell: it takes a feed's news while it is blank or still as a feed wrote it."""
    desk = make()
    stands: dict[tuple[str, str], str] = {}
    wrote: dict[tuple[str, str], str] = {}
    said: dict[tuple[str, str], str] = {}
    for act, kill in zip(acts, kills, strict=False):
        if len(act) == 3:
            order, key, word = act
            desk.type_in(order, **{key: word})
            stands[order, key] = word
            continue
        feed, rows = act
        known = desk.give(feed, text(feed, rows)).verdict == "known"
        live(desk, kill)
        desk.settle()
        for order, word in () if known else rows.items():
            cell = order, COLUMN[feed]
            if said.get(cell) != word and stands.get(cell) in {None, wrote.get(cell)}:
                stands[cell] = wrote[cell] = word
            said[cell] = word
    found = {
        (o, k): str(v)
        for o, row in desk.cells().items()
        for k, v in row.items()
        if k in COLUMN.values()
    }
    assert found == stands
    titles = {"payment_status": "Payment Status", "carrier_status": "Carrier Status"}
    listed = {(d.about, d.what) for d in desk.differences() if d.reason != "carrier"}
    assert listed == {(o, titles[k]) for (o, k), word in said.items() if stands.get((o, k)) != word}


@FEWER
@given(parts=st.lists(st.sets(st.integers(1, 12), min_size=1, max_size=6), min_size=1, max_size=4),
       kills=st.lists(STEPS, min_size=4, max_size=4))  # fmt: skip
def test_overlapping_files_of_orders_add_each_order_exactly_once(make, parts, kills):
    desk = make()
    for numbers, kill in zip(parts, kills, strict=False):
        lines = "".join(f"NEW-{number},2026-03-09 08:00,Ann,MUG x1\n" for number in sorted(numbers))
        desk.give("web", ORDERS + lines)
        live(desk, kill)
    desk.settle()
    added = [row[0] for row in desk.tracker.cells[1:] if str(row[0]).startswith("NEW-")]
    assert sorted(added) == sorted(f"NEW-{number}" for number in set().union(*parts))


GOOD_FILES = [
    b'Tracking Number,Carrier Status,ETA,Last Update\n1,"In, transit",2026-03-12,2026-03-09 06:00\n2,Lost,,\n',
    b'{"Tracking Number": "1", "Carrier Status": "Lost", "ETA": "2026-03-12"}\n{"Tracking Number": 2}\n',
    xlsx(
        RawSheet(
            rows=[
                ["Tracking Number", "Carrier Status", "ETA"],
                ["1", "Lost", 46093],
                [2, True, "x"],
            ]
        )
    ),
]
EDITS = st.lists(
    st.tuples(st.integers(0, 5000), st.binary(max_size=4), st.integers(0, 9)), max_size=6
)


@FEWER
@given(good=st.sampled_from(GOOD_FILES), edits=EDITS)
def test_whatever_bytes_a_file_has_it_is_taken_or_refused_in_words(make, good, edits):
    desk = make()
    data = bytearray(good)
    for at, new, gone in edits:
        place = at % (len(data) + 1)
        data[place : place + gone] = new
    told = desk.give("dhl", bytes(data), f"bytes {next(NAMES)}.csv")
    assert told.verdict in {"taken", "refused"}
    assert "defect" not in told.sentence
    desk.settle()
