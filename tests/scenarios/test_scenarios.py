"""Every folder beside this file is a story: before.csv, story.yaml, then expected.csv and mails.txt.

After a wanted change of behaviour, SHEETSYNC_ACCEPT=1 writes what came out; read the difference.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from tests.support.story import play

STORIES = sorted(path.parent for path in Path(__file__).parent.glob("*/story.yaml"))


@pytest.mark.parametrize("scenario", STORIES, ids=lambda path: path.name)
def test_the_story_ends_as_written(tmp_path: Path, scenario: Path):
    expected = scenario / "expected.csv"
    with expected.open(newline="", encoding="utf-8") as file:
        columns = next(csv.reader(file))

    came_out = play(tmp_path / "shop", scenario, columns)

    if os.environ.get("SHEETSYNC_ACCEPT") == "1":
        expected.write_text(came_out.sheet, encoding="utf-8")
        (scenario / "mails.txt").write_text(came_out.mails, encoding="utf-8")
    assert came_out.sheet == expected.read_text(encoding="utf-8")
    assert came_out.mails == (scenario / "mails.txt").read_text(encoding="utf-8")
