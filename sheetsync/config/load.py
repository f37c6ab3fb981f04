"""Read config.yaml: a frozen Config, or every problem with its line and column."""

from __future__ import annotations

from pathlib import Path

from sheetsync.config.model import Config
from sheetsync.errors import ConfigError, Problem
from sheetsync.yamlfiles.checking import check
from sheetsync.yamlfiles.document import read_document


def load_config(path: str | Path) -> Config:
    """The settings of the file at `path`; raises ConfigError with every problem found.

    Relative paths in it become absolute, from the folder of the file. Secrets are not fetched.
    """
    place = Path(path)
    try:
        content = place.read_bytes()
    except FileNotFoundError as error:
        words = "there is no such file; make one with sheetsync init, or name yours with --config"
        raise ConfigError([Problem(str(place), 0, 0, words)]) from error
    except IsADirectoryError as error:
        words = f"this is a folder; name the file in it, like --config {place / 'config.yaml'}"
        raise ConfigError([Problem(str(place), 0, 0, words)]) from error
    except OSError as error:
        raise ConfigError(
            [Problem(str(place), 0, 0, f"cannot be read: {error.strerror}")]
        ) from error
    return parse_config(content, place)


def parse_config(content: bytes | str, path: str | Path = "config.yaml") -> Config:
    """The settings written in `content`, as if it stood in the file at `path`; raises ConfigError."""
    file = Path(path)
    place = file.absolute()
    context = {"folder": place.parent, "file": place}
    config, problems = check(read_document(str(file), content), Config, context)
    if config is None:
        raise ConfigError(problems)
    return config
