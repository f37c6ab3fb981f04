"""Troubles of the store that somebody acts on differently; all are told as StoreError."""

from __future__ import annotations

from sheetsync.errors import StoreError


class DiskFull(StoreError):
    """No room left on the disk; what was begun is rolled back."""
