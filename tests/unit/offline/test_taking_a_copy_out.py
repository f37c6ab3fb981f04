"""A copy that goes out: what it holds, what it does not, and where it is not written."""

from __future__ import annotations

import zipfile

import pytest

from sheetsync.errors import UsageError
from tests.support.offline_copy import take_out


def test_an_export_selects_and_leaks_nothing_of_other_vendors(away, tmp_path):
    path = tmp_path / "acme.xlsx"
    done = take_out(away.shop, path, vendor="acme")
    assert done.orders == 3
    with zipfile.ZipFile(path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Acme" in everything
    assert b"Bolt" not in everything
    assert b"#SP-1<" not in everything


def test_a_filter_a_view_and_a_vendor_hold_together(away, tmp_path):
    path = tmp_path / "some.csv"
    done = take_out(away.shop, path, view="to pick", vendor="bolt", only="handler: Sipho")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["#SP-2", "#SP-10"]
    assert done.orders == 2
    with pytest.raises(UsageError, match="did you mean"):
        take_out(away.shop, tmp_path / "none.csv", only="handlr: Sipho")


def test_a_copy_with_nothing_in_it_says_so(away, tmp_path):
    done = take_out(away.shop, tmp_path / "ship.xlsx", view="To ship")
    assert done.orders == 0
    assert "There is nothing in it: no order is among the orders in To ship now." in done.remarks


def test_a_text_that_looks_like_a_formula_is_none_in_any_export(away, tmp_path):
    away.shop.type_in("#SP-1", notes="=HYPERLINK(1)")
    take_out(away.shop, tmp_path / "all.csv")
    take_out(away.shop, tmp_path / "all.xlsx")
    assert "'=HYPERLINK(1)" in (tmp_path / "all.csv").read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(tmp_path / "all.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_file_that_is_there_is_not_written_over_unasked(away):
    with pytest.raises(UsageError, match="there may be work in it"):
        take_out(away.shop, away.path)
    with pytest.raises(UsageError, match="the tracker itself"):
        take_out(away.shop, away.shop.workbook)
