"""A shop whose tracker was looked at once, and a copy of it that went out."""

from __future__ import annotations

import shutil

import pytest

from tests.support.offline_copy import Away


@pytest.fixture(scope="session")
def gone_out(tmp_path_factory):
    """Made once for all files: twelve orders, looked at at 08:10 and exported at 08:12."""
    away = Away(tmp_path_factory.mktemp("away"))
    shutil.copyfile(away.path, away.path.with_suffix(".kept"))
    return away, away.shop.snapshot()


@pytest.fixture
def away(gone_out):
    """As it was at 08:12."""
    away, snapshot = gone_out
    away.shop.restore(snapshot)
    shutil.copyfile(away.path.with_suffix(".kept"), away.path)
    away.shop.now = away.shop.at("08:12")
    return away
