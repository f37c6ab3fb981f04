"""Random but legal ways to lay out a sheet part: what one program or another might write."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.support.raw_xlsx import STRICT, TRANSITIONAL, letters

TEXTS = (
    "Pending",
    "a & b",
    "x<y",
    "tab\there",
    "é",
    "👍",
    "  two  ",
    "_x0041_",
    "]]",
    "",
    "a\nb",
    "5 > 3",
)
NUMBERS = ("0", "1", "-7", "45123.5", "1E5", "1.5e-3", "007", "123456789012345678", ".5")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


@st.composite
def cells(draw: Any, place: str, plain: bool) -> str:
    """One `<c>` element (unprefixed); `plain` keeps to what the big programs write."""
    pick = draw(st.sampled_from([n for n in range(12) if not (plain and n == 4)]))
    style = draw(st.sampled_from(("", ' s="3"', ' s="0"')))
    text, number = _escaped(draw(st.sampled_from(TEXTS))), draw(st.sampled_from(NUMBERS))
    odd = not plain and draw(st.integers(0, 3)) == 0
    start = f'<c r="{place}"{style}'
    if odd:
        start = draw(
            st.sampled_from(
                (f"<c {style} r = '{place}'", f'<c\n r="{place}"{style} ', f"<c{style}")
            )
        )
    value = f"<v>{number}</v>"
    if odd:
        value = draw(st.sampled_from((
            f"<v><!-- c -->{number}</v>", f"<v><![CDATA[{number}]]></v>", f"<v >{number}</v >",
            f"\n <v>{number}</v>\n", f"<?pi <c r='A1'?>{value}", f"{value}<extLst><ext><v>9</v></ext></extLst>",
        )))  # fmt: skip
    match pick:
        case 0:
            return f"{start}/>"
        case 1:
            return f"{start}></c>"
        case 2:
            return f'{start} t="s">{draw(st.sampled_from(("<v>0</v>", "<v>1</v>", "<v/>")))}</c>'
        case 3:
            return f'{start} t="inlineStr"><is><t>{text}</t></is></c>'
        case 4:
            rich = f"<is><r><rPr/><t>{text}</t></r><r><t>!</t></r><rPh><t>no</t></rPh></is>"
            return f'{start} t="inlineStr">{rich}</c>'
        case 5:
            return f'{start} t="str"><f>A1&amp;"x"</f><v>{text}</v></c>'
        case 6:
            formula = draw(st.sampled_from((
                "<f>A1+1</f>", '<f t="shared" ref="A1:B9" si="0">A1</f>', '<f t="shared" si="0"/>',
                '<f t="array" ref="C3:C4" aca="false">SUM(A1)</f>', '<f ca="1">NOW()</f>',
                '<f t="dataTable" ref="D1:E2" dt2D="1"/>', "<f/>",
            )))  # fmt: skip
            meta = draw(st.sampled_from(("", ' cm="1"', ' cm="1" vm="2"')))
            return f"{start}{meta}>{formula}{draw(st.sampled_from(('', value, '<v/>')))}</c>"
        case 7:
            return f'{start} t="b"><v>{draw(st.sampled_from("01"))}</v></c>'
        case 8:
            return f'{start} t="e"><v>#N/A</v></c>'
        case 9:
            return f'{start} t="n">{value}</c>'
        case 10:
            return f'{start} t="d"><v>2026-03-01T09:30:00</v></c>'
        case _:
            return f"{start}>{value}</c>"


@st.composite
def rows(draw: Any, plain: bool) -> str:
    out, number = [], 0
    for _ in range(draw(st.integers(0, 6))):
        step = draw(st.sampled_from((1, 1, 1, 3)))
        number += step
        with_number = plain or step > 1 or draw(st.booleans())
        attributes = f' r="{number}"' if with_number else ""
        attributes += draw(
            st.sampled_from(("", ' spans="1:4"', ' ht="15" customHeight="1"', ' note="a&gt;b"'))
        )
        if not plain:
            attributes += draw(st.sampled_from(("", " x='>'", ' xml:lang="en"')))
            out.append(
                draw(st.sampled_from(("", "\n  ", "<!-- <row r='9'/> -->", "<?x <row>?>", "text")))
            )
        columns = sorted(draw(st.sets(st.integers(0, 5), max_size=4)))
        inside = "".join(draw(cells(f"{letters(c)}{number}", plain)) for c in columns)
        if not inside and draw(st.booleans()):
            out.append(f"<row{attributes}/>")
        else:
            out.append(f"<row{attributes}>{inside}</row>")
    return "".join(out)


SQREF = (
    '<extLst><ext><xm:sqref xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">A1:A9'
    "</xm:sqref></ext></extLst>"
)
TRAP = '<controls><control><xdr:from xmlns:xdr="urn:drawing"><xdr:row>3</xdr:row></xdr:from></control></controls>'


@st.composite
def sheets(draw: Any) -> bytes:
    """A whole sheet part, well-formed, in some layout. Not every one holds ascending cells."""
    plain = draw(st.sampled_from((True, True, False)))
    space = draw(st.sampled_from((TRANSITIONAL, STRICT)))
    before = draw(st.sampled_from((
        "", '<dimension ref="A1:XFD9"/>', '<cols><col min="1" max="2" style="3"/></cols>',
        "<!-- <sheetData> -->", '<sheetViews><sheetView x=">"/></sheetViews>',
    )))  # fmt: skip
    after = draw(st.sampled_from((
        "", TRAP, '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>', '<autoFilter ref="A1:F9"/>',
        '<conditionalFormatting sqref="A1:A9"><cfRule/></conditionalFormatting>',
        '<dataValidations><dataValidation sqref="B2"/></dataValidations>',
        SQREF,
    )))  # fmt: skip
    if plain and before.startswith("<!--"):
        before = ""
    body = draw(rows(plain))
    data = f"<sheetData>{body}</sheetData>" if body or draw(st.booleans()) else "<sheetData/>"
    declaration = draw(st.sampled_from((
        "", '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n', "\ufeff", "<!-- x -->",
    )))  # fmt: skip
    xml = f'<worksheet xmlns="{space}">{before}{data}{after}</worksheet>'
    if not plain and draw(st.booleans()):
        xml = _prefixed(xml, space)
    if plain and declaration.startswith("<!--"):
        declaration = ""
    encoding = "utf-8" if plain or draw(st.booleans()) else "utf-16"
    text: str = declaration + xml
    return text.encode(encoding)


def _prefixed(xml: str, space: str) -> str:
    """The same part with every element of the main namespace under a prefix."""
    for name in (
        "worksheet", "dimension", "cols", "col", "sheetViews", "sheetView", "controls", "control",
        "mergeCells", "mergeCell", "autoFilter", "conditionalFormatting", "cfRule", "dataValidations",
        "dataValidation", "extLst", "ext", "sheetData", "row", "c", "v", "f", "is", "t", "r", "rPr", "rPh",
    ):  # fmt: skip
        for end in (" ", ">", "/", "\n"):
            xml = xml.replace(f"<{name}{end}", f"<m:{name}{end}").replace(
                f"</{name}{end}", f"</m:{name}{end}"
            )
    return xml.replace(f'xmlns="{space}"', f'xmlns:m="{space}"', 1)
