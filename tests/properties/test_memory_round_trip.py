"""What a pass remembers is what the next one reads, whatever it is; and it is read quickly."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetsync.domain.model import MEMORY_MOMENTS, MEMORY_TEXT, MEMORY_TICKS
from sheetsync.store import Store
from sheetsync.store.memory import load_orders, save_orders
from tests.support.plans import NOW, memory_frame

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
MOMENT = st.integers(-2_000_000_000, 4_000_000_000).map(lambda s: str(np.datetime64(s, "s")))
ROWS = st.dictionaries(
    TEXT.filter(bool),
    st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(MEMORY_TEXT, TEXT),
            **dict.fromkeys(MEMORY_MOMENTS, MOMENT),
            **dict.fromkeys(MEMORY_TICKS, st.sampled_from([-1, 0, 1])),
            "cycle": st.integers(0, 2**31 - 1),
        },
    ),
    max_size=4,
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request):
    sqlite = request.param == "sqlite"
    url = "sqlite://" if sqlite else request.getfixturevalue("postgres_server").new_database()
    with Store.open(url, now=NOW) as opened:
        yield opened


@given(first=ROWS, second=ROWS)
@settings(max_examples=40)
def test_the_newest_memory_of_each_order_comes_back_exactly(store, first, second):
    ref = str(len(store.trackers()))
    tracker_id = store.tracker("t", ref, uuid=ref, now=NOW).id
    for rows in (first, second):
        store._write(lambda c, rows=rows: save_orders(c, tracker_id, memory_frame(rows)))
    found = store._read(lambda c: load_orders(c, tracker_id))
    expected = memory_frame(first | second)
    pd.testing.assert_frame_equal(found.loc[list(expected.index)], expected, check_like=True)
    assert len(found) == len(expected)


def test_twenty_thousand_orders_load_in_a_moment(store):
    busy = {
        "status_seen": "Packed",
        "written_status": "Packed",
        "confirmed_status": "Packed",
        "written_packed_at": "2026-03-02 08:00:00",
        "confirmed_packed_at": "2026-03-02 08:00:00",
        "packed_at": "2026-03-02 08:00",
    }
    orders = memory_frame({f"#SP-{i:06}": busy for i in range(20_000)})
    tracker_id = store.tracker("t", "large", uuid="large", now=NOW).id
    store._write(lambda c: save_orders(c, tracker_id, orders))
    began = time.process_time()
    found = store.load_memory(tracker_id, NOW, "UTC").orders
    spent = time.process_time() - began
    pd.testing.assert_frame_equal(found, orders, check_like=True)
    assert spent < 1.0
