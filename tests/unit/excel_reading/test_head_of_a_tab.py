"""The first rows of a tab, which every write looks at for its headings: of a large tab only these are read."""

from __future__ import annotations

import pytest

from sheetsync.trackers.excel.package import Package
from sheetsync.trackers.excel.rowreader import read_head
from sheetsync.trackers.excel.values import Values
from tests.support.raw_xlsx import RawSheet, xlsx

ROWS = [["Order ID", "Customer"], *([f"#{n}", "Thandi Nkosi " * 4] for n in range(1, 9))]


@pytest.mark.parametrize(("times", "read"), [(1, 9), (2_000, 5)])
def test_the_head_of_a_small_tab_and_of_a_large_one_say_the_same(times, read):
    rows = [ROWS[0], *(ROWS[1:] * times)]
    with Package(xlsx(RawSheet(rows=rows)), "t.xlsx") as package:
        part = package.workbook().sheets[0].part
        head = read_head(package, part, Values((), 1900, "Orders"), until=5)
    assert len(head.rows) == read
    assert [list(row) for row in head.rows[:5]] == ROWS[:5]
    assert head.numbers[:5] == [1, 2, 3, 4, 5]
