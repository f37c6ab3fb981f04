"""A login server such as Google's: it gives tokens, or refuses them in Google's words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

TOKEN = {"access_token": "ya29.secret", "expires_in": 3600, "token_type": "Bearer"}


@contextmanager
def login_server(status: int | None = None, **answer: object) -> Iterator[tuple[str, list[str]]]:
    """A server that answers every request for a token alike; gives its address and what it was asked.

    `answer` is the body; with `error` in it the status is 400 unless another is given.
    """
    asked: list[str] = []
    code = status or (400 if "error" in answer else 200)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            text = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/token", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
