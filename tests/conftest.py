"""Settings that hold for every test."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.google_schema", "tests.support.postgres"]

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


def pytest_collection_finish(session: pytest.Session) -> None:
    """Set what was imported and collected aside from the search for garbage: it stays until the end."""
    gc.freeze()
