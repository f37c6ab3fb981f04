"""Real clients at the local Sheets server: gspread over HTTP or without sockets, and Google's own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import gspread
from google.auth.credentials import AnonymousCredentials
from googleapiclient.discovery import build
from gspread.http_client import HTTPClient

from tests.sheets_server.http_server import start
from tests.sheets_server.in_process import session_within
from tests.sheets_server.service import SheetsService

_GOOGLE = ("https://sheets.googleapis.com", "https://www.googleapis.com")


def gspread_at(url: str, credentials: Any = None) -> gspread.Client:
    """gspread, with `url` in the place of Google's addresses."""

    class Here(HTTPClient):
        def request(self, method: str, endpoint: str, **more: Any) -> Any:
            for address in _GOOGLE:
                endpoint = endpoint.replace(address, url)
            return super().request(method, endpoint, **more)

    return gspread.Client(credentials or AnonymousCredentials(), http_client=Here)


def gspread_within(service: SheetsService) -> gspread.Client:
    """gspread without sockets."""
    return gspread.Client(auth=None, session=session_within(service))


@contextmanager
def google_at(url: str):
    """Google's own client, its Sheets API at `url`."""
    options = {"api_endpoint": url}
    credentials = AnonymousCredentials()
    client = build(
        "sheets", "v4", credentials=credentials, client_options=options, static_discovery=True
    )
    with client as sheets:
        yield sheets.spreadsheets()


@contextmanager
def serving(service: SheetsService | None = None):
    """A service behind a port of this machine; gives the service and its URL."""
    service = service or SheetsService()
    with start(service) as server:
        yield service, server.url
