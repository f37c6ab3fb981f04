"""The local Sheets server in a process of its own, so that its work is not counted as a client's.

It holds one spreadsheet with the values given. What it answers to a reading is prepared when that is
asked for the first time and kept until a cell changes; only packing and sending happen anew, and every
client pays for that in waiting. Beside the API it tells how often it was asked, and lets a person type.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests

from bench.orders import ZONE, Values
from tests.sheets_server.answers import Answer, json_answer
from tests.sheets_server.http_server import HttpServer
from tests.sheets_server.model import Book, Json
from tests.sheets_server.service import SheetsService
from tests.support.google_sheets import (
    BOOK_ID,
    DATE,
    SheetPerson,
    book_of,
    cell_of,
    with_safety_copy,
)

TAB: Final = "Orders"


@dataclass(frozen=True, slots=True)
class Asked:
    """Requests by the server's own count."""

    reads: int
    writes: int

    def __str__(self) -> str:
        return f"{_several(self.reads, 'read')}, {_several(self.writes, 'write')}"


@dataclass(frozen=True, slots=True)
class SheetServer:
    """A running server: the address of its API, and the two things that are not of the API."""

    url: str

    def asked(self) -> Asked:
        """How often it was asked since this was called last."""
        return Asked(**requests.get(f"{self.url}/asked", timeout=60).json())

    def type_in(self, row: int, column: int, text: str) -> None:
        """Let a person type into a cell, by its indices from 0."""
        cell = {"row": row, "column": column, "text": text}
        requests.post(f"{self.url}/type", json=cell, timeout=60).raise_for_status()


@contextmanager
def served(values: Values, date_columns: list[int]) -> Iterator[SheetServer]:
    """Serve `values` in another process; numbers in `date_columns` are shown as dates."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.json"
        path.write_text(json.dumps({"values": values, "date_columns": date_columns}))
        command = [sys.executable, "-m", "bench.sheet_server", str(path)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdin, child.stdout
            try:
                yield SheetServer(child.stdout.readline().strip())
            finally:
                child.stdin.close()


class PreparedService(SheetsService):
    """A SheetsService that works out each reading once for each state of its book."""

    def __init__(self) -> None:
        super().__init__()
        self._version = -1
        self._kept: dict[tuple[str, str], Answer] = {}

    def handle(
        self, method: str, path: str, query: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        """Answer one request, a reading that was answered before with the same answer."""
        with self.lock:
            if self._version != (version := self.files[BOOK_ID].book.version):
                self._kept, self._version = {}, version
            kept = self._kept.get((path, query)) if method == "GET" else None
            if kept is not None:
                self.counters.add(method, path, "read", kept.code)
                return kept
            answer = super().handle(method, path, query, body, headers)
            if method == "GET" and answer.code == 200:
                self._kept[path, query] = answer
            return answer


def _serve(path: Path) -> None:
    """Serve until the other side closes our standard input."""
    given = json.loads(path.read_text())
    service = PreparedService()
    service.put(_book(given["values"], set(given["date_columns"])))

    def pages(_method: str, path: str, _query: str, body: bytes) -> Answer | None:
        counters = service.counters
        if path == "/asked":
            found = {"reads": counters.reads, "writes": counters.writes}
            counters.reset()
            return json_answer(found)
        if path == "/type":
            cell = json.loads(body)
            with service.lock:
                person = SheetPerson(service.files[BOOK_ID].book, TAB)
                person.put(cell["row"], cell["column"], cell["text"])
            return json_answer({})
        return None

    server = HttpServer(service, pages=pages)
    print(server.url, flush=True)
    _until_closed(server)


def _until_closed(server: HttpServer) -> None:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    sys.stdin.read()
    server.stop()
    thread.join()


def _book(values: Values, date_columns: set[int]) -> Book:
    book = book_of([], tab=TAB, timezone=ZONE)
    sheet = book.sheets[0]
    sheet.row_count, sheet.column_count = len(values) + 100, max(26, *map(len, values))
    sheet.rows = [
        [_cell(value, dated=place in date_columns) for place, value in enumerate(row)]
        for row in values
    ]
    return with_safety_copy(book)


def _cell(value: Any, *, dated: bool) -> Json | None:
    cell = cell_of(value)
    if cell and dated and "numberValue" in cell["userEnteredValue"]:
        return cell | {"userEnteredFormat": {"numberFormat": DATE}}
    return cell


def _several(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
