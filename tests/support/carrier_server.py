"""A server on this machine that plays what AfterShip and EasyPost document of their interfaces, faults included.

`parcels` holds what each of them follows; `faults` are played one for each request, before it is answered well again.
Paths and fields are those of their own client libraries; nothing beyond them is made up.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "key-canary-93f1"
AFTERSHIP, EASYPOST = "/tracking/2026-07", "/v2"


@dataclass
class CarrierServer:
    """What the providers know, and what they were asked."""

    address: str = ""
    aftership: list[dict[str, Any]] = field(default_factory=list)
    easypost: list[dict[str, Any]] = field(default_factory=list)
    unregistered: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    page: int = 100
    refused: frozenset[str] = frozenset()
    slow: float = 1.0
    asked: list[tuple[str, str, dict[str, list[str]], Any]] = field(default_factory=list)

    @property
    def numbers_asked(self) -> list[str]:
        """Every number in questions so far."""
        found = []
        for _, path, query, _ in self.asked:
            found += [n for text in query.get("tracking_numbers", ()) for n in text.split(",")]
            found += query.get("tracking_codes[]", []) if path.startswith(EASYPOST) else []
        return found


def aftership_tracking(number: str, tag: str, **more: Any) -> dict[str, Any]:
    """A tracking as AfterShip shows it; `more` are further fields."""
    return {"id": f"id{number}", "tracking_number": number, "slug": "ups", "tag": tag, "subtag": f"{tag}_001",
            "checkpoints": [], **more}  # fmt: skip


def checkpoint(at: str, tag: str, message: str = "", subtag: str = "") -> dict[str, Any]:
    """One line of its history."""
    return {"checkpoint_time": at, "tag": tag, "subtag": subtag or f"{tag}_001", "message": message}


def easypost_tracker(number: str, status: str, **more: Any) -> dict[str, Any]:
    """A tracker as EasyPost shows it; `more` are further fields."""
    return {"id": f"trk_{number}", "object": "Tracker", "tracking_code": number, "carrier": "UPS", "status": status,
            "status_detail": "status_update", "est_delivery_date": None, "tracking_details": [], **more}  # fmt: skip


def detail(at: str, status: str, message: str = "", status_detail: str = "") -> dict[str, Any]:
    """One line of its history."""
    return {"object": "TrackingDetail", "datetime": at, "status": status, "message": message,
            "status_detail": status_detail, "source": "UPS"}  # fmt: skip


@contextmanager
def carrier_server() -> Iterator[CarrierServer]:
    """The server, running."""
    state = CarrierServer()

    class Handler(_Handler):
        server_state = state

    server = _Server(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A client that hangs up before an answer has ended is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    server_state: CarrierServer

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._answer(None)

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        self._answer(json.loads(self.rfile.read(length)))

    def _answer(self, body: Any) -> None:
        state = self.server_state
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        state.asked.append((self.command, parts.path, query, body))
        if state.faults and self._fault(state.faults.pop(0)):
            return
        if parts.path == f"{AFTERSHIP}/trackings":
            self._aftership(query, body)
        elif parts.path == f"{EASYPOST}/trackers":
            self._easypost(query, body)
        else:
            self._send(404, {"error": "no such path"})

    def _fault(self, name: str) -> bool:
        """Play a fault; whether the request is answered by it."""
        match name.partition(" "):
            case ("fine", _, _):
                return False
            case ("status", _, code):
                self._send(int(code), {"meta": {"code": int(code)}, "error": {"message": "no"}})
            case ("busy", _, wait):
                self._send(429, {}, {"Retry-After": wait} if wait else {})
            case ("garbage", _, _):
                self._raw(200, b"<html>we are down</html>")
            case ("cut", _, _):
                self._raw(200, b'{"data": {"trackings": [{"tracking_num')
            case ("half", _, _):
                self._raw(200, b'{"data":', length=500)
            case ("deep", _, _):
                self._raw(200, b"[" * 200_000)
            case ("huge", _, _):
                self._raw(200, b" " * (9 * 1024 * 1024))
            case ("slow", _, _):
                time.sleep(self.server_state.slow)
                self._send(200, {})
            case ("drip", _, _):
                self._drip()
            case ("elsewhere", _, to):
                self._send(302, {}, {"Location": to})
            case ("hangup", _, _):
                self.close_connection = True
            case ("empty", _, _):
                self._raw(200, b"")
            case ("json", _, text):
                self._raw(200, text.encode())
            case other:
                raise AssertionError(other)
        return True

    def _drip(self) -> None:
        """One byte after another, for ever as it seems."""
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        until = time.monotonic() + self.server_state.slow
        while time.monotonic() < until:
            try:
                self.wfile.write(b" ")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.02)

    def _aftership(self, query: dict[str, list[str]], body: Any) -> None:
        state = self.server_state
        if self.headers.get("as-api-key") != KEY:
            return self._send(401, {"meta": {"code": 401, "type": "Unauthorized"}})
        if body is not None:
            return self._aftership_create(body)
        numbers = [n for text in query.get("tracking_numbers", ()) for n in text.split(",")]
        if len(numbers) > 50 or set(numbers) & state.refused:
            return self._send(400, {"meta": {"code": 4008, "message": "The value is invalid."}})
        found = [each for each in state.aftership if each["tracking_number"] in numbers]
        start = int((query.get("cursor") or ["0"])[0])
        size = min(state.page, int(query["limit"][0]))
        more = start + size < len(found)
        page = {
            "total": len(found),
            "next_cursor": str(start + size) if more else "",
            "has_next_page": more,
        }
        shown = found[start : start + size]
        return self._send(
            200, {"meta": {"code": 200}, "data": {"pagination": page, "trackings": shown}}
        )

    def _aftership_create(self, body: Any) -> None:
        state = self.server_state
        number = body["tracking_number"]
        if number in state.refused:
            return self._send(400, {"meta": {"code": 4005, "message": "The number is invalid."}})
        if any(each["tracking_number"] == number for each in state.aftership):
            return self._send(400, {"meta": {"code": 4003, "message": "Tracking already exists."}})
        made = state.unregistered.get(number) or aftership_tracking(number, "Pending")
        state.aftership.append(made)
        return self._send(201, {"meta": {"code": 201}, "data": made})

    def _easypost(self, query: dict[str, list[str]], body: Any) -> None:
        state = self.server_state
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            return self._send(401, {"error": {"code": "APIKEY.INACTIVE", "message": "no"}})
        if body is not None:
            number = body["tracker"]["tracking_code"]
            if number in state.refused:
                return self._send(422, {"error": {"message": "The number is invalid."}})
            made = state.unregistered.get(number) or easypost_tracker(number, "unknown")
            state.easypost.append(made)
            return self._send(201, made)
        numbers = set(query.get("tracking_codes[]", ()))
        if numbers & state.refused:
            return self._send(422, {"error": {"message": "no"}})
        found = [each for each in state.easypost if each["tracking_code"] in numbers]
        before = (query.get("before_id") or [""])[0]
        start = next((n + 1 for n, each in enumerate(found) if each["id"] == before), 0)
        size = min(state.page, int(query["page_size"][0]))
        more = start + size < len(found)
        return self._send(200, {"trackers": found[start : start + size], "has_more": more})

    def _send(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        self._raw(status, json.dumps(content).encode(), headers)

    def _raw(
        self, status: int, content: bytes, headers: dict[str, str] | None = None, length: int | None = None
    ) -> None:  # fmt: skip
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
