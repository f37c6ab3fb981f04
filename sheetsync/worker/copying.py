"""When a pass copies the store: the first of each local day, and after so many passes that did something."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sheetsync.config.model import StoreConfig
from sheetsync.domain.moments import scalar_to_local
from sheetsync.store.store import Store

_DAY: Final = "backup_day"
_LINE: Final = "backup_pass"


def back_up_when_due(
    store: Store, tracker_id: int, now: datetime, *, timezone: str, settings: StoreConfig
) -> None:
    """Copy the store if it is time. Raises StoreError where the copy cannot be written."""
    today = scalar_to_local(now, timezone).date().isoformat()
    last = next((line.id for line in store.passes(tracker_id, 1)), 0)
    copied = int(store.setting(tracker_id, _LINE) or 0)
    if store.setting(tracker_id, _DAY) == today and last - copied < settings.backup_passes:
        return
    store.backup(now, keep=settings.backups_kept)
    store.keep_setting(tracker_id, _DAY, today)
    store.keep_setting(tracker_id, _LINE, str(last))
