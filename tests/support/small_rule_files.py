"""A small complete set of rule files as text, so that a test can break one line of it."""

from __future__ import annotations

from collections.abc import Mapping

from sheetsync.domain.rules import Rulebook
from sheetsync.errors import RulesError
from sheetsync.rulebook import load_texts

FILES: Mapping[str, str] = {
    "columns.yaml": """\
version: 1
columns:
  - {key: order_id, title: Order ID, type: id, required: yes}
  - {key: ordered_at, title: Order Date & Time, type: datetime, owner: shared}
  - {key: customer, title: Customer Name / ID}
  - {key: skus, title: SKU(s) Ordered, type: sku_list}
  - {key: priority, title: Order Priority, type: choice, choices: [Standard, Expedited, Bulk]}
  - {key: allocated, title: Inventory Allocated, type: checkbox}
  - {key: picked, title: Picking Completed, type: checkbox, aliases: [Picking]}
  - {key: packed, title: Packing Completed, type: checkbox}
  - {key: carrier, title: Shipping Partner Assigned, type: choice, choices_from: carriers.yaml}
  - {key: dispatched_at, title: Dispatched Date, type: datetime, owner: shared}
  - {key: tracking, title: Tracking Number, type: tracking}
  - {key: status, title: Status, type: choice, choices_from: statuses.yaml, owner: shared}
  - {key: handler, title: Handled By}
  - {key: notes, title: Notes / Exceptions}
  - {key: promised_at, title: Promised Date, type: datetime}
  - {key: delivered_at, title: Delivered Date, type: datetime, owner: shared}
  - {key: customer_email, title: Customer Email, type: email}
  - {key: ack, title: Ack}
  - {key: csat, title: CSAT, type: number}
  - {key: allocated_at, title: Allocated At, type: datetime, owner: worker}
  - {key: picked_at, title: Picked At, type: datetime, owner: worker}
  - {key: packed_at, title: Packed At, type: datetime, owner: worker}
row_checks:
  - id: packed_not_picked
    when: {packed: yes, picked: no}
    severity: warning
    columns: [picked, packed]
    message: Packing is ticked but Picking is not.
""",
    "statuses.yaml": """\
version: 1
statuses:
  Pending: {kind: derived, stage: Allocation}
  Allocated: {kind: derived, stage: Picking}
  Picking: {kind: derived, stage: Picking}
  Packing: {kind: derived, stage: Packing}
  Ready: {kind: derived, stage: Dispatch}
  Shipped: {kind: derived, stage: Transit, aliases: [Dispatched]}
  Delivered: {kind: shared, stage: Closeout}
  Completed: {kind: shared, open: no, final: yes}
  In Progress: {kind: alias_group, means: [Allocated, Picking, Packing, Ready], aliases: [Processing]}
  On Hold: {kind: manual}
  Cancelled: {kind: manual, open: no, final: yes, aliases: [Canceled]}
pauses: {On Hold: all}
next: {Pending: [Allocated, Cancelled]}
auto_complete: {after: 3 working days}
on_untick: {within: 15m}
""",
    "calendar.yaml": """\
version: 1
calendars:
  warehouse:
    timezone: Africa/Johannesburg
    hours: {Mon-Fri: '08:00-17:00', Sat: '09:00-13:00'}
    holidays: ZA
    closed: [2026-12-24]
    special: {2026-11-27: '06:00-22:00'}
  always: {hours: 24/7}
""",
    "sla.yaml": """\
version: 1
defaults: {calendar: warehouse, warn_at: 80%}
targets:
  - id: packing
    stage: Packing
    starts: picked_at
    stops: packed_at
    by:
      - {when: {priority: Expedited}, within: 2h}
      - {within: 4h}
  - id: delivery
    stage: Transit
    starts: dispatched_at
    stops: delivered_at
    calendar: always
    by:
      - {when: {carrier: DHL}, within: 4d}
      - {within: 5d}
  - {id: promise, starts: ordered_at, stops: delivered_at, due: promised_at, compare: end_of_day}
""",
    "escalation.yaml": """\
version: 1
people:
  handler: {from_column: handler, directory: {Thabo: thabo@example.org}, fallback: lead}
  lead: [lead@example.org]
policies:
  fulfilment:
    levels:
      - {level: 1, after: at_risk, who: [handler], how: [cell]}
      - {level: 2, after: breach + 2h, who: [lead], how: [email], repeat: {every: 4h, at_most: 3}}
    stop_when: [stage_left]
    acknowledge: {column: ack, for: 4h}
    working_hours_only: warehouse
rules:
  - {when: {priority: Expedited, sla_state: Breached}, use: fulfilment, start_at_level: 2}
  - {when: {sla_state: [At risk, Breached]}, use: fulfilment}
limits: {max_emails_per_pass: 30, max_emails_per_day: 200}
""",
    "notifications.yaml": """\
version: 1
mode: off
to: customer_email
max_age: 48h
never_for: {status: [Cancelled]}
milestones:
  - {id: shipment, when: {dispatched_at: filled}, template: shipped, within: 1h}
""",
    "carriers.yaml": """\
version: 1
carriers:
  UPS: {tracking: '^1Z[0-9A-Z]{16}$', link: 'https://www.ups.com/track?tracknum={number}'}
  DHL: {tracking: '^\\d{10}$', aliases: [DHL Express]}
""",
    "kpi.yaml": """\
version: 1
exclude: {status: [Cancelled], test_customers: ['Test *']}
targets:
  on_time_delivery_rate: {at_least: 95%, near: 3%}
  cycle_time_median: {at_most: 3d, near: 12h}
  csat: {at_least: 4.2, near: 0.3}
""",
}


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """The set with `old` replaced by `new` in one file, where it must stand exactly once."""
    assert FILES[file].count(old) == 1, f"{old!r} stands {FILES[file].count(old)} times in {file}"
    return {**FILES, file: FILES[file].replace(old, new)}


def problems_of(files: Mapping[str, str | bytes]) -> list[str]:
    """Every problem of a set as one line each; [] when it is good."""
    try:
        load_texts(files, "test")
    except RulesError as wrong:
        return [str(problem) for problem in wrong.problems]
    return []


def rules_with(file: str, old: str, new: str) -> Rulebook:
    """The compiled set after one change."""
    return load_texts(changed(file, old, new), "test")
