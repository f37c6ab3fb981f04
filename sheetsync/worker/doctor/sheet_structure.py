"""What a Google Sheet is made of, looked over: its tabs, its zone, its protections, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sheetsync.domain.model import HeaderMap
from sheetsync.domain.rules import Rulebook
from sheetsync.store.trackers import TrackerState
from sheetsync.trackers.google.structure import SETUP_MARK, Json, Structure, TabStructure
from sheetsync.worker.doctor.diagnosis import Diagnosis, Patient, bad, note, ok, warn


def tab_of(patient: Patient, structure: Structure) -> TabStructure | None:
    """The tracker tab: by its title, or, renamed, by its mark."""
    return structure.tab(patient.config.tracker.tab) or structure.tracker_tab()


def tab_lines(patient: Patient, structure: Structure) -> Iterator[Diagnosis]:
    """Whether the tracker tab is there, and how the tabs are called."""
    wanted = patient.config.tracker.tab
    titles = ", ".join(tab.title for tab in structure.tabs)
    found = tab_of(patient, structure)
    if found is None:
        yield bad(
            "tabs", f"The sheet has no tab {wanted}; it has {titles}.",
            "Rename the tab back, or put its name under tracker: tab.",
        )  # fmt: skip
        return
    yield ok("tabs", f"The tab {found.title} is there, of {len(structure.tabs)}: {titles}.")
    if found.title.casefold() != wanted.casefold():
        yield warn(
            "tabs", f"The tab was called {wanted} and is now {found.title}; it was found by its mark.",
            f"Put {found.title} under tracker: tab.",
        )  # fmt: skip
    if structure.mark(SETUP_MARK) is None:
        yield note(
            "tabs", "The sheet was not set up by sheetsync: no drop-downs, colours and views of its own.",
            "If you would like them, run sheetsync setup; it can be taken back.",
        )  # fmt: skip


def zone_lines(patient: Patient, structure: Structure) -> Iterator[Diagnosis]:
    """Time zone and locale of the sheet against the configuration."""
    ours, theirs = patient.config.tracker.timezone, structure.timezone
    if theirs == ours or _same_time(ours, theirs, patient.now):
        also = "" if theirs == ours else f" ({theirs}, which tells the same time as {ours})"
        yield ok("zone", f"The time zone of the sheet is that of the configuration{also}.")
    else:
        yield bad(
            "zone",
            f"The sheet is in {theirs or 'no known zone'}, the configuration says {ours}: times typed in "
            "the sheet and times of the worker would differ.",
            f"Set {ours} under File > Settings > Time zone in the sheet, or tracker: timezone to that "
            "of the sheet.",
        )
    if structure.locale:
        yield ok(
            "zone",
            f"The locale of the sheet is {structure.locale}; numbers and dates are read as Sheets "
            "understood them, with a decimal comma or point alike.",
        )


def protection_lines(
    rules: Rulebook,
    header: HeaderMap,
    structure: Structure,
    tab: TabStructure,
    client_email: str,
) -> Iterator[Diagnosis]:
    """Protected ranges of others that lie over columns which the worker fills."""
    ours = {
        place: header.headings.get(key, rules.columns[key].title)
        for key, place in header.columns.items()
        if rules.columns[key].owner != "staff"
    }
    found = False
    for protected in tab.protected_ranges:
        if _may_edit(protected, client_email):
            continue
        titles = [ours[place] for place in sorted(ours) if _covers(protected, place, structure)]
        if titles:
            found = True
            about = protected.get("description") or "a protected range without a name"
            yield bad(
                "protection",
                f"Cells that the worker fills are protected ({about}): {', '.join(titles)}.",
                f"Data > Protect sheets and ranges: add {client_email or 'the account of the worker'} to "
                "those who may edit, or only show a warning.",
            )
    if not found:
        yield ok("protection", "No protected range stands in the way of the worker.")


def owner_lines(
    structure: Structure, state: TrackerState | None, spreadsheet: str
) -> Iterator[Diagnosis]:
    """Whether the mark in the sheet is that of this store."""
    marker, marked_for = structure.marker(), structure.marked_for()
    if marker is None:
        yield note(
            "owner", "No worker has marked this sheet as its own yet.", "The first write does it."
        )
    elif marked_for and marked_for != spreadsheet:
        yield warn(
            "owner", "This sheet is a copy of another tracker: its mark names the original.",
            "If the copy shall be a tracker of its own, run sheetsync setup on it; else put the address "
            "of the original under tracker: id.",
        )  # fmt: skip
    elif state is None:
        yield warn(
            "owner", "A worker with another store has marked this sheet as its own.",
            "Let only one worker write to it: run this configuration where that store is, or stop the "
            "other one for good.",
        )  # fmt: skip
    elif marker.uuid != state.uuid:
        yield bad(
            "owner", "Another worker, with another store, has marked this sheet as its own.",
            "Stop one of the two: with two workers on one sheet each would undo the other's work.",
        )  # fmt: skip
    elif marker.epoch > state.epoch:
        yield bad(
            "owner", "The store is older than the sheet: it was put back from a backup.",
            "Put back the newest store; where that one is the newest, run a pass and do as it says.",
        )  # fmt: skip
    else:
        yield ok("owner", "The sheet is marked as that of this store.")


def _may_edit(protected: Json, client_email: str) -> bool:
    editors: Mapping[str, object] = protected.get("editors") or {}
    users = editors.get("users") or []
    known = [str(user).casefold() for user in users] if isinstance(users, list) else []
    return bool(
        protected.get("warningOnly")
        or protected.get("requestingUserCanEdit")
        or (client_email and client_email.casefold() in known)
    )


def _covers(protected: Json, column: int, structure: Structure) -> bool:
    """Whether a protection lies over cells of the column; one of a whole tab may leave columns out."""
    named = protected.get("namedRangeId")
    area: Json = protected.get("range") or next(
        (one["range"] for one in structure.named_ranges if named and one.get("namedRangeId") == named), {}
    )  # fmt: skip
    free: list[Json] = protected.get("unprotectedRanges") or []
    whole = (one for one in free if "startRowIndex" not in one and "endRowIndex" not in one)
    return _spans(area, column) and not any(_spans(one, column) for one in whole)


def _spans(area: Json, column: int) -> bool:
    first, end = area.get("startColumnIndex", 0), area.get("endColumnIndex")
    return bool(first <= column and (end is None or column < end))


def _same_time(ours: str, theirs: str, now: datetime) -> bool:
    """Whether two zones of different names tell the same time this year (Etc/GMT and UTC)."""
    try:
        one, other = ZoneInfo(ours), ZoneInfo(theirs)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    moments = [now.replace(month=month, day=1) for month in range(1, 13)]
    return all(m.astimezone(one).utcoffset() == m.astimezone(other).utcoffset() for m in moments)
