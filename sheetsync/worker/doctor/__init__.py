"""Looks the whole set-up over, in words: what is there, what is missing, what to do next.

Nothing is written, sent or changed; in a Google Sheet, a mark of ours is written with the value it has.
One trouble does not hide the next: whatever can still be looked
at is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from sheetsync.config import load_config
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import ConfigError, RulesError, SheetsyncError
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.worker.doctor.diagnosis import Diagnosis, Patient, bad, note, ok, warn
from sheetsync.worker.doctor.feeds import feed_checks
from sheetsync.worker.doctor.folders import folder_checks
from sheetsync.worker.doctor.mail import letter_checks, mail_checks, people_checks
from sheetsync.worker.doctor.memory import has_good_rules, store_checks
from sheetsync.worker.doctor.secrets import secret_checks
from sheetsync.worker.doctor.workbook import workbook_checks

__all__ = ["Diagnosis", "look_over"]


def look_over(
    config_path: Path,
    *,
    now: datetime,
    environment: Mapping[str, str],
    wait: Callable[[float], None],
    try_mail: bool = False,
) -> Iterator[Diagnosis]:
    """Every check in the order of a newcomer's path. `now` is aware UTC, `wait` sleeps.

    With `try_mail` the mail server is called and logged in to; nothing is sent.
    """
    try:
        config = load_config(config_path)
    except ConfigError as problem:
        yield bad("config", str(problem), "Correct the file at the line named.")
        return
    yield ok(
        "config", f"{config_path.resolve()} is read; the time zone is {config.tracker.timezone}."
    )
    patient = Patient(config=config, now=now, environment=environment)
    rules = None
    for found, diagnosis in _rules(patient):
        rules = found or rules
        yield diagnosis
    if rules is not None:
        yield from _tracker(patient, rules, wait)
    yield from folder_checks(patient)
    yield from secret_checks(patient)
    if rules is not None:
        yield from feed_checks(patient, rules)
        yield from _carriers(patient, rules)
    yield from store_checks(patient)
    yield from mail_checks(patient, try_it=try_mail)
    yield from letter_checks(patient, rules)
    if rules is not None:
        yield from people_checks(patient, rules)
    yield _heartbeat(patient)


def _tracker(
    patient: Patient, rules: Rulebook, wait: Callable[[float], None]
) -> Iterator[Diagnosis]:
    if patient.config.tracker.kind == "excel":
        yield from workbook_checks(patient, rules, wait)
        return
    # Google's client is loaded only for a Google Sheet: it costs a workbook half a second.
    from sheetsync.worker.doctor.google import google_checks  # noqa: PLC0415

    yield from google_checks(patient, rules, wait)


def _carriers(patient: Patient, rules: Rulebook) -> Iterator[Diagnosis]:
    if not patient.config.carriers:
        return
    # Providers need HTTP, which takes a while to import; most set-ups name none.
    from sheetsync.worker.doctor.carriers import carrier_checks  # noqa: PLC0415

    yield from carrier_checks(patient, rules)


def _rules(patient: Patient) -> Iterator[tuple[Rulebook | None, Diagnosis]]:
    try:
        folder = rules_folder(patient.config.rules).resolve()
        rules = load_rules(folder)
    except RulesError as problem:
        words = (
            "Passes go on with the last good set until then."
            if has_good_rules(patient)
            else "No good set was ever in force here, so no pass is done until then."
        )
        yield None, bad("rules", str(problem), f"Correct the lines named. {words}")
        return
    except SheetsyncError as problem:
        yield None, bad("rules", str(problem), "Put the folder right.")
        return
    shipped = "" if patient.config.rules else " (the shipped ones)"
    yield rules, ok("rules", f"The rules in {folder}{shipped} are good: set {rules.hash[:12]}.")
    for text in rules.warnings:
        yield None, warn("rules", text, "Reorder or remove the line that never fires.")
    own = patient.config.tracker.timezone
    for name, calendar in rules.calendars.items():
        if not calendar.always and calendar.timezone and calendar.timezone != own:
            yield (
                None,
                warn(
                    "rules",
                    f"Calendar {name} is in {calendar.timezone} ({calendar.source}), the tracker in {own}.",
                    "Make both the same, unless the warehouse really is elsewhere.",
                ),
            )


def _heartbeat(patient: Patient) -> Diagnosis:
    if patient.config.worker.heartbeat_url:
        return ok("watch", "A monitor is called after each pass, so silence is noticed.")
    return note(
        "watch",
        "No monitor is called after a pass (worker: heartbeat_url).",
        "If the worker stops, only the moment on the Sync Status tab tells. A monitor that misses a "
        "call would tell you.",
    )
