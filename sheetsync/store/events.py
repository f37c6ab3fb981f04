"""The stage events of every order, as reports need them: the base of all stage times."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, select

from sheetsync.domain.model import STAGE_EVENT_COLUMNS
from sheetsync.store import frames
from sheetsync.store.tables import stage_event

_MOMENTS = ("at", "seen_from", "seen_to")


def load_events(connection: Connection, tracker_id: int) -> pd.DataFrame:
    """A frame of STAGE_EVENT_COLUMNS, oldest first; moments as in every frame of the domain."""
    columns = [stage_event.c[name] for name in STAGE_EVENT_COLUMNS]
    query = (
        select(*columns).where(stage_event.c.tracker_id == tracker_id).order_by(stage_event.c.id)
    )
    values = frames.by_column(connection, query)
    return pd.DataFrame(
        {
            name: pd.Series(frames.moments(values[name]))
            if name in _MOMENTS
            else pd.Series(values[name], dtype=object)
            for name in STAGE_EVENT_COLUMNS
        }
    )
