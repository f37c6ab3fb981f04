"""The server over real HTTP: threads, connections that stay open, answers packed with gzip.

with start(SheetsService()) as server:
    client = gspread_for(server.url)
"""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from tests.sheets_server.answers import Answer, NoAnswer, refusal
from tests.sheets_server.model import ApiError
from tests.sheets_server.service import SheetsService

Pages = Callable[[str, str, str, bytes], Answer | None]
"""Answers `method, path, query, body` of anything that is not the API; None where it knows no such page."""

_API: Final = ("/v4/", "/drive/", "/upload/", "/token")
_PACK_FROM: Final = 1400


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    service: SheetsService
    pages: Pages | None
    silence: threading.Event

    def _serve(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.pages and not url.path.startswith(_API):
            answer = self.pages(self.command, url.path, url.query, body)
            if answer is not None:
                self._send(answer)
                return
        try:
            answer = self.service.handle(self.command, url.path, url.query, body, self.headers)
        except NoAnswer as error:
            self._break(error)
            return
        except Exception as error:  # noqa: BLE001 - a fault of ours must not look like a broken connection
            traceback.print_exc()
            answer = refusal(ApiError(500, "INTERNAL", f"The local server failed: {error!r}"))
        if answer.delay:
            self.service.wait(answer.delay)
        self._send(answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815 - as http.server calls them

    def _send(self, answer: Answer) -> None:
        body = answer.body
        packed = len(body) > _PACK_FROM and "gzip" in self.headers.get("accept-encoding", "")
        if packed:
            body = gzip.compress(body, compresslevel=1)
        self.send_response_only(answer.code)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if packed:
            self.send_header("content-encoding", "gzip")
        if answer.code != 204:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _break(self, error: NoAnswer) -> None:
        """Give no answer: be silent until the client has had enough, or break the connection."""
        if error.how != "reset":
            self.silence.wait(timeout=600)
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, *args: Any) -> None:
        """Say nothing on standard error."""

    def finish(self) -> None:
        """Close, also where the client has gone already."""
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True

    def handle(self) -> None:
        """Serve until the client goes, however it goes."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class HttpServer:
    """A SheetsService behind a port of this machine."""

    def __init__(self, service: SheetsService, port: int = 0, pages: Pages | None = None) -> None:
        self.service = service
        self._silence = threading.Event()
        handler = type(
            "Handler",
            (_Handler,),
            {
                "service": service,
                "pages": staticmethod(pages) if pages else None,
                "silence": self._silence,
            },
        )
        self._server = _Server(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve_forever(self) -> None:
        """Serve until `stop` is called."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Serve no longer; calls that were left without an answer end."""
        self._silence.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def start(
    service: SheetsService, port: int = 0, pages: Pages | None = None
) -> Iterator[HttpServer]:
    """A server that runs in a thread of its own for as long as this lasts; see its `url`."""
    server = HttpServer(service, port, pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
