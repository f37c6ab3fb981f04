"""A tracker folder whose orders can fall due at any moment: a breach is told at once, by day and night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from tests.support.google_shop import GoogleShop

HANDLERS: Final = ("Anna", "Ben", "Chipo", "Dev", "Elif", "Femi")
LEAD: Final = "lead@example.org"
PACKING: Final = timedelta(hours=4)

_SLA: Final = """\
version: 1
defaults: {calendar: always, warn_at: 80%}
targets:
  - {id: allocation, stage: Allocation, starts: ordered_at, stops: allocated_at, by: [{within: 96h}]}
  - {id: picking, stage: Picking, starts: allocated_at, stops: picked_at, by: [{within: 96h}]}
  - {id: packing, stage: Packing, starts: picked_at, stops: packed_at, by: [{within: 4h}]}
  - {id: dispatch, stage: Dispatch, starts: packed_at, stops: dispatched_at, by: [{within: 96h}]}
"""
_ESCALATION: Final = """\
version: 1
people:
  handler: {{from_column: handler, directory: {{{directory}}}, fallback: lead}}
  lead: [{lead}]
policies:
  late:
    levels:
      - {{level: 1, after: breach, who: [handler, lead], how: [cell, email]}}
    stop_when: [stage_left]
rules:
  - {{when: {{sla_state: Breached}}, use: late}}
limits: {{max_emails_per_pass: 100, max_emails_per_day: 1000}}
"""


def address(handler: str) -> str:
    """The mail address of one of the staff."""
    return f"{handler.lower()}@example.org"


def zone_of_noon(now: datetime) -> tuple[str, timezone]:
    """A time zone in which it is about noon: no midnight falls into a run."""
    ahead = 12 - now.astimezone(UTC).hour
    name = "Etc/GMT" if not ahead else f"Etc/GMT{-ahead:+d}"
    return name, timezone(timedelta(hours=ahead))


def set_up(shop: GoogleShop, *, port: int, store: str) -> None:
    """Write the rules and the configuration of a shop that was just made."""
    directory = ", ".join(f"{name}: {address(name)}" for name in HANDLERS)
    rules: Path = shop.rules
    (rules / "sla.yaml").write_text(_SLA)
    (rules / "escalation.yaml").write_text(_ESCALATION.format(directory=directory, lead=LEAD))
    mail = f"{{mode: smtp, host: 127.0.0.1, port: {port}, tls: none, from: orders@example.org}}"
    url = f"store: {{url: '{store}'}}\n" if store else ""
    shop.configure(
        mail=mail,
        more=f"{url}worker: {{every: 10s, heartbeat_url: '{shop.server.url}/ping'}}\n"
        "guard: {mails_share: 100%}\n",
    )
    patient = shop.config.read_text().replace("timeout: 5s", "timeout: 60s")
    shop.config.write_text(patient)
