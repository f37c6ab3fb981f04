"""`plan_vendors`: who is asked for which order now, what they answered, and who hears of it where they do not.

Everything follows from the orders of this pass and from what is remembered. An order that names a vendor waits
for a few minutes: a slip can be put right, and what comes for the same vendor meanwhile goes into the same
letter. What was assigned before letters were switched on is remembered and never told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.columns.reading import ReadingOptions
from sheetsync.domain.companions import ORDER_LINES, VENDORS, Companions, Vendors
from sheetsync.domain.companions.reading import Ways
from sheetsync.domain.companions.vendor_lines import VendorLines, read_vendor_lines
from sheetsync.domain.conditions import Surroundings, evaluate
from sheetsync.domain.conditions.fields import Fields
from sheetsync.domain.findings import no_findings
from sheetsync.domain.grid import Mask
from sheetsync.domain.model import Notice, Orders
from sheetsync.domain.moments import NAT, Moments, as_moment, to_local
from sheetsync.domain.own_cells import moment_changes
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.vendors.deciding import Decided, VendorPass
from sheetsync.domain.vendors.memory import NOT_ASKED, Asked, AskedBefore, AskedNow
from sheetsync.domain.vendors.scene import STAMP, Scene
from sheetsync.domain.vendors.telling import findings_of, notes_of

VENDOR: Final = "vendor"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VendorPlan:
    """What one pass decided about vendors.

    `changes` fill Confirmed At; `records` says, by row, how it stands now.
    """

    now: AskedNow = NOT_ASKED
    notices: tuple[Notice, ...] = ()
    findings: pd.DataFrame = field(default_factory=no_findings)
    changes: pd.DataFrame | None = None
    next_change: datetime | None = None
    remarks: tuple[str, ...] = ()
    records: dict[int, Asked] = field(default_factory=dict)


def plan_vendors(
    *,
    orders: Orders,
    fields: Fields,
    companions: Companions,
    before: AskedBefore,
    rules: Rulebook,
    around: Surroundings,
    reading: ReadingOptions,
    open_order: Mask,
    baseline: bool,
    tracker: str,
    fed: pd.DataFrame | None,
    mails_today: int = 0,
) -> VendorPlan:
    """Which letters to vendors are due, and what is known of their answers at this moment.

    Args:
        orders: of this pass.
        fields: what a condition can ask.
        companions: what the tabs beside the orders say; without a tab Vendors nobody is asked.
        before: what the store remembers; its `since` is None when letters were just switched on.
        rules: the block `vendors` of notifications.yaml, people and columns.
        around: the moment and the tracker's zone.
        reading: how cells are read.
        open_order: orders that are neither done nor called off.
        baseline: the first look at this sheet: remember everything, tell nobody.
        tracker: the store's mark of the tracker, for codes.
        fed: the cells that feeds fill in this pass.
        mails_today: escalation mails already decided today.
    """
    settings = rules.notifications.vendors
    if not settings.active:
        return VendorPlan()
    if companions.vendors is None or not orders.has(VENDOR):
        return VendorPlan(remarks=(_nothing_to_go_by(companions.vendors, rules),))
    told = evaluate(settings.when, fields, around)
    gone = orders.frame["dispatched"].to_numpy() == 1
    scene = Scene(
        orders=orders,
        rules=rules,
        vendors=companions.vendors,
        companions=companions,
        lines=_lines(orders, reading),
        before=before,
        now=around.now,
        timezone=around.timezone,
        open_order=open_order & ~gone & orders.frame["usable"].to_numpy(bool),
        told=told.mask,
        silent=baseline or before.since is None,
        tracker=tracker,
        arriving=_arriving(fed),
    )
    done = VendorPass(scene, mails_today).run()
    missing = tuple(
        f"No vendor is written to: the sheet has no column {rules.columns[name].title if name in rules.columns else name}."
        for name in told.missing
    )
    return VendorPlan(
        now=AskedNow(
            active=True,
            asked=done.changed,
            withdrawn=tuple(done.withdrawn),
            settled=tuple(done.replied.settled),
            notes=notes_of(scene, done),
        ),
        notices=tuple(done.notices),
        findings=findings_of(scene, done),
        changes=_stamps(scene, done),
        next_change=min((turn for turn in done.turns if turn > around.now), default=None),
        remarks=(*done.remarks, *missing),
        records=done.records,
    )


def _nothing_to_go_by(vendors: Vendors | None, rules: Rulebook) -> str:
    title = rules.columns[VENDOR].title if VENDOR in rules.columns else "Vendor"
    what = f"there is no tab {VENDORS}" if vendors is None else f"the sheet has no column {title}"
    return f"No vendor is written to: {what}. Add it, or set mode: off under vendors in notifications.yaml."


def _lines(orders: Orders, reading: ReadingOptions) -> VendorLines | None:
    sheet = orders.sheet
    if ORDER_LINES not in sheet.tabs:
        return None
    ways = Ways(timezone=sheet.timezone, date_system=sheet.date_system, options=reading)
    return read_vendor_lines(sheet.tabs[ORDER_LINES], ways)


def _arriving(fed: pd.DataFrame | None) -> frozenset[tuple[str, str]]:
    if fed is None or fed.empty:
        return frozenset()
    return frozenset(zip(fed["order_id"].tolist(), fed["column"].tolist(), strict=True))


def _stamps(scene: Scene, done: Decided) -> pd.DataFrame | None:
    """Confirmed At of every order that has a vendor; that of all others stays as it is."""
    orders = scene.orders
    if not orders.has(STAMP):
        return None
    stands: Moments = orders.frame[STAMP].to_numpy("datetime64[s]")
    wanted = to_local(stands, orders.sheet.timezone)
    for row, record in done.records.items():
        if record.since is None and record.confirmed_at is None:
            continue  # nobody knows when; what stands there was known before
        at = record.confirmed_at
        one = np.array([NAT if at is None else as_moment(at)], dtype="datetime64[s]")
        wanted[row] = to_local(one, orders.sheet.timezone)[0]
    return moment_changes(orders, STAMP, wanted)
