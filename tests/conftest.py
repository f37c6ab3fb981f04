"""Settings that hold for every test."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.support.google_schema",
    "tests.support.played_demo",
    "tests.support.postgres",
]

settings.register_profile(
    "dev", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "ci", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "soak", max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(
    os.environ.get("SHEETSYNC_HYPOTHESIS", "ci" if os.environ.get("CI") else "dev")
)


MEMORY = Path("/dev/shm")
PLENTY = 2_000_000_000


def pytest_configure() -> None:
    """Temporary folders in memory where there is plenty of it: a worker waits for the disk at every commit."""
    if (
        os.access(MEMORY, os.W_OK | os.X_OK)
        and shutil.disk_usage(MEMORY).free > PLENTY
        and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
    ):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Play files with slow tests first, by name: in the end no process is left alone with one."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: str(item.path) if item.path in slow else "\U0010ffff")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Set what was imported and collected aside from the search for garbage: it stays until the end."""
    gc.freeze()
