"""The demo, played once for all tests of a process that look at what it leaves."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class PlayedDemo:
    """A half-day that `sheetsync demo` played on a workbook: its folder, and what it said."""

    folder: Path
    story: str


@pytest.fixture(scope="session")
def played_demo(tmp_path_factory: pytest.TempPathFactory) -> PlayedDemo:
    """Look, and leave everything as it is."""
    folder = tmp_path_factory.mktemp("newcomer") / "demo"
    command = [sys.executable, "-m", "sheetsync", "demo", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return PlayedDemo(folder, done.stdout)
