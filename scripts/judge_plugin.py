"""A pytest plugin for `judge_sheets_server`: leads gspread's requests for Google to the local server."""

from __future__ import annotations

import importlib.util
import os
import sys
import types
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from gspread.http_client import BackOffHTTPClient, HTTPClient
from requests.adapters import HTTPAdapter

_HOSTS: Final = ("sheets.googleapis.com", "www.googleapis.com", "docs.google.com")


def pytest_load_initial_conftests() -> None:
    """Redirect everything before gspread's own conftest is loaded."""
    plain = HTTPAdapter.send
    url = os.environ["JUDGED_URL"]

    def send(self: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> Any:
        asked = urlsplit(request.url or "")
        if asked.hostname not in _HOSTS:
            raise requests.exceptions.ConnectionError(f"{asked.hostname} is not to be reached.")
        request.url = url + asked._replace(scheme="", netloc="").geturl()
        return plain(self, request, **options)

    HTTPAdapter.send = send  # type: ignore[method-assign]
    BackOffHTTPClient.request = HTTPClient.request  # type: ignore[method-assign]
    if importlib.util.find_spec("vcr") is None:
        _stand_in_for_vcr()


def _stand_in_for_vcr() -> None:
    """The two names that gspread's conftest imports from vcrpy, which records what we do not replay."""
    vcr, errors = types.ModuleType("vcr"), types.ModuleType("vcr.errors")
    vcr.VCR = types.SimpleNamespace(ensure_suffix=lambda suffix: lambda path: path + suffix)  # type: ignore[attr-defined]
    errors.CannotOverwriteExistingCassetteException = type("Unused", (Exception,), {})  # type: ignore[attr-defined]
    sys.modules["vcr"], sys.modules["vcr.errors"] = vcr, errors
