"""A folder for a tracker that is a Google Sheet: the settings are read from the sheet itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sheetsync.config import Config, parse_config
from sheetsync.config.example import example_config, yaml_text
from sheetsync.errors import UsageError
from sheetsync.setup.fresh import (
    CONFIG,
    RULES,
    TEMPLATES,
    Made,
    make_rules,
    make_templates,
    refuse_overwriting,
)
from sheetsync.trackers.google.structure import Structure

TAB: Final = "Orders"
"""What the tab with the orders is called where nobody named it."""
_NAMED_BY_GOOGLE: Final = re.compile(r"[^\W\d_]+ ?1")
"""Sheet1, Tabellenblatt1, Feuille 1, シート1: what Google calls the first tab in its many languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What is known before the sheet was looked at; `tab` and `timezone` "" to take the sheet's own."""

    spreadsheet: str
    tab: str = ""
    timezone: str = ""
    sender: str = ""
    google: Mapping[str, str]
    """Settings of the section google, as they are written."""


def make_google_folder(
    folder: Path, chosen: Chosen, look: Callable[[Config], Structure]
) -> list[Made]:
    """Make config.yaml, rules/ and mail_templates/ in `folder`; `look` reads the sheet's structure.

    Nothing is overwritten, and nothing is made where the sheet cannot be reached. Raises UsageError,
    ConfigError, TrackerError.
    """
    refuse_overwriting(folder, (CONFIG, RULES, TEMPLATES))
    first = parse_config(_text(chosen, tab=chosen.tab or TAB, zone="UTC"), folder / CONFIG)
    structure = look(first)
    zone = chosen.timezone or structure.timezone
    text = _text(chosen, tab=_tab(chosen, structure), zone=zone)
    parse_config(text, folder / CONFIG)
    folder.mkdir(parents=True, exist_ok=True)
    made = make_rules(folder, zone)
    made.append(make_templates(folder))
    (folder / CONFIG).write_text(text, encoding="utf-8")
    return [Made(CONFIG, f"which sheet ({structure.title}), how mails leave"), *made]


def name_for_empty_tab(tab: str, wished: str = "") -> str:
    """What an empty tab shall be called: as `wished` or named by a person, else Orders."""
    return tab if wished or not _NAMED_BY_GOOGLE.fullmatch(tab) else TAB


def write_tab_name(config: Path, tab: str) -> None:
    """Let the configuration that was just made name its tab anew."""
    lines = config.read_text(encoding="utf-8").splitlines(keepends=True)
    named = [f"  tab: {yaml_text(tab)}\n" if line.startswith("  tab:") else line for line in lines]
    config.write_text("".join(named), encoding="utf-8")


def _tab(chosen: Chosen, structure: Structure) -> str:
    titles = [tab.title for tab in structure.tabs]
    wanted = chosen.tab or TAB
    if structure.tab(wanted) is not None:
        return wanted
    if not chosen.tab and len(titles) == 1:
        return titles[0]
    names = ", ".join(f"“{title}”" for title in titles)
    raise UsageError(
        f"“{structure.title}” has no tab “{wanted}”; its tabs are {names}. Name the one with the orders: --tab TITLE"
    )


def _text(chosen: Chosen, *, tab: str, zone: str) -> str:
    values = {
        "tracker.kind": "google",
        "tracker.id": chosen.spreadsheet,
        "tracker.tab": tab,
        "tracker.timezone": zone,
        "templates": TEMPLATES,
    }
    values |= {f"google.{name}": value for name, value in chosen.google.items()}
    if chosen.sender:
        values["mail.from"] = chosen.sender
    return _without_path(example_config(values))


def _without_path(text: str) -> str:
    """The example is one of a workbook; a sheet has no path."""
    return "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith("  path: ")
    )
