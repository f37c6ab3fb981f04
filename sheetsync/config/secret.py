"""A password stands in the environment or in a file of its own, and is fetched only when needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from sheetsync.errors import ConfigError, Problem

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """Where a secret is kept; it prints as ***. `folder` is that of the configuration file."""

    kind: Literal["env", "file"]
    name: str
    folder: Path = Path()

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def resolve(self, environment: Mapping[str, str]) -> str:
        """The secret itself; raises ConfigError when it is not where it should be."""
        found = environment.get(self.name, "") if self.kind == "env" else self._of_file()
        if not found:
            what = f"the environment variable {self.name}" if self.kind == "env" else self.name
            words = f"a password is expected in {what}, but nothing stands there"
            raise ConfigError([Problem("config.yaml", 0, 0, words)])
        return found

    def _of_file(self) -> str:
        path = self.folder / self.name
        try:
            return path.read_text(encoding="utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            words = f"the password file {path} cannot be read: {reason}"
            raise ConfigError([Problem("config.yaml", 0, 0, words)]) from error


def parse_secret(value: Any, folder: Path) -> Secret:
    """`env:NAME` or `file:path`; raises ValueError, never with the text itself in it."""
    text = value.strip() if isinstance(value, str) else ""
    kind, colon, name = text.partition(":")
    name = name.strip()
    if colon and kind == "env" and _VARIABLE.fullmatch(name):
        return Secret("env", name, folder)
    if colon and kind == "file" and name:
        return Secret("file", name, folder)
    raise ValueError(
        "a password does not stand in this file: write env:NAME for an environment variable, "
        "or file:path for a file that holds it"
    )
