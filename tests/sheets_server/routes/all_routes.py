"""Importing this module makes every endpoint known."""

from tests.sheets_server.routes import (
    appending,
    batch,
    books,
    by_filter,
    drive,
    drive_sharing,
    metadata,
    reading,
    tokens,
    writing,
)

__all__ = [
    "appending",
    "batch",
    "books",
    "by_filter",
    "drive",
    "drive_sharing",
    "metadata",
    "reading",
    "tokens",
    "writing",
]
