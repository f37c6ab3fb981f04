"""A real `sheetsync run` in a process of its own, and a monitor that listens to its heartbeat.

Python takes longer to start and to import sheetsync than most passes take. So a daemon is forked from the
test, unless the test is about how it is started; from the command line's arguments on they are the same.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import sheetsync.cli.run_  # noqa: F401 - so that a forked daemon has it
from sheetsync.cli.main import main


class Forked:
    """`sheetsync` with these arguments in a forked process, as far as these tests use subprocess.Popen."""

    def __init__(self, arguments: list[str], log: Path) -> None:
        log.write_bytes(b"")
        self.pid = os.fork()
        if not self.pid:
            _become(arguments, log)
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit code, or minus the number of the signal that ended it; None while it runs."""
        if self._code is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if ended else None
        return self._code

    def wait(self, seconds: float) -> int:
        """The exit code, once it has ended."""
        wait_until(lambda: self.poll() is not None, seconds)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _become(arguments: list[str], log: Path) -> NoReturn:
    code = 70
    try:
        with log.open("wb") as stderr, Path(os.devnull).open("wb") as stdout:
            os.dup2(stdout.fileno(), 1)
            os.dup2(stderr.fileno(), 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
        sys.argv = ["sheetsync", *arguments]
        warnings.simplefilter("ignore")
        main(arguments)
    except SystemExit as leave:
        code = leave.code if isinstance(leave.code, int) else 1
    finally:
        os._exit(code)


class Running:
    """A daemon under way; `lines` are its log so far, one mapping a line."""

    def __init__(self, config: Path, log: Path, *, own_python: bool = False) -> None:
        self._log = log
        self.process: Forked | subprocess.Popen[bytes]
        arguments = ["run", "--log", "json", "--config", str(config)]
        if own_python:
            with log.open("wb") as stderr:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "sheetsync", *arguments],
                    stderr=stderr, stdout=subprocess.DEVNULL,
                )  # fmt: skip
        else:
            self.process = Forked(arguments, log)

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
def running(config: Path, log: Path, *, own_python: bool = False) -> Iterator[Running]:
    """A daemon that is gone when the block ends; forked, or with a Python of its own."""
    daemon = Running(config, log, own_python=own_python)
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
