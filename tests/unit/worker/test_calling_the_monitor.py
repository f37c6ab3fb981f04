"""The monitor is called, and nothing else: no private address behind a name, no redirection, no answer read."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from sheetsync.worker.monitor import call_monitor

INNER = ("127.1", "2130706433", "0x7f000001", "0.0.0.0")
"""Names that the system's resolver takes for an address of this machine, as a rebound name would be."""


@contextmanager
def monitor(status=200, headers=()):
    """A server on this machine; its port, and the paths that were asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("host", INNER)
@pytest.mark.enable_socket
def test_a_name_that_leads_inside_is_not_spoken_to(host):
    with monitor() as (port, asked):
        with pytest.raises(requests.ConnectionError, match="not public"):
            call_monitor(f"http://{host}:{port}/ping")
        assert asked == []


def test_one_that_is_said_to_stand_inside_or_on_this_machine_is_called():
    with monitor() as (port, asked):
        call_monitor(f"http://127.0.0.1:{port}/named")
        call_monitor(f"http://localhost:{port}/local")
        call_monitor(f"http://127.0.0.1:{port}/inside", inside=True)
        assert asked == ["/named", "/local", "/inside"]


def test_a_redirection_is_not_followed():
    with monitor() as (other, elsewhere):
        target = ("Location", f"http://127.0.0.1:{other}/metadata")
        with monitor(302, [target]) as (port, asked):
            with pytest.raises(requests.RequestException, match="not followed"):
                call_monitor(f"http://127.0.0.1:{port}/ping")
            assert (asked, elsewhere) == (["/ping"], [])


def test_an_answer_of_trouble_is_trouble():
    with monitor(500) as (port, _), pytest.raises(requests.HTTPError):
        call_monitor(f"http://127.0.0.1:{port}/ping")
