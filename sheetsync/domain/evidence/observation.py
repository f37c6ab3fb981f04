"""The answer of this room: what one pass saw of every order, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sheetsync.domain.decision import Mask, Texts
from sheetsync.domain.moments import Moments


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observation:
    """Arrays and `stamps`, `ticks` are aligned with `Orders.frame`; unusable rows hold blanks.

    * `ticks`: the five EVIDENCE columns (int8 1 or 0) as counted, claims included.
    * `stamps`: the five STAMPS and `<stamp>_from` (moments, NaT where not done or not measured),
      `<evidence>_source` and `<evidence>_certainty` ("", exact, approx, unsure, unmeasured).
    * `derived`: the status that the evidence gives. `shown`: what the Status cell should hold, ""
      to leave it alone. `standing`: the status in force (a person's, else the derived one).
    * `stage`: the running stage, "" when closed. `stay` names the unbroken stay in it
      (`packing#0`). `stage_start`, `stage_start_from`: both ends of the interval in which it
      began; NaT = unknown.
    * `open_order`: not closed. `exception`: an open business problem. `reopened`: closed when last
      seen, running again now.
    * `cells`: changes (CHANGE_COLUMNS). `findings`: FINDING_COLUMNS. `stage_events`:
      STAGE_EVENT_COLUMNS.
    * `memory`: next rows of the usable orders, sheet order; `memory_changed` marks those that
      differ. `pauses`: all pauses, next; `pauses_changed` marks the new and the closed ones.
    * `missing`: Order IDs that were there in the last pass and are gone, sorted. `unusable`: those
      that still stand in the sheet, but in no row that can be used (a doubled ID), sorted.
    * `baseline`: this is the first pass.
    """

    ticks: pd.DataFrame
    stamps: pd.DataFrame
    derived: Texts
    shown: Texts
    standing: Texts
    stage: Texts
    stay: Texts
    stage_start: Moments
    stage_start_from: Moments
    open_order: Mask
    exception: Mask
    reopened: Mask
    cells: pd.DataFrame
    findings: pd.DataFrame
    memory: pd.DataFrame
    memory_changed: Mask
    pauses: pd.DataFrame
    pauses_changed: Mask
    stage_events: pd.DataFrame
    missing: tuple[str, ...]
    unusable: tuple[str, ...]
    baseline: bool
