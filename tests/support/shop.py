"""A small shop for whole-worker tests: a folder with configuration, rules, a real workbook, a clock.

Staff edit the workbook with openpyxl, which knows nothing of sheetsync; the worker is the real one,
with a real store and the mail folder (or a mail server of the test).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default as policy
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from sheetsync.domain.moments import scalar_to_utc
from sheetsync.rulebook import load_rules
from sheetsync.worker import adopting, approving
from sheetsync.worker.one_pass import PassResult
from sheetsync.worker.workshop import Workshop
from tests.support.empty_store import place_empty_store
from tests.support.opened import opened

ROOT = Path(__file__).parents[2]
_COLUMNS = load_rules(ROOT / "rules").columns
TITLES = {key: column.title for key, column in _COLUMNS.items()}
HEADINGS = tuple(column.title for column in _COLUMNS.values() if column.template != "no")
OWN = ("allocated_at", "picked_at", "packed_at", "sla", "sla_due", "check", "next_action")
SHARED = ("ordered_at", "status", "dispatched_at", "delivered_at")
ZONE = "Africa/Johannesburg"
MONDAY = datetime(2026, 3, 9)
Edits = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Mail:
    """One mail as it was handed over."""

    to: str
    subject: str
    message_id: str
    text: str


class Shop:
    """One tracker folder. `now` is what the shop's clock shows (aware UTC); `look` does a pass."""

    def __init__(
        self,
        folder: Path,
        *,
        timezone: str = ZONE,
        rules: Edits | None = None,
        mail: str = "{mode: folder, folder: mails}",
        more: str = "",
        headings: Sequence[str] | None = None,
        template: bool = False,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.timezone = folder, timezone
        self.config, self.workbook = folder / "config.yaml", folder / "tracker.xlsx"
        self.rules, self.mail_folder = folder / "rules", folder / "mails"
        shutil.copytree(ROOT / "rules", self.rules)
        if "store:" not in more:
            place_empty_store(folder / "state.db")
        for file, edits in (rules or {}).items():
            for old, new in edits:
                self.edit_rules(file, old, new)
        self.configure(mail=mail, more=more)
        self.make_tracker(headings or HEADINGS, template=template)
        self.now = self.at("08:00")

    # -- time and files -----------------------------------------------------------------------------

    def at(self, clock: str, day: int = 0) -> datetime:
        """`"09:30"` or `"09:30:01"`, `day` days after the Monday of the tests, as aware UTC."""
        return scalar_to_utc(local(clock, day), self.timezone)

    def move(self, folder: Path) -> None:
        """Rename the whole folder."""
        self.folder.rename(folder)
        for name in ("config", "workbook", "rules", "mail_folder"):
            setattr(self, name, folder / getattr(self, name).relative_to(self.folder))
        self.folder = folder

    def configure(self, *, mail: str = "{mode: folder, folder: mails}", more: str = "") -> None:
        """Write config.yaml."""
        self.config.write_text(
            "version: 1\n"
            f"tracker: {{path: tracker.xlsx, timezone: {self.timezone}, stable_seconds: 0}}\n"
            f"rules: rules\nmail: {mail}\n{more}"
        )

    def make_tracker(self, headings: Sequence[str], *, template: bool) -> None:
        """Make the workbook: bare headings, or the template."""
        if template:
            shutil.copyfile(ROOT / "templates" / "tracker_template.xlsx", self.workbook)
        else:
            _bare_workbook(self.workbook, headings)

    def edit_rules(self, file: str, old: str, new: str) -> None:
        """Replace `old`, which must stand exactly once in a rules file."""
        text = (self.rules / file).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (self.rules / file).write_text(text.replace(old, new))

    # -- the worker ---------------------------------------------------------------------------------

    def workshop(
        self,
        step: Callable[[str], None] = lambda _name: None,
        environment: Mapping[str, str] | None = None,
    ) -> Workshop:
        """The worker's workshop at the shop's clock; close it."""
        return Workshop.open(
            self.config, clock=lambda: self.now, wait=lambda _seconds: None,
            environment=environment or {},
            step=step, kpi_every=timedelta(days=40),
        )  # fmt: skip

    def look(
        self,
        now: datetime | None = None,
        *,
        step: Callable[[str], None] = lambda _name: None,
        environment: Mapping[str, str] | None = None,
    ) -> PassResult:
        """One pass by a worker that starts and ends here, as `sheetsync sync` does."""
        self.now = now or self.now
        with self.workshop(step, environment) as workshop:
            return workshop.run_pass(self.now)

    def let_through(self, who: str = "a test") -> PassResult:
        """Approve what the guard holds back at the shop's clock, and do the pass."""
        with self.workshop() as workshop:
            shown = approving.look(workshop, self.now)
            assert shown is not None, "nothing is held back"
            approving.approve(workshop, shown, who=who, now=self.now)
            return workshop.run_pass(self.now)

    def adopt(self, who: str = "a test") -> PassResult:
        """Begin anew with the sheet at the shop's clock."""
        with self.workshop() as workshop:
            found = adopting.look(workshop, self.now)
            result = adopting.adopt(workshop, found, who=who, now=self.now)
            assert result is not None
            return result

    def snapshot(self) -> Path:
        """A copy of the whole folder beside it, for `restore`."""
        copy = self.folder.with_name(f"{self.folder.name}-snapshot")
        shutil.rmtree(copy, ignore_errors=True)
        return Path(shutil.copytree(self.folder, copy))

    def restore(self, snapshot: Path) -> None:
        """Put the folder back to a snapshot, under the same name."""
        shutil.rmtree(self.folder)
        shutil.copytree(snapshot, self.folder)

    # -- staff --------------------------------------------------------------------------------------

    @contextmanager
    def sheet(self) -> Iterator[Worksheet]:
        """The Orders tab in the hands of a person; saved in the end."""
        book = opened(self.workbook)
        yield book["Orders"]
        book.save(self.workbook)

    def add(self, *orders: Mapping[str, Any]) -> None:
        """Append orders given by column key; a good row where nothing else is said."""
        with self.sheet() as sheet:
            columns = places(sheet)
            for order in orders:
                row = last_row(sheet) + 1
                for key, value in good_order(order).items():
                    if TITLES[key] in columns and value is not None:
                        put(sheet, row, columns[TITLES[key]], value)

    def type_in(self, order: str, **cells: Any) -> None:
        """Type into cells of an order, by column key; None clears."""
        with self.sheet() as sheet:
            columns, rows = places(sheet), rows_of(sheet)
            for key, value in cells.items():
                put(sheet, rows[order], columns[TITLES[key]], value)

    # -- looking ------------------------------------------------------------------------------------

    def orders(self) -> dict[str, dict[str, Any]]:
        """What stands in the Orders tab: Order ID -> heading -> value, blanks left out."""
        headings, *rows = read_tab(self.workbook, "Orders")
        return {
            str(row[0]): {
                str(h): v for h, v in zip(headings, row, strict=True) if v not in ("", None)
            }
            for row in rows
            if row[0] not in ("", None)
        }

    def cell(self, order: str, key: str) -> Any:
        """One cell, by column key; None when it is blank."""
        return self.orders()[order].get(TITLES[key])

    def staff_cells(self) -> dict[tuple[str, str], Any]:
        """Every filled cell of columns that the worker never writes."""
        worker = {TITLES[key] for key in (*OWN, *SHARED)}
        return {
            (order, heading): value
            for order, cells in self.orders().items()
            for heading, value in cells.items()
            if heading not in worker
        }

    def tab(self, title: str) -> list[str]:
        """Every filled cell of a tab as text."""
        return [str(v) for row in read_tab(self.workbook, title) for v in row if v != ""]

    def mails(self) -> list[Mail]:
        """The mails in the folder, by recipient and subject."""
        files = sorted(self.mail_folder.glob("*.eml")) if self.mail_folder.exists() else []
        return sorted(
            (mail_of(file.read_bytes()) for file in files), key=lambda m: (m.to, m.subject)
        )

    def mails_about_orders(self) -> list[Mail]:
        """The mails in the folder but those about a hold."""
        return [
            m
            for m in self.mails()
            if "is held:" not in m.subject and "held back until" not in m.subject
        ]

    def litter(self) -> list[str]:
        """Temporary files that should not have been left beside the workbook or in the mail folder."""
        folders = [self.folder, self.mail_folder]
        names = [path.name for folder in folders if folder.exists() for path in folder.iterdir()]
        return sorted(n for n in names if n.startswith("~$") or n.endswith((".tmp", ".part")))


def read_tab(path: Path, title: str) -> list[list[Any]]:
    """The cells of a tab as calamine, a reader of another make, sees them; "" is blank."""
    book = CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
    return book.get_sheet_by_name(title).to_python(skip_empty_area=False)


def local(clock: str, day: int = 0) -> datetime:
    """`"09:30"`, `day` days after the Monday of the tests, as staff would type it."""
    parts = [int(part) for part in clock.split(":")]
    hours, minutes, seconds = (*parts, 0)[:3]
    return MONDAY + timedelta(days=day, hours=hours, minutes=minutes, seconds=seconds)


def good_order(order: Mapping[str, Any]) -> dict[str, Any]:
    """An order without anything to mend, but for what `order` says."""
    return {
        "ordered_at": local("08:05"),
        "customer": "Thandi Nkosi",
        "skus": "MUG-01 x2",
        "priority": "Standard",
        "handler": "Thabo",
        **order,
    }


def places(sheet: Worksheet) -> dict[str, int]:
    """Heading -> column number (from 1)."""
    return {str(cell.value): cell.column for cell in sheet[1] if cell.value is not None}


def rows_of(sheet: Worksheet) -> dict[str, int]:
    """Order ID -> row number; the last one where an ID stands twice."""
    return {str(cell.value): cell.row for cell in sheet["A"][1:] if cell.value is not None}


def last_row(sheet: Worksheet) -> int:
    """The last row with an Order ID, or the header."""
    return max([1, *rows_of(sheet).values()])


def put(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    """Type a value as a person does; text stays text."""
    cell = sheet.cell(row, column)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def mail_of(data: bytes) -> Mail:
    """A message as handed over."""
    message = message_from_bytes(data, policy=policy)
    body = message.get_body(preferencelist=("plain",))
    text = str(body.get_content()) if body is not None else ""
    return Mail(str(message["To"]), str(message["Subject"]), str(message["Message-ID"]), text)


def _bare_workbook(path: Path, headings: Sequence[str]) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Orders"
    sheet.append(list(headings))
    book.save(path)
