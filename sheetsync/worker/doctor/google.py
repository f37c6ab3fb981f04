"""The Google Sheet: may we log in, is the clock right, does the sheet open, may it be written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

import requests
from google.auth.credentials import AnonymousCredentials, Credentials

from sheetsync.config.google import sheet_link
from sheetsync.domain.model import Sheet
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import PlanRefused, TrackerBusy, TrackerError, TrackerRefused
from sheetsync.store.store import Store
from sheetsync.trackers.google.about import About
from sheetsync.trackers.google.api import AnswerLost, QuotaUsedUp, SheetsApi
from sheetsync.trackers.google.key_files import open_to_others
from sheetsync.trackers.google.login import TESTING, client_email, credentials_for
from sheetsync.trackers.google.structure import Json, Mark, Structure
from sheetsync.worker.doctor.columns import column_checks
from sheetsync.worker.doctor.diagnosis import Diagnosis, Patient, bad, note, ok, warn
from sheetsync.worker.doctor.memory import known_state
from sheetsync.worker.doctor.sheet_structure import (
    owner_lines,
    protection_lines,
    tab_lines,
    tab_of,
    zone_lines,
)
from sheetsync.worker.one_pass import no_step
from sheetsync.worker.which_tracker import Bench, open_tracker

_RIGHT: Final = timedelta(seconds=30)
_REFUSED: Final = timedelta(minutes=5)
"""From about here on Google refuses the login of a service account."""
_FREE: Final = 60
"""Requests a minute that Google allows one account, of reads and of writes."""
_TRIAL_ID: Final = 1_905_126_407
"""Of the mark that is made and taken away again in one batch."""


def google_checks(
    patient: Patient, rules: Rulebook, wait: Callable[[float], None]
) -> Iterator[Diagnosis]:
    """Everything about login, sheet and tab. One mark of our own is written anew, and no cell."""
    try:
        credentials = credentials_for(patient.config.google)
    except TrackerError as problem:
        yield bad("login", str(problem), "Nothing can be said of the sheet without a login.")
        return
    yield from _login_lines(patient, credentials)
    api = _api(patient, credentials, wait)
    try:
        ahead = _clock_ahead(patient, wait)
        api.client.clock_ahead = None if ahead is None else ahead.total_seconds()
        yield _clock_line(patient, ahead)
        api.prepare_write()
        structure = api.structure()
    except TrackerError as problem:
        yield bad("sheet", str(problem), "Nothing else can be said of the sheet until then.")
        return
    google, sheet = patient.config.google, patient.config.tracker.spreadsheet
    place = f"on {google.api_url}" if google.on_this_machine else sheet_link(sheet)
    yield ok("sheet", f'The login is accepted and the sheet opens: "{structure.title}", {place}')
    yield from tab_lines(patient, structure)
    yield from zone_lines(patient, structure)
    yield from _columns(patient, rules, structure, api.about.client_email, wait)
    yield from owner_lines(structure, known_state(patient), structure.id)
    yield _write_line(api, structure)
    yield _quota_line(patient, api)


def _api(
    patient: Patient,
    credentials: Credentials,
    wait: Callable[[float], None],
    session: requests.Session | None = None,
) -> SheetsApi:
    """The way to Google that a pass goes, but each request is made once: the first fault is told."""
    settings, google = patient.config.tracker, patient.config.google
    return SheetsApi(
        settings.spreadsheet,
        credentials,
        clock=lambda: patient.now,
        wait=wait,
        dice=lambda: 1.0,
        api_url=google.api_url,
        timeout=google.timeout.total_seconds(),
        deadline=0.0,
        session=session,
        timezone=settings.timezone,
        tab=settings.tab,
    )


def _clock_ahead(patient: Patient, wait: Callable[[float], None]) -> timedelta | None:
    """How far our clock is ahead of Google's: even a refusal tells the time, so nobody logs in for it.

    Raises TrackerBusy where nothing answers at all.
    """
    with requests.Session() as session:
        nobody = _api(patient, AnonymousCredentials(), wait, session)  # type: ignore[no-untyped-call]
        try:
            nobody.structure()
        except TrackerRefused:
            pass  # the clock was read all the same
        except TrackerBusy:
            if nobody.client.clock_ahead is None:
                raise
    ahead = nobody.client.clock_ahead
    return None if ahead is None else timedelta(seconds=ahead)


def _login_lines(patient: Patient, credentials: Credentials) -> Iterator[Diagnosis]:
    google, account = patient.config.google, client_email(credentials)
    match google.login:
        case "service_account":
            yield ok("login", f"The key file {google.key_file} is whole; it is that of {account}.")
            words = open_to_others(google.key_file) if google.key_file else ""
            if words:
                yield warn(
                    "login", f"Other accounts of this machine may read {google.key_file}.", words
                )
        case "person":
            yield ok("login", f"The login of a person is kept in {google.oauth_token}.")
            words = open_to_others(google.oauth_token)
            if words:
                yield warn(
                    "login", f"Other accounts of this machine may read {google.oauth_token}.", words
                )
            yield warn("login", "A person's login can end, and then no pass is done.", TESTING)
        case "adc":
            yield ok(
                "login", f"The login is that of this machine{f': {account}' if account else ''}."
            )
        case "none":
            yield note("login", f"Nobody logs in: {google.api_url} is a server on this machine.")


def _clock_line(patient: Patient, ahead: timedelta | None) -> Diagnosis:
    if ahead is None:
        return note("clock", "The server does not tell its time, so the clock was not compared.")
    if abs(ahead) <= _RIGHT:
        return ok("clock", "The clock of this machine agrees with that of Google.")
    step = "Set it right (on Linux: timedatectl set-ntp true): all times in the sheet come from it."
    if abs(ahead) < _REFUSED:
        seconds, way = (
            round(abs(ahead).total_seconds()),
            "ahead of" if ahead > timedelta() else "behind",
        )
        return warn(
            "clock", f"The clock of this machine is {seconds} seconds {way} Google's.", step
        )
    skew = About(spreadsheet_id=patient.config.tracker.spreadsheet, clock_ahead=ahead).skew
    return bad("clock", f"The clock of this machine is wrong: {skew}.",
               f"{step} A login with a key file is refused until then.")  # fmt: skip


def _columns(
    patient: Patient,
    rules: Rulebook,
    structure: Structure,
    client_email: str,
    wait: Callable[[float], None],
) -> Iterator[Diagnosis]:
    tab = tab_of(patient, structure)
    if tab is None:  # told by `tab_lines`
        return
    try:
        sheet = _read(patient, rules, wait)
    except (TrackerError, PlanRefused) as problem:
        yield bad("columns", str(problem), "Nothing can be said of the columns until it is read.")
        return
    header = yield from column_checks(patient, rules, sheet)
    if header is not None:
        yield from protection_lines(rules, header, structure, tab, client_email)


def _read(patient: Patient, rules: Rulebook, wait: Callable[[float], None]) -> Sheet:
    """The tab as a pass reads it; a store in memory stands in, since nothing is written to either."""
    with Store.open("sqlite://", now=patient.now) as store:
        bench = Bench(
            store=lambda: store,
            tracker_id=0,
            state_folder=patient.config.folder / "state",
            clock=lambda: patient.now,
            wait=wait,
            step=no_step,
        )
        return open_tracker(patient.config, rules, bench).read()


def _write_line(api: SheetsApi, structure: Structure) -> Diagnosis:
    """Whether writing is allowed: a mark of ours gets the value it has, or one is made and taken away."""
    own = next((mark for mark in structure.marks if mark.key.startswith("sheetsync.")), None)
    try:
        api.batch([_same_again(own)] if own else _there_and_gone())
    except (AnswerLost, QuotaUsedUp) as lost:
        return warn(
            "write", str(lost.problem), "Whether it may be written is not known; ask again."
        )
    except TrackerError as problem:
        return bad("write", str(problem), "Until then the sheet is read, but no cell is filled.")
    return ok("write", "The sheet may be written; no cell was changed to find out.")


def _same_again(mark: Mark) -> Json:
    return {
        "updateDeveloperMetadata": {
            "dataFilters": [{"developerMetadataLookup": {"metadataId": mark.id}}],
            "developerMetadata": {"metadataValue": mark.value},
            "fields": "metadataValue",
        }
    }


def _there_and_gone() -> list[Json]:
    entry = {
        "metadataId": _TRIAL_ID,
        "metadataKey": "sheetsync.doctor",
        "metadataValue": "made to see whether writing is allowed",
        "visibility": "DOCUMENT",
        "location": {"spreadsheet": True},
    }
    lookup = {"developerMetadataLookup": {"metadataId": _TRIAL_ID}}
    return [
        {"createDeveloperMetadata": {"developerMetadata": entry}},
        {"deleteDeveloperMetadata": {"dataFilter": lookup}},
    ]


def _quota_line(patient: Patient, api: SheetsApi) -> Diagnosis:
    google, client = patient.config.google, api.client
    words = (
        f"This look took {_counted(client.reads.used, 'read')} and {_counted(client.writes.used, 'write')} "
        f"beside the reading of the tab. The worker keeps below {google.reads_per_minute} reads and "
        f"{google.writes_per_minute} writes a minute; Google allows an account {_FREE} of each."
    )
    if max(google.reads_per_minute, google.writes_per_minute) > _FREE:
        return warn(
            "quota", words,
            "Lower google: reads_per_minute and writes_per_minute, unless Google has granted you more.",
        )  # fmt: skip
    return ok("quota", words)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
