"""What sheetsync remembers between passes: one SQLite file, every decision in one transaction."""

from sheetsync.store.store import Store, sqlite_url
from sheetsync.store.trackers import TrackerState

__all__ = ["Store", "TrackerState", "sqlite_url"]
