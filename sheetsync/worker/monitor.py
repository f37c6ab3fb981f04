"""Calls the monitor that notices silence: the one address that the worker calls besides Google and mail.

The address stands in config.yaml, which the operator writes; nothing in a sheet can name another.
Still, a name may come to lead into the own network (or be made to, at the moment of the call), where
a call could do harm: so the address that was really reached is looked at before anything is said to
it. Nothing is followed, and no answer is read.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from sheetsync.config.values import LOOPBACK

TIMEOUT: Final = 10.0


def call_monitor(url: str, *, inside: bool = False) -> None:
    """Call `url` once; raises requests.RequestException where it did not answer well.

    Unless the monitor is said to stand `inside` the own network, or on this machine by name, an
    address that is not public is refused.
    """
    with requests.Session() as session:
        if not inside and urlsplit(url).hostname not in LOOPBACK:
            for scheme in ("http://", "https://"):
                session.mount(scheme, _PublicOnly())
        answer = session.get(url, timeout=TIMEOUT, allow_redirects=False, stream=True)
        answer.close()
        answer.raise_for_status()
        if answer.is_redirect:
            raise requests.TooManyRedirects("the monitor sends elsewhere, which is not followed")


class _Private(NewConnectionError):
    """The name led to an address that is not public."""


def _checked(connection: HTTPConnection, reached: socket.socket) -> socket.socket:
    address = ipaddress.ip_address(reached.getpeername()[0].partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or address
    if inner.is_global:
        return reached
    reached.close()
    raise _Private(connection, "the monitor's name leads to an address that is not public")


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _PublicOnly(HTTPAdapter):
    """Speaks to public addresses only; a proxy that the environment names is the operator's own."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
