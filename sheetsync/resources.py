"""Where the shipped files are: in the wheel beside the package, or in the checkout.

A folder named in config.yaml (the team's own copy) always comes first. An editable install reads
the checkout, so that edits there are live.
"""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from typing import Final

from sheetsync.errors import UsageError

_CHECKOUT: Final = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path:
    """The shipped file or folder `name`, such as `rules` or `config.example.yaml`; raises UsageError."""
    packaged = Path(str(files("sheetsync"))) / "_data" / name
    if packaged.exists():
        return packaged
    checkout = _CHECKOUT / name
    if (_CHECKOUT / "pyproject.toml").is_file() and checkout.exists():
        return checkout
    raise UsageError(
        f"The shipped {name} is missing from this installation. Install sheetsync anew."
    )


def rules_folder(configured: Path | None = None) -> Path:
    """The folder of the rules in force: the configured one, else the shipped one. Raises UsageError."""
    if configured is None:
        return shipped("rules")
    if not configured.is_dir():
        raise UsageError(
            f"config.yaml names the rules folder {configured}, but there is no such folder. "
            "Correct rules: there, or copy the shipped rules to it with: sheetsync rules copy"
        )
    return configured


def template_workbook() -> Path:
    """The shipped empty tracker."""
    return shipped("templates/tracker_template.xlsx")


def example_config_file() -> Path:
    """The shipped config.example.yaml."""
    return shipped("config.example.yaml")


def copy_rules(destination: Path) -> list[Path]:
    """Copy the shipped rules (with their schemas and examples) to `destination`.

    Nothing is ever overwritten: raises UsageError when a file of that name is already there.
    Returns the files made.
    """
    source = shipped("rules")
    wanted = sorted(
        path for path in source.rglob("*") if path.is_file() and path.name != ".gitkeep"
    )
    targets = [destination / path.relative_to(source) for path in wanted]
    taken = [target for target in targets if target.exists()]
    if taken:
        raise UsageError(
            f"{taken[0]} is already there, and nothing is overwritten. "
            "Name an empty folder, or move the old rules away."
        )
    for path, target in zip(wanted, targets, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return targets
