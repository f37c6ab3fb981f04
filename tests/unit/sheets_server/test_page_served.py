"""The page over HTTP: what a browser is given, and that looking on is not counted as asking."""

from __future__ import annotations

import socket

import pytest
import requests

from tests.sheets_server.__main__ import SHEET, told
from tests.sheets_server.page.book_view import counted
from tests.sheets_server.served_here import serve


@pytest.fixture(scope="module")
def server():
    with serve(0) as started:
        started.make_sheet(SHEET, "Mine & <yours>", "Africa/Johannesburg")
        yield started


def test_the_list_leads_to_the_sheet_and_the_sheet_to_its_files(server):
    page = requests.get(server.url, timeout=5)
    assert "Mine &amp; &lt;yours&gt;" in page.text
    assert f'href="/sheet/{SHEET}"' in page.text
    sheet = requests.get(f"{server.url}/sheet/{SHEET}", timeout=5)
    assert sheet.headers["content-type"] == "text/html; charset=utf-8"
    for name, kind in (("sheet.css", "text/css"), ("sheet.js", "text/javascript")):
        assert f"/page/{name}" in sheet.text
        answer = requests.get(f"{server.url}/page/{name}", timeout=5)
        assert answer.headers["content-type"].startswith(kind)
        assert "http" + "://" not in answer.text  # nothing from elsewhere
        assert "http" + "s://" not in answer.text


@pytest.mark.parametrize("path", ["sheet/nowhere", "live/nowhere", "page/other.js", "page/..%2Fserved.py", "elsewhere"])  # fmt: skip
def test_what_is_not_there_is_told_as_such(server, path):
    answer = requests.get(f"{server.url}/{path}", timeout=5)
    assert answer.status_code == 404
    assert answer.json()["error"]["status"] == "NOT_FOUND"


def test_the_page_sees_what_is_typed_and_by_whom(server):
    before = len(server.asked())
    live = f"{server.url}/live/{SHEET}"
    first = requests.get(live, params={"since": -1}, timeout=5).json()
    url = f"{server.url}/v4/spreadsheets/{SHEET}/values/Sheet1!A1"
    for token, text in (("you", "0042"), ("", "mine")):
        requests.put(
            url, params={"valueInputOption": "USER_ENTERED"}, json={"values": [[text]]},
            headers={"Authorization": f"Bearer {token}"} if token else {}, timeout=5,
        )  # fmt: skip
    refused = requests.get(f"{server.url}/v4/spreadsheets/nowhere", timeout=5)
    assert refused.status_code == 404
    later = requests.get(live, params={"since": first["version"], "tab": 0}, timeout=5).json()
    assert later["version"] == first["version"] + 2
    assert later["view"]["cells"][0][0]["t"] == "mine"
    again = requests.get(live, params={"since": later["version"], "tab": 0}, timeout=5).json()
    assert "view" not in again
    asked = server.asked()[before:]
    assert [(one.who, one.kind, one.code) for one in asked] == [
        ("you", "write", 200), ("sheetsync", "write", 200), ("sheetsync", "read", 404),
    ]  # fmt: skip
    assert counted(asked) == [
        {"who": "sheetsync", "reads": 1, "writes": 1}, {"who": "you", "reads": 0, "writes": 1},
    ]  # fmt: skip


def test_a_port_that_is_taken_gives_way_to_the_next(server):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with serve(port) as other:
            assert port < int(other.url.rpartition(":")[2]) < port + 40


def test_what_to_type_names_the_server_and_the_sheet(server):
    words = told(server)
    assert f"init shop --google {SHEET} --api-url {server.url}" in words
    assert "run --config shop/config.yaml" in words
    assert f"{server.url}/sheet/{SHEET}" in words
