"""A real `sheetsync run` in a process of its own, and a monitor that listens to its heartbeat."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any


class Running:
    """A daemon under way; `lines` are its log so far, one mapping a line."""

    def __init__(self, config: Path, log: Path, *more: str) -> None:
        self._log = log
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sheetsync", "run", "--log", "json", "--config", str(config), *more],
                stderr=stderr, stdout=subprocess.DEVNULL,
            )  # fmt: skip

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines() if line.startswith("{")]

    @property
    def text(self) -> str:
        return self._log.read_text()

    def wait_for(self, event: str, *, count: int = 1, seconds: float = 30) -> dict[str, Any]:
        """The `count`-th log line of this event."""

        def found() -> list[dict[str, Any]]:
            return [line for line in self.lines if line["event"] == event]

        wait_until(lambda: len(found()) >= count, seconds, lambda: self.text)
        return found()[count - 1]

    def end(self, number: int, seconds: float = 20) -> int:
        """Send a signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)


@contextmanager
def running(config: Path, log: Path, *more: str) -> Iterator[Running]:
    """A daemon that is gone when the block ends."""
    daemon = Running(config, log, *more)
    try:
        yield daemon
    finally:
        if daemon.process.poll() is None:
            daemon.process.kill()
        daemon.process.wait(10)


def wait_until(
    true: Callable[[], bool], seconds: float = 30, explain: Callable[[], str] = str
) -> None:
    """Wait until something holds; fails with `explain()` after `seconds`."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, explain()
        time.sleep(0.05)


@contextmanager
def monitor() -> Iterator[tuple[str, list[str]]]:
    """A heartbeat monitor on loopback: its address, and the paths that were called."""
    called: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            called.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ping", called
    finally:
        server.shutdown()
        server.server_close()
