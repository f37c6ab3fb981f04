"""Whatever goes wrong between here and Google, in one sentence for the person who can mend it.

Two kinds: TrackerBusy where waiting helps (quota, outage, network), TrackerRefused where somebody has to
act (sharing, wrong id, key, scope). Google's own words are shown only where ours have no better ones.
"""

from __future__ import annotations

from typing import Final

import requests
from google.auth.exceptions import GoogleAuthError
from gspread.exceptions import APIError, NoValidUrlKeyFound, SpreadsheetNotFound, WorksheetNotFound

from sheetsync.errors import SheetsyncError, TrackerBusy, TrackerRefused
from sheetsync.trackers.google.about import About
from sheetsync.trackers.google.login import SCOPE
from sheetsync.trackers.google.login_problems import login_told
from sheetsync.trackers.google.said import Said, masked, said

_LIBRARY: Final = "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview"
_BUSY: Final = frozenset({408, 425, 499, 500, 502, 503, 504})
_QUOTA_REASONS: Final = frozenset(
    {"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}
)


def told(error: Exception, about: About) -> SheetsyncError:
    """The error as a sentence; raises `error` itself where it is a fault of ours, not of the world."""
    match error:
        case SheetsyncError():
            return error
        case APIError():
            return answer_told(said(error.response), about)
        case SpreadsheetNotFound() | NoValidUrlKeyFound():
            return _not_found(about)
        case WorksheetNotFound():
            return _no_tab(about)
        case PermissionError():  # gspread's bare word for 403 while opening
            return _not_shared(about)
        case GoogleAuthError():
            return login_told(error, about)
        case requests.exceptions.RequestException() | ConnectionError() | TimeoutError():
            return _network(error, about)
        case _:
            raise error


def answer_told(what: Said, about: About) -> SheetsyncError:
    """What a refused answer means."""
    if what.status == 429 or what.name == "RESOURCE_EXHAUSTED" or what.reason in _QUOTA_REASONS:
        return TrackerBusy(
            f"Google allows only so many requests a minute, and they are used up. {about.later}"
        )
    if what.status in _BUSY or what.name in {"ABORTED", "CANCELLED"}:
        return TrackerBusy(
            f"Google Sheets is out of order at this moment (it answered {what.status}). {about.later}"
        )
    if what.status == 413:
        return _too_large()
    if not what.is_json:
        return _not_google(what, about)
    match what.status:
        case 401:
            return TrackerRefused(
                f"Google does not accept the login of {about.account} (401). Check the key file with "
                "sheetsync doctor; where it is right, make a new key, or log in anew."
            )
        case 403:
            return _forbidden(what, about)
        case 404:
            return _not_found(about)
        case _:
            return _bad_request(what, about)


def _forbidden(what: Said, about: About) -> TrackerRefused:
    if what.reason == "SERVICE_DISABLED" or what.has("has not been used in project", "is disabled"):
        project = f"?project={what.project}" if what.project else ""
        return TrackerRefused(
            "The Google Sheets API is switched off in the project of this login. Switch it on at "
            f"{what.link or _LIBRARY + project}, wait a few minutes and try again; the Drive API is not "
            "needed."
        )
    if what.reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT" or what.has("insufficient authentication"):
        return TrackerRefused(
            f"The login of {about.account} is not for spreadsheets: the scope {SCOPE} is missing. "
            "Log in anew with this scope (sheetsync login, or gcloud auth application-default login "
            f"--scopes={SCOPE})."
        )
    if what.has("storage quota", "storageQuotaExceeded"):
        return TrackerRefused(
            f"The Drive of {about.account} is full, or may own no files. Let a person make the sheet "
            f"and share it with {about.account} as Editor."
        )
    if what.has("domain policy", "sharing policy", "administrator", "outside of your organization"):
        return TrackerRefused(
            f"The rules of your Google domain forbid sharing {about.link} with {about.account}. Ask the "
            "administrator to allow this address, or put the sheet into a shared drive that it may use. "
            f"Google says: {what.sentence}"
        )
    if what.name == "PERMISSION_DENIED" or what.has("does not have permission"):
        return _not_shared(about)
    return TrackerRefused(
        f"Google forbids this (403): {what.sentence} Check that {about.link} is shared with "
        f"{about.account} as Editor."
    )


def _bad_request(what: Said, about: About) -> SheetsyncError:
    if what.has("unable to parse range", "no grid with id"):
        return _no_tab(about)
    if what.has("not supported for this document", "must not be an office file"):
        return TrackerRefused(
            f"{about.link} is an Excel file that lies in Drive, not a Google Sheet. Open it there, choose "
            "File > Save as Google Sheets, share the new sheet and put its address under tracker: id."
        )
    if what.has("protected cell", "protected range", "sheet protection"):
        return TrackerRefused(
            f"Somebody protected cells that sheetsync has to fill in {about.link}. Choose Data > Protect "
            f"sheets and ranges{about.on_tab}, and add {about.account} to those who may edit."
        )
    if what.has("10000000 cells", "10,000,000 cells", "limit of 10000000"):
        return TrackerRefused(
            f"{about.link} has reached Google's limit of 10 million cells. Move closed orders to another "
            "sheet, and delete empty rows, columns and tabs that nobody needs."
        )
    if what.has("50000 characters", "50,000 characters"):
        return TrackerRefused(
            "A cell would hold more than 50,000 characters, which is Google's limit, so nothing was "
            "written. Shorten the long text in the row, or the message of the rule that copies it."
        )
    if what.has("payload size", "request entity too large", "request too large"):
        return _too_large()
    if what.has("exceeds grid limits", "outside the sheet", "out of bounds"):
        return TrackerBusy(
            f"Rows were deleted in {about.link} while cells were to be written; nothing was written. "
            f"{about.later}"
        )
    return TrackerRefused(
        f"Google did not accept a request for {about.link} ({what.status}): {what.sentence} Nothing was "
        "changed by it. Run sheetsync doctor; where all is well there, this is a fault of sheetsync: "
        "please report it with this sentence."
    )


def _not_google(what: Said, about: About) -> TrackerBusy:
    return TrackerBusy(
        f"An answer came that is not of Google Sheets ({what.status}: {what.excerpt or 'empty'}). Check "
        f"google: api_url, and whether a proxy or firewall stands in between. {about.later}"
    )


def _not_shared(about: About) -> TrackerRefused:
    return TrackerRefused(
        f"{about.link} is not shared with {about.account}, or only for reading. Open the sheet, press "
        f"Share, and add {about.account} as Editor."
    )


def _not_found(about: About) -> TrackerRefused:
    return TrackerRefused(
        f"Google knows no sheet with the id {about.spreadsheet_id}. Check three things: that tracker: id "
        "is the address copied from the browser; that it is a Google Sheet and not an Excel file in "
        f"Drive; that it is not in the bin and is shared with {about.account} as Editor."
    )


def _no_tab(about: About) -> TrackerRefused:
    found = ", ".join(about.tabs_found)
    there = f" The sheet has the tabs: {found}." if found else ""
    return TrackerRefused(
        f'There is no tab "{about.tab}" in {about.link}; it was renamed or deleted.{there} Rename it '
        "back, or put its new name under tracker: tab."
    )


def _too_large() -> TrackerRefused:
    return TrackerRefused(
        "One request to Google was too large, so nothing was written by it. Move closed orders to "
        "another tab; where the sheet is small, this is a fault of sheetsync: please report it."
    )


def _network(error: Exception, about: About) -> TrackerBusy:
    kinds = requests.exceptions
    if isinstance(error, kinds.SSLError):
        return TrackerBusy(
            "The connection to Google is not secure as it should be: a certificate was not accepted. "
            f"Check the clock of this machine, and whether a proxy opens the traffic. {about.later}"
        )
    if isinstance(error, kinds.ProxyError):
        return TrackerBusy(
            "The proxy of this machine does not let us through to Google. Check HTTPS_PROXY. "
            f"{about.later}"
        )
    if isinstance(error, kinds.Timeout | TimeoutError):
        return TrackerBusy(f"Google did not answer in time. {about.later}")
    if isinstance(error, kinds.InvalidJSONError | kinds.ChunkedEncodingError
                  | kinds.ContentDecodingError):  # fmt: skip
        return TrackerBusy(f"An answer of Google broke off half-way. {about.later}")
    if isinstance(error, kinds.ConnectionError | ConnectionError):
        return TrackerBusy(
            f"Google cannot be reached, or the connection broke off. Check the network. {about.later}"
        )
    return TrackerBusy(
        f"The way to Google failed ({type(error).__name__}: {masked(str(error))}). {about.later}"
    )
