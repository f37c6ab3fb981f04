"""The worker's own tabs are whole parts: added last, replaced only when proven ours."""

from __future__ import annotations

import re

import pytest

from sheetsync.domain.model import Marker
from sheetsync.domain.tabs import STYLES, Box, Tab
from sheetsync.trackers.excel.own_tabs import draw, title_problem
from sheetsync.trackers.tab_styles import LOOKS
from tests.support.workbooks import (
    batch,
    changed_parts,
    excel_tracker,
    kpi_tab,
    members,
    opened,
    plain_workbook,
    with_parts,
)

MARKER = Marker(uuid="u-1", epoch=1, seq=1)
TITLE = "KPI 2026-11"


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    return plain_workbook(folder / "tracker.xlsx")


def publish(path, *tabs, marker=MARKER):
    return excel_tracker(path, tab="Orders").write(batch(tabs=tabs, marker=marker))


def contrast(first, second):
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(first), light(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_named_style_has_a_readable_look():
    assert set(LOOKS) == set(STYLES)
    for name, look in LOOKS.items():
        ink, ground = look.get("font_color", "#22313F"), look.get("bg_color", "#FFFFFF")
        assert contrast(ink, ground) >= 3.9, name


def test_a_new_tab_stands_last_with_charts_that_point_at_it(path):
    receipt = publish(path, kpi_tab())
    assert receipt.tabs_written == (TITLE,)
    book = opened(path)
    assert book.sheetnames == ["Orders", TITLE]
    sheet = book[TITLE]
    assert sheet["A4"].value == 0.97
    assert sheet["A2"].value == '=HYPERLINK("http://x")'
    assert sheet["A2"].data_type == "s"
    assert sheet.merged_cells.ranges
    assert sheet.freeze_panes == "A2"
    assert sheet.page_setup.orientation == "landscape"
    assert not sheet.sheet_view.showGridLines
    assert len(sheet._charts) == 2
    charts = [d for n, d in members(path).items() if n.startswith("xl/charts/")]
    assert len(charts) == 2
    assert all(b"'KPI 2026-11'!$B$7:$B$10" in chart for chart in charts)


def test_a_tab_has_no_formula_and_no_shared_string(path):
    before = members(path)["xl/sharedStrings.xml"]
    publish(path, kpi_tab())
    after = members(path)
    assert after["xl/sharedStrings.xml"] == before
    assert not re.search(rb"<f[ >/]|hyperlink", after["xl/worksheets/sheet2.xml"])


def test_the_tab_is_listed_in_the_documents_properties(path):
    publish(path, kpi_tab())
    app = members(path)["docProps/app.xml"].decode()
    assert f"<vt:lpstr>Orders</vt:lpstr><vt:lpstr>{TITLE}</vt:lpstr>" in app
    assert 'vector size="2" baseType="lpstr"' in app


def test_a_replaced_tab_keeps_its_place_and_its_ids_and_drops_old_parts(path):
    publish(path, kpi_tab(), kpi_tab("KPI 2026-12"))
    before = members(path)
    sheets = re.findall(rb"<sheet [^>]*/>", before["xl/workbook.xml"])
    for value in (0.5, 0.6, 0.7):
        assert publish(path, kpi_tab(value=value)).tabs_written == (TITLE,)
    after = members(path)
    assert re.findall(rb"<sheet [^>]*/>", after["xl/workbook.xml"]) == sheets
    for folder in ("charts", "drawings"):
        old = [n for n in before if n.startswith(f"xl/{folder}/")]
        new = [n for n in after if n.startswith(f"xl/{folder}/")]
        assert len(new) == len(old)
    types = after["[Content_Types].xml"].decode()
    for name in re.findall(r'PartName="/([^"]+)"', types):
        assert name in after
    assert types.count("drawingml.chart+xml") == 4
    assert after["xl/styles.xml"] == before["xl/styles.xml"]
    assert opened(path)[TITLE]["A4"].value == 0.7


def test_the_same_tab_is_not_written_but_a_scribble_on_it_is_mended(path):
    publish(path, kpi_tab())
    before = path.read_bytes()
    assert publish(path, kpi_tab()).tabs_written == ()
    assert path.read_bytes() == before
    part = "xl/worksheets/sheet2.xml"
    data = members(path)[part]
    scribbled = data.replace(b"<v>100</v>", b"<v>999</v>")
    assert scribbled != data
    with_parts(path, {part: scribbled})
    assert publish(path, kpi_tab()).tabs_written == (TITLE,)
    assert members(path)[part] == data


def test_a_tab_of_staff_with_that_title_is_never_written_over(path):
    book = opened(path)
    book.create_sheet("kpi 2026-11")["A1"] = "our own notes"
    book.save(path)
    before = path.read_bytes()
    receipt = publish(path, kpi_tab())
    assert "staff's own" in receipt.tabs_refused[TITLE]
    assert members(before)["xl/worksheets/sheet2.xml"] == members(path)["xl/worksheets/sheet2.xml"]


def test_a_tab_of_another_installation_is_left_alone(path):
    publish(path, kpi_tab())
    receipt = publish(path, kpi_tab(value=0.5), marker=Marker(uuid="u-2", epoch=1, seq=1))
    assert "another sheetsync" in receipt.tabs_refused[TITLE]


@pytest.mark.parametrize(
    ("kind", "word"),
    [("comments", "a comment"), ("table", "a table"), ("pivotTable", "a pivot table")],
)
def test_a_tab_on_which_a_person_put_something_is_refused_and_says_what(path, kind, word):
    publish(path, kpi_tab())
    rels = "xl/worksheets/_rels/sheet2.xml.rels"
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    element = f'<Relationship Id="rId9" Type="{base}/{kind}" Target="../{kind}9.xml"/>'.encode()
    data = members(path)[rels].replace(b"</Relationships>", element + b"</Relationships>")
    with_parts(path, {rels: data, f"xl/{kind}9.xml": b"<x/>"})
    receipt = publish(path, kpi_tab(value=0.5))
    assert word in receipt.tabs_refused[TITLE]
    assert f"xl/{kind}9.xml" in members(path)


def test_a_shape_or_chart_that_a_person_drew_on_it_is_refused(path):
    publish(path, kpi_tab())
    part = "xl/drawings/drawing1.xml"
    data = members(path)[part]
    anchor = re.search(rb"<xdr:twoCellAnchor>.*?</xdr:twoCellAnchor>", data)[0]
    for extra, word in (
        (anchor, "a chart"),
        (re.sub(rb"<xdr:graphicFrame.*</xdr:graphicFrame>", b"<xdr:sp/>", anchor), "a shape"),
    ):
        with_parts(path, {part: data.replace(b"</xdr:wsDr>", extra + b"</xdr:wsDr>")})
        assert word in publish(path, kpi_tab(value=0.5)).tabs_refused[TITLE]


def test_what_excel_adds_on_saving_goes_with_the_old_tab(path):
    publish(path, kpi_tab())
    rels = "xl/charts/_rels/chart1.xml.rels"
    kind = "http://schemas.microsoft.com/office/2011/relationships/chartStyle"
    data = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}" Target="style1.xml"/></Relationships>'
    ).encode()
    with_parts(path, {rels: data, "xl/charts/style1.xml": b"<s/>"})
    assert publish(path, kpi_tab(value=0.5)).tabs_written == (TITLE,)
    assert "xl/charts/style1.xml" not in members(path)
    assert rels not in members(path)


@pytest.mark.parametrize(
    ("title", "fine"),
    [
        ("KPI 2026-11", True),
        ("Mia's tab & more", True),
        ("x" * 31, True),
        ("x" * 32, False),
        ("", False),
        ("a/b", False),
        ("a[b", False),
        ("'quoted", False),
        ("history", False),
    ],
)
def test_titles_follow_the_rules_of_excel(path, title, fine):
    assert (title_problem(title) == "") is fine
    receipt = publish(path, kpi_tab(title))
    assert (title in receipt.tabs_written) is fine
    assert (title in receipt.tabs_refused) is not fine
    if fine:
        plain = title.replace("'", "''").replace("&", "&amp;")
        quoted = plain if title.isalpha() else f"'{plain}'"
        assert f">{quoted}!$B$7".encode() in members(path)["xl/charts/chart1.xml"]


def test_twelve_months_of_tabs_do_not_let_the_styles_grow(path):
    publish(path, kpi_tab("KPI 2026-01"))
    styles = members(path)["xl/styles.xml"]
    for month in range(2, 13):
        before = members(path)
        publish(path, kpi_tab(f"KPI 2026-{month:02}"))
        changed_parts(before, members(path))
    parts = members(path)
    assert parts["xl/styles.xml"] == styles
    assert sum(n.startswith("xl/charts/chart") for n in parts) == 24
    book = opened(path)
    assert len(book.sheetnames) == 13
    for month in range(1, 13):
        refs = {s.val.numRef.f for c in book[f"KPI 2026-{month:02}"]._charts for s in c.series}
        assert refs == {f"'KPI 2026-{month:02}'!$B$7:$B$10"}


def test_a_strict_workbook_gets_its_tab_in_strict_words(path):
    parts = {
        name: data.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ).replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        for name, data in members(path).items()
    }
    with_parts(path, parts)
    assert publish(path, kpi_tab()).tabs_written == (TITLE,)
    assert (
        b"schemas.openxmlformats.org/spreadsheetml" not in members(path)["xl/worksheets/sheet2.xml"]
    )
    assert publish(path, kpi_tab()).tabs_written == ()


def test_notes_are_prompts_and_long_texts_are_cut_not_lost_in_an_error():
    box = Box(row=0, column=0, value="x" * 40_000, note="why " * 100)
    parts = members(draw(Tab(title="T", kind="changes", boxes=(box,), column_widths=(9.0,))))
    assert b'prompt="why why' in parts["xl/worksheets/sheet1.xml"]
    assert not any("comment" in name for name in parts)
    assert len(parts["xl/sharedStrings.xml"]) < 20_000


def test_the_drawing_is_the_same_bytes_each_time():
    assert draw(kpi_tab()) == draw(kpi_tab())
