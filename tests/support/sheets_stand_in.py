"""A Sheets server reduced to what a doctor asks: one answer for each kind of request, or a refusal.

It says what it is told to say, over a real socket; the local Sheets server is the one that behaves. What it is
asked and what it answers is held against Google's description of the API all the same.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import tests.sheets_server.routes.all_routes  # noqa: F401 - makes the endpoints known
from tests.sheets_server.answers import Call, query_of
from tests.sheets_server.routes.table import find
from tests.sheets_server.schema import EVERYTHING

Json = dict[str, Any]


@dataclass
class StandIn:
    """What is answered. `refusals` maps `structure`, `values` or `batch` to (status, body)."""

    structure: Json
    values: list[list[Any]] = field(default_factory=list)
    refusals: dict[str, tuple[int, Json | str]] = field(default_factory=dict)
    clock_ahead: timedelta = timedelta()
    cut_off: bool = False
    asked: list[tuple[str, Json]] = field(default_factory=list)
    url: str = ""

    def answer(self, method: str, path: str) -> tuple[str, Json]:
        """The kind of a request, and what is said to it."""
        if method == "POST":
            return "batch", {"spreadsheetId": self.structure["spreadsheetId"], "replies": [{}]}
        if "values:batchGet" in path:
            ranges = [{"range": "Orders!A1:Z99", "values": self.values}]
            return "values", {
                "spreadsheetId": self.structure["spreadsheetId"],
                "valueRanges": ranges,
            }
        return "structure", self.structure


def _checked(method: str, target: str, body: bytes) -> Call:
    """A request as the gate has seen it."""
    url = urlsplit(target)
    route, ids = find(method, url.path)
    call = Call(0, method, url.path, query_of(url.query), body, "", route.kind, route.name, ids)
    EVERYTHING.request(call)
    return call


@contextmanager
def standing_in(desk: StandIn) -> Iterator[StandIn]:
    """Serve `desk` on this machine; `desk.url` is where."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def _serve(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind, content = desk.answer(method, self.path)
            call = _checked(method, self.path, body)
            desk.asked.append((kind, call.json))
            status, said = desk.refusals.get(kind, (200, content))
            if status == 200:
                EVERYTHING.reply(call, said)
            text = (said if isinstance(said, str) else json.dumps(said)).encode()
            self.send_response(status)
            self.send_header(
                "Content-Type", "text/html" if isinstance(said, str) else "application/json"
            )
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text[:20] if desk.cut_off else text)
            self.close_connection = self.close_connection or desk.cut_off

        def date_time_string(self, timestamp: float | None = None) -> str:
            del timestamp
            return format_datetime(datetime.now(tz=UTC) + desk.clock_ahead, usegmt=True)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True)
    thread.start()
    desk.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
