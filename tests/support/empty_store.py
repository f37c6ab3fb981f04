"""A store that is new: its tables stand and hold nothing. Made once in each test process, then copied.

Making the tables takes twenty times as long as opening a store that has them; what happens where there
is no store yet is tried in tests/unit/store and by the command line.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sheetsync.store import Store, sqlite_url
from tests.support.plans import NOW


def place_empty_store(path: Path) -> None:
    """Put an empty store at `path`."""
    with path.open("xb") as file:
        file.write(_empty())
    path.chmod(0o600)


@cache
def _empty() -> bytes:
    with TemporaryDirectory(prefix="sheetsync-store-") as folder:
        path = Path(folder, "state.db")
        Store.open(sqlite_url(path), now=NOW).close()
        return path.read_bytes()
