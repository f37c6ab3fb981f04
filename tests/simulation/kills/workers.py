"""Worker processes: real ones of `python -m sheetsync run`, each in a process of its own.

Starting Python with all that sheetsync imports takes longer than many a pass. So most workers are
forked from a process that has imported it and done nothing else; from `sheetsync run` on they are the same.
"""

from __future__ import annotations

import gc
import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

ENVIRONMENT = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class Worker(Protocol):
    """A worker under way."""

    number: int
    """Of its process."""

    def wait(self, seconds: float) -> int:
        """How it ended: its exit code, or minus the number of the signal. Raises TimeoutError."""


def command(config: Path) -> list[str]:
    """What `sheetsync` is called with."""
    return ["run", "--log", "json", "--config", str(config)]


class Fresh:
    """A worker that Python starts for, as everybody starts it."""

    def __init__(self, config: Path, log: Path) -> None:
        with log.open("ab") as lines:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sheetsync", *command(config)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=lines, env=ENVIRONMENT,
            )  # fmt: skip
        self.number = self._process.pid

    def wait(self, seconds: float) -> int:
        """See Worker."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired as slow:
            raise TimeoutError from slow


class Warm:
    """The process that workers are forked from; it has one child at a time, and ends with its pipe."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.simulation.kills.workers"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT,
            cwd=Path(__file__).parents[3],
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to: IO[bytes] = self._process.stdin
        self._from: IO[bytes] = self._process.stdout

    def start(self, config: Path, log: Path, plant: str = "") -> Worker:
        """A worker that is forked now; `plant` names a fault that it shall have."""
        return self._fork(command(config), log, plant)

    def check(self, config: Path, log: Path) -> int:
        """Run `sheetsync state check`; its exit code."""
        return self._fork(["state", "check", "--config", str(config)], log, "").wait(60)

    def _fork(self, arguments: list[str], log: Path, plant: str) -> Worker:
        self.ask([arguments, str(log), plant])
        return _Forked(int(self.answer(20)), self)

    def ask(self, words: Any) -> None:
        """Send one line."""
        self._to.write(json.dumps(words).encode() + b"\n")
        self._to.flush()

    def answer(self, seconds: float) -> str:
        """The next line. Raises TimeoutError where none comes."""
        if not select.select([self._from], [], [], seconds)[0]:
            raise TimeoutError
        return self._from.readline().decode()

    def close(self) -> None:
        """End it."""
        self._to.close()
        self._process.wait(20)
        self._from.close()


@dataclass(slots=True)
class _Forked:
    number: int
    _warm: Warm

    def wait(self, seconds: float) -> int:
        """See Worker."""
        return int(self._warm.answer(seconds))


def serve(lines: IO[str], answers: IO[str]) -> None:
    """Fork a worker for each line, tell its number, and then how it ended."""
    import sheetsync.cli.run_
    import sheetsync.cli.state_
    import sheetsync.trackers.google.tracker  # noqa: F401

    gc.freeze()
    for line in lines:
        child = os.fork()
        if not child:
            _work(*json.loads(line))
        print(child, file=answers, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)


def _work(arguments: list[str], log: str, plant: str) -> None:
    """Do what the command line does, and end with it."""
    from sheetsync.cli.main import run
    from tests.simulation.kills.planted import run_planted

    nothing = os.open(os.devnull, os.O_RDWR)
    lines = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number, target in ((0, nothing), (1, lines), (2, lines)):
        os.dup2(target, number)
    code = 70
    try:
        code = run_planted(plant, arguments) if plant else run(arguments)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
