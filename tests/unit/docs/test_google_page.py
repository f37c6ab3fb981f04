"""The page for Google Sheets shows settings that are valid, and every line that the doctor can say."""

from __future__ import annotations

import re
from pathlib import Path

from sheetsync.config import parse_config

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "google.md").read_text(encoding="utf-8")
DOCTOR = ROOT / "sheetsync" / "worker" / "doctor"


def test_the_settings_shown_are_valid():
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    config = parse_config(shown)
    assert config.tracker.kind == "google"
    assert config.google.login == "service_account"
    for short in re.findall(r"`google: (\{[^`]+\})`", PAGE):
        parse_config(re.sub(r"google:\n  key_file.*\n", f"google: {short}\n", shown))


def test_every_line_of_the_doctor_is_explained():
    table = PAGE.partition("## What each line of the doctor means")[2].partition("\n## ")[0]
    explained = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    code = "".join(
        (DOCTOR / f"{name}.py").read_text() for name in ("google", "sheet_structure", "columns")
    )
    said = set(re.findall(r'\b(?:ok|note|warn|bad)\(\s*"(\w+)"', code))
    assert explained == said
