"""Files that come in by feeds and are not as they should be, each with the verdict that is expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support import bad_workbooks as books
from tests.support.raw_xlsx import Raw, RawSheet, xlsx

CARRIER = "Tracking Number,Carrier Status,Last Update\n"
GOOD = "1234567890,In transit,2026-03-09 06:00\n"
PAID = "Order ID,Payment Status\n"


@dataclass(frozen=True, kw_only=True)
class BadFeed:
    """One file. `taken` and `refused` count rows; `verdict` refused means the file as a whole, with `words` in why.

    `before` is a good file of the same feed that came earlier; `more` are settings beside the kind.
    """

    name: str
    content: bytes | Callable[[], bytes]
    feed: str = "dhl"
    file: str = "a.csv"
    verdict: str = "taken"
    taken: int = 0
    refused: int = 0
    words: str = ""
    before: str = ""
    more: dict[str, object] = field(default_factory=dict)

    def data(self) -> bytes:
        """The bytes of the file."""
        return self.content if isinstance(self.content, bytes) else self.content()


def _book(*rows: list[object], **around: object) -> bytes:
    return xlsx(RawSheet(rows=[list(row) for row in rows]), **around)


def _row(text: str) -> bytes:
    return (CARRIER + text).encode()


_HEAD: list[object] = ["Tracking Number", "Carrier Status"]
_NEVER = Raw('<c r="{ref}"><f>"Lo"&amp;"st"</f></c>')
_ERROR = Raw('<c r="{ref}" t="e"><v>#REF!</v></c>')

FILES = [
    # the file as a whole
    BadFeed(name="no byte in it", content=b"", verdict="refused", words="is empty"),
    BadFeed(name="blanks only", content=b"  \n\r\n\t\n", verdict="refused", words="is empty"),
    BadFeed(name="headings and no rows", content=CARRIER.encode()),
    BadFeed(name="no headings", content=b"1234567890,Lost,2026-03-09\n1,2,3\n", verdict="refused",
            words="no row of headings"),
    BadFeed(name="a heading was changed", before=CARRIER + GOOD,
            content=b"Tracking Number,State of parcel,Last Update\n1234567890,Lost,2026-03-09 07:00\n",
            verdict="refused", words='no column Carrier Status, which the files before it had. It has "State of'),
    BadFeed(name="a heading of the settings is missing", content=b"Shipment,Evnt,Last Update\n1,Lost,2026-03-09\n",
            more={"columns": {"Shipment": "tracking", "Event": "carrier_status"}}, verdict="refused",
            words='no column "Event", which config.yaml names'),
    BadFeed(name="a file of another kind", content=f"{PAID}#SP-1,Paid\n".encode(), verdict="refused",
            words="no file of kind carrier"),
    BadFeed(name="nothing names the order", content=b"Parcel,Carrier Status,ETA\n1,Lost,\n", verdict="refused",
            words="no column Order ID or Tracking Number"),
    BadFeed(name="one heading twice", content=b"Tracking Number,Carrier Status,Carrier Status\n1,a,b\n",
            verdict="refused", words="2 headings mean Carrier Status"),
    BadFeed(name="letters stored in two ways", verdict="refused", words="two ways: line 2 is UTF-8, line 3",
            content=_row("1234567890,Zürich,2026-03-09 06:00\n") + "1,Köln,2026-03-09\n".encode("cp1252")),
    BadFeed(name="no text at all", content=bytes(range(1, 256)) * 9, verdict="refused", words="no text in UTF-8"),
    BadFeed(name="a web page with the name of a workbook", content=b"<html><table><tr><td>Lost</td></tr></table>",
            file="a.xls", verdict="refused", words="no row of headings"),
    BadFeed(name="a quote that is never closed", content=_row('1234567890,"Lost,2026-03-09\n1,x,\n'),
            verdict="refused", words="line 2: a quote"),
    BadFeed(name="another mark between the columns", content=_row(GOOD).replace(b",", b"^"), verdict="refused",
            words="no row of headings"),
    BadFeed(name="larger than allowed", content=lambda: _row(GOOD * 30_000), more={"largest_mb": 1},
            verdict="refused", words="1 MB allowed"),
    BadFeed(name="more rows than allowed", more={"most_rows": 50}, verdict="refused", words="more than 50 rows",
            content=lambda: _row("".join(f"{n},In transit,2026-03-09 06:00\n" for n in range(90)))),
    BadFeed(name="not one row of use, and many of them", more={"most_refused": 100}, verdict="refused",
            refused=3000, words="none of its 3,000 rows can be used",
            content=lambda: _row("".join(f"{n},Lost,soon\n" for n in range(3000)))),
    BadFeed(name="a line of JSON is cut off", file="a.jsonl", verdict="refused", words="line 2 is no JSON",
            content=b'{"Tracking Number": "1", "Carrier Status": "Lost"}\n{"Tracking Number": "2", "Carr'),
    BadFeed(name="a list in a cell of JSON", file="a.jsonl", verdict="refused", words="holds a list or a group",
            content=b'{"Tracking Number": "1", "Carrier Status": ["Lost", "Found"]}\n'),
    BadFeed(name="JSON in very many brackets", file="a.jsonl", content=b"[" * 100_000, verdict="refused",
            words="line 1 is no JSON"),
    BadFeed(name="a zip bomb", content=books._declared_huge, file="a.xlsx", verdict="refused", words="MB"),
    BadFeed(name="a zip bomb that says it is small", content=books._declared_small, file="a.xlsx",
            verdict="refused"),
    BadFeed(name="entities that blow up", file="a.xlsx", verdict="refused", words="DTD|document type|entit",
            content=lambda: books._entity_bomb("&b;", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>')),
    BadFeed(name="a workbook cut off", content=books._cut, file="a.xlsx", verdict="refused"),
    BadFeed(name="a workbook with a flipped byte", content=books._flipped, file="a.xlsx", verdict="refused"),
    BadFeed(name="a workbook with a password", content=lambda: books._compound("EncryptedPackage"),
            file="a.xlsx", verdict="refused", words="encrypted|password"),
    # rows of it
    BadFeed(name="a mark before the first letter", content=b"\xef\xbb\xbf" + _row(GOOD), taken=1),
    BadFeed(name="UTF-16", content=_row(GOOD).decode().encode("utf-16"), taken=1),
    BadFeed(name="Windows letters", taken=1, content=_row("1234567890,Köln,2026-03-09 06:00\n").decode().encode("cp1252")),
    BadFeed(name="a line break within a cell", content=_row('1234567890,"At the\ndepot",2026-03-09 06:00\n2,x,soon\n'),
            taken=1, refused=1),
    BadFeed(name="a cell too many", content=_row("1234567890,Lost,2026-03-09 06:00,why\n" + GOOD), taken=1, refused=1),
    BadFeed(name="a NUL byte within a cell", content=_row("1234567890,In\0 transit,2026-03-09 06:00\n"), taken=1),
    BadFeed(name="a clock in the future", content=_row("1234567890,Lost,2026-03-09 19:00\n2,x,2026-03-09 06:00\n"),
            taken=1, refused=1),
    BadFeed(name="a day that is none", content=_row("1234567890,Lost,2026-02-30 08:00\n" + GOOD), taken=1, refused=1),
    BadFeed(name="day and month the wrong way round", content=_row("1,Lost,03/04/2026\n" + GOOD), taken=1, refused=1),
    BadFeed(name="a code that nobody explained", content=_row("1,XYZ,2026-03-09 06:00\n2,DLV,2026-03-09 06:00\n"),
            more={"values": {"carrier_status": {"DLV": "Delivered"}}}, taken=1, refused=1),
    BadFeed(name="a word that is no choice", content=f"{PAID}#SP-1,Payed\n#SP-2,Paid\n".encode(), feed="pay",
            taken=1, refused=1),
    BadFeed(name="a decimal point where commas are", feed="wms", more={"decimal": "comma"}, taken=2, refused=1,
            content=b"SKU;On Hand\nA;1.234,5\nB;12.5\nC;7\n"),
    BadFeed(name="two rows that contradict each other", content=f"{PAID}#SP-1,Paid\n#SP-1,Failed\n#SP-2,Paid\n".encode(),
            feed="pay", taken=1, refused=2),
    BadFeed(name="no number, a total, the heading again", content=_row(f",Lost,\nTotal,3,\n{CARRIER}{GOOD}"), taken=1,
            refused=3),
    BadFeed(name="a text that no cell holds", taken=1, refused=1,
            content=lambda: _row(f"1,{'x' * 40_000},2026-03-09 06:00\n{GOOD}")),
    BadFeed(name="formulas never worked out, and an error", file="a.xlsx", taken=1, refused=2,
            content=lambda: _book(_HEAD, ["1", _NEVER], ["2", _ERROR], ["3", "Lost"])),
    BadFeed(name="a long number rounded by Excel", file="a.xlsx", taken=1, refused=1,
            content=lambda: _book(_HEAD, [12345678901234567890, "Lost"], ["3", "Lost"])),
    BadFeed(name="cells that begin like formulas", feed="web", taken=1,
            content=b"Order ID,Notes\n=1+1,@SUM(A1)\n"),
]  # fmt: skip
